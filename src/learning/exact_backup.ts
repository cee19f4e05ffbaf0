/**
 * The exact Bellman backup of the k-agent surrogate. E[V(h')] over k independent moves by M is the
 * k-th symmetric tensor power of M applied to V: as polynomials, the substitution x <- x M. With M
 * factored into elementary maps, each acts along the lines of the histogram lattice on which
 * h_i + h_j is fixed (base/assembly/kernels.ts). O(sL² · k · H) for one backup instead of O(H²).
 */
import { HistogramIndex } from "../game/histogram";
import { type Backup, backupErrorOf, checkedFunctions } from "./backup";
import { type ElementaryMap, factorKernel, type KernelFactors } from "./kernel_factors";
import type { KernelMemory } from "../base/kernel_memory";
import type { PairLines } from "./lattice_lines";

/** Weights of longer lines would not fit into memory. */
const MOST_WEIGHT_ROWS = 1024;

export class ExactBackup implements Backup {
  readonly error: number;
  private readonly factors: readonly KernelFactors[];
  private readonly relabelled: readonly { first?: Int32Array; last?: Int32Array }[];
  private readonly scratch?: Float64Array;
  private readonly buffer: Float64Array;
  private readonly weights: Float64Array;
  private readonly weightRows: number;

  /** @param pairs in the memory; @param kernels M_{s_g}, one [sL][sL'] for each s_g; `width` is the s_g of the values */
  constructor(
    private readonly memory: KernelMemory,
    private readonly index: HistogramIndex,
    private readonly pairs: readonly PairLines[],
    kernels: readonly Float64Array[],
    private readonly width: number,
  ) {
    const widest = Math.max(width, checkedFunctions(index.states));
    this.buffer = memory.floats((index.size + 1) * memory.kernels.TOGETHER.value * widest);
    this.buffer.fill(0);
    this.weightRows = Math.min(index.size + 1, MOST_WEIGHT_ROWS);
    this.weights = memory.floats((this.weightRows * (this.weightRows + 1)) / 2);
    this.factors = kernels.map((kernel) => factorKernel(kernel, index.states));
    this.relabelled = this.factors.map(({ rows, columns }) => ({
      first: relabelling(index, inverse(columns)),
      last: relabelling(index, rows),
    }));
    if (this.relabelled.some(({ last }) => last))
      this.scratch = memory.floats(index.count * widest);
    this.error = backupErrorOf(this, memory, index, kernels);
  }

  apply(globalState: number, values: Float64Array, out: Float64Array, width = this.width): void {
    const { first, last } = this.relabelled[globalState];
    // The maps work in place; a relabelling at the end needs a second array.
    const place = last ? this.scratch! : out;
    gather(values, first, place, width);
    for (const map of this.factors[globalState].maps) this.applyMap(map, place, width);
    if (last) gather(place, last, out, width);
  }

  /** f(h) <- E f over the robots in `from`: along each line, f[p] for p robots in `from`. */
  private applyMap(map: ElementaryMap, f: Float64Array, width: number): void {
    const { size, states } = this.index;
    const forward = map.from < map.to;
    const [i, j] = forward ? [map.from, map.to] : [map.to, map.from];
    const { members, lines } = this.pairs[i * states + j];
    this.memory.kernels.averageLines(
      members.byteOffset,
      lines.byteOffset,
      size,
      forward ? 1 : 0,
      map.keep,
      map.move,
      f.byteOffset,
      width,
      this.buffer.byteOffset,
      this.weights.byteOffset,
      this.weightRows,
    );
  }
}

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

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
