/** A calibration as a picture (SVG): what was measured against the scenario. Pure. */
import type { ComparedRow } from "./calibration";

/** A distance within this many sampling errors may be chance. */
const CHANCE_ERRORS = 3;
/** The square's side and its place, px. */
const [SIDE, LEFT, TOP] = [360, 60, 90];
const STYLE = `text { font: 11px sans-serif } .head { font-size: 15px } path { stroke: #222 }
.near { fill: #2a6fbb } .far { fill: #d9480f } .end { text-anchor: end } .middle { text-anchor: middle }`;

const escaped = (words: string): string =>
  words.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const text = (x: number, y: number, words: string | number, kind = ""): string =>
  `<text x="${x}" y="${y}" class="${kind}">${escaped(String(words))}</text>`;
const kindOf = ({ distance, samplingError }: ComparedRow): string =>
  distance > CHANCE_ERRORS * samplingError ? "far" : "near";

/** One dot for each cell: the scenario's probability on the x axis, the measured one on the y axis. */
function squareOf(rows: readonly ComparedRow[]): string[] {
  const right = (p: number): number => LEFT + SIDE * p;
  const up = (p: number): number => TOP + SIDE * (1 - p);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((p) => [
    text(right(p), up(0) + 16, p, "middle"),
    text(LEFT - 6, up(p) + 4, p, "end"),
  ]);
  const cells = rows.flatMap((row) =>
    row.given.map((p, i) => {
      const told = `${row.row}: ${row.measured[i].toFixed(4)} measured, ${p} in the scenario, ${row.samples} samples`;
      return `<circle cx="${right(p)}" cy="${up(row.measured[i])}" r="4" fill-opacity="0.4" class="${kindOf(row)}"><title>${escaped(told)}</title></circle>`;
    }),
  );
  return [
    `<path fill="none" d="M${LEFT} ${TOP}h${SIDE}v${SIDE}h${-SIDE}zm0 ${SIDE}l${SIDE} ${-SIDE}"/>`,
    text(right(0.5), up(0) + 32, "probability in the scenario", "middle"),
    text(LEFT, TOP - 8, "probability measured", "middle"),
    ...ticks,
    ...cells,
  ];
}

/** An SVG document with the cells of all rows in one square. */
export function plotOf(title: string, rows: readonly ComparedRow[]): string {
  const [width, height] = [700, TOP + SIDE + 50];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style><rect width="${width}" height="${height}" fill="white"/>`,
    text(LEFT - 40, 26, title, "head"),
    text(
      LEFT - 40,
      46,
      "On the diagonal the world does as the scenario says; above it more often, below it less often.",
    ),
    text(LEFT - 40, 61, "Orange: cells of rows that are beyond three sampling errors."),
    ...squareOf(rows.filter(({ samples }) => samples > 0)),
    "</svg>\n",
  ].join("\n");
}
