/**
 * The exact Bellman backup of the k-agent surrogate. E[V(h')] over k independent moves by M is the
 * k-th symmetric tensor power of M applied to V: as polynomials, the substitution x <- x M. With M
 * factored into elementary maps, each acts along the lines of the histogram lattice on which
 * h_i + h_j is fixed (assembly/kernels.ts). O(sL² · k · H) for one backup instead of O(H²).
 */
import { HistogramIndex } from "../game/histogram";
import { type Backup, backupErrorOf } from "./backup";
import { type ElementaryMap, factorKernel, type KernelFactors } from "./kernel_factors";
import type { KernelMemory } from "./kernel_memory";
import { LatticeLines } from "./lattice_lines";

/** Room for what `backupErrorOf` tries beside one linear function for each state. */
const CHECKED_FUNCTIONS = 8;
/** Lines averaged at once. */
const LINES_TOGETHER = 8;
/** Weights of longer lines would not fit into memory. */
const LONGEST_WEIGHTED = 1024;

/** As kernels read them. */
interface PairLines {
  readonly members: Int32Array;
  readonly lines: Int32Array;
}

export class ExactBackup implements Backup {
  readonly kind = "exact";
  readonly error: number;
  private readonly factors: readonly KernelFactors[];
  private readonly relabelled: readonly { first?: Int32Array; last?: Int32Array }[];
  private readonly scratch: Float64Array;
  private readonly buffer: Float64Array;
  private readonly columns: number;
  private readonly weights: Float64Array;
  private readonly weightRows: number;
  private readonly pairs = new Map<number, PairLines>();

  /** @param kernels M_{s_g}, one [sL][sL'] for each s_g; `width` is the s_g of the values */
  constructor(
    private readonly memory: KernelMemory,
    private readonly lines: LatticeLines,
    kernels: readonly Float64Array[],
    private readonly width: number,
  ) {
    const { index } = lines;
    const widest = Math.max(width, CHECKED_FUNCTIONS + index.states);
    this.columns = widest * LINES_TOGETHER;
    this.buffer = memory.floats((index.size + 1) * this.columns);
    this.buffer.fill(0);
    this.weightRows = Math.min(index.size + 1, LONGEST_WEIGHTED);
    this.weights = memory.floats((this.weightRows * (this.weightRows + 1)) / 2);
    this.scratch = memory.floats(index.count * widest);
    this.factors = kernels.map((kernel) => factorKernel(kernel, index.states));
    this.relabelled = this.factors.map(({ rows, columns }) => ({
      first: relabelling(index, inverse(columns)),
      last: relabelling(index, rows),
    }));
    for (const { maps } of this.factors) for (const map of maps) this.linesOf(map);
    this.error = this.factors.reduce(
      (worst, { growth }, s) =>
        growth === Infinity
          ? Infinity
          : Math.max(
              worst,
              backupErrorOf(memory, index, kernels[s], (values, out, w) =>
                this.run(s, values, out, w),
              ),
            ),
      0,
    );
  }

  apply(globalState: number, values: Float64Array, out: Float64Array): void {
    this.run(globalState, values, out, this.width);
  }

  private run(globalState: number, values: Float64Array, out: Float64Array, width: number): void {
    const { first, last } = this.relabelled[globalState];
    // The maps work in place; a relabelling at the end needs a second array.
    const place = last ? this.scratch : out;
    gather(values, first, place, width);
    for (const map of this.factors[globalState].maps) this.applyMap(map, place, width);
    if (last) gather(place, last, out, width);
  }

  /** f(h) <- E f over the robots in `from`: along each line, f[p] for p robots in `from`. */
  private applyMap(map: ElementaryMap, f: Float64Array, width: number): void {
    const { members, lines } = this.linesOf(map);
    this.memory.kernels.averageLines(
      members.byteOffset,
      lines.byteOffset,
      this.lines.index.size,
      map.from < map.to ? 1 : 0,
      map.keep,
      map.move,
      f.byteOffset,
      width,
      LINES_TOGETHER,
      this.buffer.byteOffset,
      this.columns,
      this.weights.byteOffset,
      this.weightRows,
    );
  }

  /** In this thread's kernel memory. */
  private linesOf({ from, to }: ElementaryMap): PairLines {
    const [i, j] = from < to ? [from, to] : [to, from];
    const key = i * this.lines.index.states + j;
    let pair = this.pairs.get(key);
    if (!pair) {
      const { members, lines } = this.lines.of(i, j);
      pair = { members: this.memory.ints(members.length), lines: this.memory.ints(lines.length) };
      pair.members.set(members);
      pair.lines.set(lines);
      this.pairs.set(key, pair);
    }
    return pair;
  }
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
