/** A calibration as a picture (SVG): measured against scenario, and each row's distance. Pure. */

/** A row of an array, as a person reads it. */
export interface ComparedRow {
  readonly row: string;
  /** Total variation of what was measured from the scenario's row. */
  readonly distance: number;
  readonly samples: number;
  readonly samplingError: number;
  /** Probabilities of the same cells. */
  readonly given: readonly number[];
  readonly measured: readonly number[];
}

/** A distance within so many sampling errors may be chance. */
const CHANCE = 3;
/** px: side of the square, what is left of it, where it begins, a bar's length, a row's height. */
const [SIDE, LEFT, TOP, BAR, LINE] = [360, 60, 90, 120, 14];
const STYLE = `text { font: 11px sans-serif } .head { font-size: 15px } path { stroke: #222 }
.near { fill: #2a6fbb } .far { fill: #d9480f } .end { text-anchor: end } .middle { text-anchor: middle }`;

const escaped = (words: string): string =>
  words.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const text = (x: number, y: number, words: string | number, kind = ""): string =>
  `<text x="${x}" y="${y}" class="${kind}">${escaped(String(words))}</text>`;
const kindOf = ({ distance, samplingError }: ComparedRow): string =>
  distance > CHANCE * samplingError ? "far" : "near";

/** Every cell of every row seen: the scenario's probability to the right, the measured one up. */
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

/** A line for each row: its name, a bar of its distance, a tick where chance ends, its samples. */
function barsOf(rows: readonly ComparedRow[], left: number, top: number, scale: number): string[] {
  const bar = left + 150;
  return rows.flatMap((row, i) => {
    const y = top + LINE * (i + 1);
    const chance = bar + BAR * Math.min(1, (CHANCE * row.samplingError) / scale);
    return [
      text(bar - 8, y, row.row, "end"),
      `<rect x="${bar}" y="${y - 9}" width="${((BAR * row.distance) / scale).toFixed(1)}" height="10" class="${kindOf(row)}"/>`,
      `<path d="M${chance} ${y - 10}v12"/>`,
      text(bar + BAR + 50, y, row.distance.toFixed(4), "end"),
      text(bar + BAR + 115, y, row.samples > 0 ? row.samples : "never seen", "end"),
    ];
  });
}

/** Two arrays by their titles: the second beside the square, the first below it. */
export function plotOf(title: string, arrays: Record<string, readonly ComparedRow[]>): string {
  const seen = Object.values(arrays).flatMap((rows) => rows.filter(({ samples }) => samples > 0));
  const scale = Math.max(...seen.map((row) => Math.max(row.distance, CHANCE * row.samplingError)));
  let height = 0;
  const bars = Object.entries(arrays).flatMap(([name, rows], i) => {
    const [left, top] = i === 0 ? [30, TOP + SIDE + 70] : [470, TOP];
    height = Math.max(height, top + LINE * (rows.length + 2));
    return [text(left + 150, top - 5, name, "head"), ...barsOf(rows, left, top, scale)];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 ${height}" width="880" height="${height}">`,
    `<style>${STYLE}</style><rect width="880" height="${height}" fill="white"/>`,
    text(LEFT - 40, 26, title, "head"),
    text(
      LEFT - 40,
      46,
      "On the diagonal the world does as the scenario says; above it more often, below it less often. Bars: total variation of each row; ticks:",
    ),
    text(
      LEFT - 40,
      61,
      "three sampling errors, orange is beyond them; then the distance and the samples of each row.",
    ),
    ...squareOf(seen),
    ...bars,
    "</svg>\n",
  ].join("\n");
}
