/**
 * Histograms of k over the local states, in lexicographic order: (0,...,0,k) has index 0 and
 * (k,0,...,0) the last. There are C(k + states - 1, states - 1) of them.
 */

/** Ranks the histograms of one size. Holds O(states · size) numbers. */
export class HistogramIndex {
  readonly count: number;
  /** ways[p * (size + 1) + m]: histograms of m over p states (ways of splitting m into p parts). */
  private readonly ways: Float64Array;

  /** @throws RangeError when states or size is not a positive integer, or the count exceeds 2^53. */
  constructor(
    readonly states: number,
    readonly size: number,
  ) {
    if (!Number.isInteger(states) || states < 1 || !Number.isInteger(size) || size < 1) {
      throw new RangeError(
        `a histogram needs at least 1 state and 1 robot, got ${states} states and ${size} robots; pass positive integers`,
      );
    }
    const width = size + 1;
    this.ways = new Float64Array((states + 1) * width);
    this.ways[0] = 1;
    for (let p = 1; p <= states; p++) {
      let sum = 0;
      for (let m = 0; m <= size; m++) {
        sum += this.ways[(p - 1) * width + m];
        this.ways[p * width + m] = sum;
      }
    }
    this.count = this.ways[states * width + size];
    if (this.count > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(
        `${states} states and ${size} robots make more than 2^53 histograms; choose a smaller table size`,
      );
    }
  }

  /** Index of `counts` ([states], non-negative integers that sum to `size`); not checked. */
  indexOf(counts: ArrayLike<number>): number {
    const { ways } = this;
    const width = this.size + 1;
    let left = this.size;
    let index = 0;
    // Histograms whose count here is smaller come first: Σ_{c < counts[s]} ways(parts - 1, left - c),
    // which is ways(parts, left) - ways(parts, left - counts[s]).
    for (let s = 0, row = this.states * width; s + 1 < this.states; s++, row -= width) {
      index += ways[row + left];
      left -= counts[s];
      index -= ways[row + left];
    }
    return index;
  }

  /** Calls `visit(counts, index)` for all histograms in order; `counts` is reused between calls. */
  forEach(visit: (counts: Int32Array, index: number) => void): void {
    const counts = new Int32Array(this.states);
    counts[this.states - 1] = this.size;
    for (let index = 0; index < this.count; index++) {
      visit(counts, index);
      this.next(counts);
    }
  }

  /** Moves `counts` to the next histogram in order (the last one stays as it is). */
  private next(counts: Int32Array): void {
    const last = this.states - 1;
    let s = last;
    while (s > 0 && counts[s] === 0) s--;
    if (s === 0) return;
    const moved = counts[s];
    counts[s] = 0;
    counts[s - 1] += 1;
    // The rest goes to the end: lexicographically the smallest.
    counts[last] = moved - 1;
  }
}

/** C(size + states − 1, states − 1), as a float. */
export function histogramCount(states: number, size: number): number {
  let count = 1;
  for (let i = 1; i < states; i++) count = (count * (size + i)) / i;
  return count;
}

/**
 * Largest-remainder rounding of `weights` (non-negative, sum > 0) to integers that sum to `size`;
 * equal remainders go to the lower state. Writes into `out` and returns it.
 */
export function roundToSize(
  weights: ArrayLike<number>,
  size: number,
  out: Int32Array = new Int32Array(weights.length),
): Int32Array {
  let total = 0;
  for (let s = 0; s < weights.length; s++) total += weights[s];
  let left = size;
  for (let s = 0; s < weights.length; s++) {
    // A share within 1e-9 below an integer is that integer (a count times k over m, in floats).
    out[s] = Math.floor((weights[s] * size) / total + 1e-9);
    left -= out[s];
  }
  for (; left > 0; left--) {
    let best = 0;
    let most = -Infinity;
    for (let s = 0; s < weights.length; s++) {
      const remainder = (weights[s] * size) / total - out[s];
      if (remainder > most + 1e-12) {
        most = remainder;
        best = s;
      }
    }
    out[best] += 1;
  }
  return out;
}
