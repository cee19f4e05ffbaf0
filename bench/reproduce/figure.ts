/** A figure as SVG, drawn without a browser: curves with intervals, and levels; or a map of cells. */

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the width of its interval. */
  readonly half: number;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  /** A horizontal line, whatever the points' x. */
  readonly isLevel?: boolean;
}

export interface Figure {
  /** Of the file, and above the figure. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xLog?: boolean;
  readonly yLog?: boolean;
  /** Cells in place of curves. */
  readonly isMap?: boolean;
  readonly curves: readonly Curve[];
}

const WIDTH = 420;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 398, 34, 250];
const ROW = 17;
/** Okabe and Ito's, which the colour-blind tell apart. */
const COLOURS = "#0072b2 #d55e00 #009e73 #cc79a7 #e69f00 #56b4e9 #000000 #8a8a00".split(" ");
/** Circles, squares and triangles: a figure is read without colours too. */
const SHAPES = ["m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", "m-3-3h7v7h-7z", "m-4 3l4-8l4 8z"];
const CELL = "m-8-5h16v10h-16z";
const DASHES = ["7 4", "2 3", "9 3 2 3"];
/** Least distance of two ticks, px. */
const APART = 30;

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const px = (value: number): string => value.toFixed(1);
const text = (x: number, y: number, words: string, anchor = "start", more = ""): string =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" ${more}>${escaped(words)}</text>`;
const path = (d: string, stroke: string, more = 'fill="none"'): string =>
  `<path d="${d}" stroke="${stroke}" ${more}/>`;

/** "1,000,000", "0.05", "1e-5" */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(0);
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(size >= 100 ? 4 : 3));
  return rounded.toLocaleString("en-US");
}

/** Where values lie between two places, px, and the ticks that have room: these, or round numbers. */
function axis(all: readonly number[], from: number, to: number, log = false, wanted?: number[]) {
  const scaled = log ? Math.log10 : (value: number): number => value;
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const range = scaled(most) - scaled(least) || 1;
  const at = (value: number): number =>
    from + ((to - from) * (scaled(value) - scaled(least))) / range;
  const power = 10 ** Math.floor(Math.log10(range / 5));
  const step = [1, 2, 5, 10].find((one) => one * power >= range / 5)! * power;
  const decades = [...Array(40).keys()].flatMap((i) => [1, 2, 5].map((n) => n * 10 ** (i - 20)));
  const even = [...Array(12).keys()].map((i) => (Math.ceil(least / step) + i) * step);
  const ticks = (wanted ?? (log ? decades : even)).reduce<number[]>((kept, tick) => {
    const hasRoom = kept.length === 0 || Math.abs(at(tick) - at(kept.at(-1)!)) >= APART;
    return hasRoom && tick >= least && tick <= most ? [...kept, tick] : kept;
  }, []);
  return { at, ticks: ticks.map((tick) => Number(tick.toPrecision(12))) };
}
type Axis = ReturnType<typeof axis>;

/** @param ends of a level's line */
function curveOf(
  figure: Figure,
  i: number,
  across: Axis,
  up: Axis,
  ends: readonly number[],
): string {
  const colour = COLOURS[i % COLOURS.length];
  const { points, isLevel } = figure.curves[i];
  const places = points.map(({ x, y }) => `M${px(across.at(x))} ${px(up.at(y))}`);
  if (isLevel) {
    const dashes = `fill="none" stroke-dasharray="${DASHES[i % 3]}"`;
    return path(`M${ends[0]} ${px(up.at(points[0].y))}H${ends[1]}`, "#666", dashes);
  }
  if (figure.isMap) return path(places.join(CELL) + CELL, "none", `fill="${colour}"`);
  const bars = points.map(({ x, y, half }) => {
    // The lower end of an interval may not lie on an axis of logarithms.
    const low = Number.isFinite(up.at(y - half)) ? Math.min(BOTTOM, up.at(y - half)) : up.at(y);
    return `M${px(across.at(x))} ${px(low)}V${px(up.at(y + half))}`;
  });
  const marks = path(
    places.join(SHAPES[i % 3]) + SHAPES[i % 3],
    colour,
    `fill="${i % 2 ? "#fff" : colour}"`,
  );
  return path(places.join("L").replaceAll("LM", "L") + bars.join(""), colour) + marks;
}

/** The legend has two columns under the figure. */
function legendOf(figure: Figure): string[] {
  const here: Axis = { at: () => 0, ticks: [] };
  const single = figure.curves.map((curve) => ({ ...curve, points: [{ x: 0, y: 0, half: 0 }] }));
  return single.map(({ name }, i) => {
    const [x, y] = [20 + (i % 2) * (WIDTH / 2), BOTTOM + 52 + ROW * Math.floor(i / 2)];
    const mark = curveOf({ ...figure, curves: single }, i, here, here, [-9, 9]);
    return `<g transform="translate(${x} ${y})">${mark}${text(13, 4, name)}</g>`;
  });
}

export function svgOf(figure: Figure): string {
  const { title, xLabel, yLabel, xLog, yLog, isMap, curves } = figure;
  const points = curves.flatMap((curve) => (curve.isLevel ? [] : curve.points));
  const heights = curves.flatMap((curve) =>
    curve.points.flatMap(({ y, half }) => [yLog ? y : y - half, y + half]),
  );
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const across = axis(xs, LEFT + 12, RIGHT - 12, xLog, isMap ? undefined : xs);
  const up = axis(heights, BOTTOM - 8, TOP + 8, yLog);
  const height = BOTTOM + 44 + ROW * Math.ceil(curves.length / 2);
  const turn = `transform="rotate(-90 12 ${(TOP + BOTTOM) / 2})"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(10, 17, title, "start", 'font-weight="600"'),
    ...up.ticks.map(
      (tick) =>
        path(`M${LEFT} ${px(up.at(tick))}H${RIGHT}`, "#e4e4e4") +
        text(LEFT - 5, up.at(tick) + 4, shown(tick), "end"),
    ),
    ...across.ticks.map((tick) => text(across.at(tick), BOTTOM + 15, shown(tick), "middle")),
    ...curves.map((_, i) => curveOf(figure, i, across, up, [LEFT, RIGHT])),
    path(`M${LEFT} ${TOP}H${RIGHT}V${BOTTOM}H${LEFT}z`, "#999"),
    text((LEFT + RIGHT) / 2, BOTTOM + 32, xLabel, "middle"),
    text(12, (TOP + BOTTOM) / 2, yLabel, "middle", turn),
    ...legendOf(figure),
    "</svg>\n",
  ].join("\n");
}
