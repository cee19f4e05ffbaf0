/**
 * The lines of the histogram lattice on which h_i + h_j and all other counts are fixed, for each
 * pair of states i < j.
 */
import type { KernelMemory } from "../base/kernel_memory";
import { HistogramIndex } from "../game/histogram";

/** Lines of one pair, the short ones first. */
export interface PairLines {
  /** Histogram indices, line after line; along a line in the order of h_i = 0, 1, ..., m. */
  readonly members: Int32Array;
  /** lines[m]: how many have m + 1 members. */
  readonly lines: Int32Array;
}

/** Those of states i < j, at i * states + j. */
export function pairsOf(index: HistogramIndex, memory: KernelMemory): PairLines[] {
  const { states } = index;
  const pairs: PairLines[] = [];
  for (let i = 0; i < states; i++) {
    for (let j = i + 1; j < states; j++) pairs[i * states + j] = linesOf(index, memory, i, j);
  }
  return pairs;
}

function linesOf(index: HistogramIndex, memory: KernelMemory, i: number, j: number): PairLines {
  const lines = memory.ints(index.size + 1).fill(0);
  index.forEach((counts) => {
    if (counts[i] === 0) lines[counts[j]] += 1;
  });
  const next = new Float64Array(index.size + 1);
  for (let m = 1; m <= index.size; m++) next[m] = next[m - 1] + lines[m - 1] * m;
  const members = memory.ints(index.count);
  const point = new Int32Array(index.states);
  index.forEach((counts) => {
    if (counts[i] !== 0) return;
    point.set(counts);
    const total = counts[j];
    for (let p = 0; p <= total; p++) {
      point[i] = p;
      point[j] = total - p;
      members[next[total]++] = index.indexOf(point);
    }
  });
  return { members, lines };
}

export const sharedFloats = (length: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
