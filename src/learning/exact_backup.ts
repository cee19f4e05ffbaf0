/**
 * The exact Bellman backup of the k-agent surrogate. E[V(h')] over k independent moves by M is the
 * k-th symmetric tensor power of M applied to V: as polynomials, the substitution x <- x M. With M
 * factored into elementary maps, each acts along the lines of the histogram lattice on which
 * h_i + h_j is fixed (line_average.ts). O(sL² · k · H) for one backup instead of O(H²).
 */
import { HistogramIndex } from "../game/histogram";
import { type Backup, backupErrorOf } from "./backup";
import { type ElementaryMap, factorKernel, type KernelFactors } from "./kernel_factors";
import { LatticeLines } from "./lattice_lines";
import { averageLines, LINES_TOGETHER, LineWeights } from "./line_average";

/** Room for what `backupErrorOf` tries beside one linear function for each state. */
const CHECKED_FUNCTIONS = 8;

export class ExactBackup implements Backup {
  readonly kind = "exact";
  readonly error: number;
  private readonly factors: readonly KernelFactors[];
  private readonly relabelled: readonly { first?: Int32Array; last?: Int32Array }[];
  private scratch = new Float64Array(0);
  private readonly buffer: Float64Array;
  private readonly weights: LineWeights;

  /** @param kernels M_{s_g}, one [sL][sL'] for each s_g; `width` is the s_g of the values */
  constructor(
    private readonly lines: LatticeLines,
    kernels: readonly Float64Array[],
    private readonly width: number,
  ) {
    const { index } = lines;
    const widest = Math.max(width, CHECKED_FUNCTIONS + index.states);
    this.buffer = new Float64Array((index.size + 1) * widest * LINES_TOGETHER);
    this.weights = new LineWeights(index.size + 1);
    this.factors = kernels.map((kernel) => factorKernel(kernel, index.states));
    this.relabelled = this.factors.map(({ rows, columns }) => ({
      first: relabelling(index, inverse(columns)),
      last: relabelling(index, rows),
    }));
    this.error = this.factors.reduce(
      (worst, { growth }, s) =>
        growth === Infinity
          ? Infinity
          : Math.max(
              worst,
              backupErrorOf(index, kernels[s], (values, out, w) => this.run(s, values, out, w)),
            ),
      0,
    );
    this.scratch = new Float64Array(0);
  }

  apply(globalState: number, values: Float64Array, out: Float64Array): void {
    this.run(globalState, values, out, this.width);
  }

  private run(globalState: number, values: Float64Array, out: Float64Array, width: number): void {
    const { first, last } = this.relabelled[globalState];
    // The maps work in place; a relabelling at the end needs a second array.
    if (last && this.scratch.length !== values.length) {
      this.scratch = new Float64Array(values.length);
    }
    const place = last ? this.scratch : out;
    gather(values, first, place, width);
    for (const map of this.factors[globalState].maps) this.applyMap(map, place, width);
    if (last) gather(place, last, out, width);
  }

  /** f(h) <- E f over the robots in `from`: along each line, f[p] for p robots in `from`. */
  private applyMap(map: ElementaryMap, f: Float64Array, width: number): void {
    const forward = map.from < map.to;
    const [i, j] = forward ? [map.from, map.to] : [map.to, map.from];
    const { members, lines } = this.lines.of(i, j);
    const { buffer, weights } = this;
    weights.fill(map.keep, map.move);
    const row = LINES_TOGETHER * width;
    let start = lines[0];
    for (let length = 2; length <= lines.length; length++) {
      const end = start + lines[length - 1] * length;
      for (; start < end; start += LINES_TOGETHER * length) {
        const past = Math.min(start + LINES_TOGETHER * length, end);
        for (let line = start, column = 0; line < past; line += length, column += width) {
          for (let p = 0; p < length; p++) {
            const member = members[forward ? line + p : line + length - 1 - p];
            copy(f, member * width, buffer, p * row + column, width);
          }
        }
        averageLines(buffer, length, row, ((past - start) / length) * width, weights);
        for (let line = start, column = 0; line < past; line += length, column += width) {
          for (let p = 1; p < length; p++) {
            const member = members[forward ? line + p : line + length - 1 - p];
            copy(buffer, p * row + column, f, member * width, width);
          }
        }
      }
      start = end;
    }
  }
}

/** to[t..] = from[s..], `width` numbers: for so few of them faster than `set`. */
function copy(from: Float64Array, s: number, to: Float64Array, t: number, width: number): void {
  let g = 0;
  for (; g + 4 <= width; g += 4) {
    to[t + g] = from[s + g];
    to[t + g + 1] = from[s + g + 1];
    to[t + g + 2] = from[s + g + 2];
    to[t + g + 3] = from[s + g + 3];
  }
  for (; g < width; g++) to[t + g] = from[s + g];
}

function inverse(order: readonly number[]): number[] {
  const back = new Array<number>(order.length);
  order.forEach((value, i) => (back[value] = i));
  return back;
}

/** For each h the index of the histogram (h[order[0]], h[order[1]], ...); undefined: the same. */
function relabelling(index: HistogramIndex, order: readonly number[]): Int32Array | undefined {
  if (order.every((value, i) => value === i)) return undefined;
  const to = new Int32Array(index.count);
  const relabelled = new Int32Array(index.states);
  index.forEach((counts, h) => {
    for (let i = 0; i < order.length; i++) relabelled[i] = counts[order[i]];
    to[h] = index.indexOf(relabelled);
  });
  return to;
}

function gather(
  from: Float64Array,
  order: Int32Array | undefined,
  to: Float64Array,
  width: number,
): void {
  if (!order) {
    to.set(from);
    return;
  }
  for (let h = 0; h < order.length; h++) {
    for (let g = 0; g < width; g++) to[h * width + g] = from[order[h] * width + g];
  }
}
