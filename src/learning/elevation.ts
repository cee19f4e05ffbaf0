/** Values of a small table as a start for those of a larger one. */
import type { StopSignal } from "../base/platform";
import { HistogramIndex } from "../game/histogram";
import { breathe } from "./simulation";

/**
 * V'(h) = E[V(a random sub-sample of h)], from tables of `from` to tables of `size` >= from robots:
 * degree elevation of a Bernstein polynomial, one robot at a time,
 *   V_{m+1}(h) = Σ_s h_s/(m+1) V_m(h - e_s)
 * @param values [rows][H] of size `from`
 * @returns [rows][H'] of size `size`; rejects with the signal's reason when it is aborted
 */
export async function elevate(
  values: ArrayLike<number>,
  rows: number,
  states: number,
  from: number,
  size: number,
  signal?: StopSignal,
): Promise<ArrayLike<number>> {
  let lower = new HistogramIndex(states, from);
  let current = values;
  for (let m = from; m < size; m++) {
    await breathe(signal);
    const index = new HistogramIndex(states, m + 1);
    const next = new Float64Array(rows * index.count);
    index.forEach((counts, h) => {
      for (let s = 0; s < states; s++) {
        if (counts[s] === 0) continue;
        const share = counts[s] / (m + 1);
        counts[s] -= 1;
        const below = lower.indexOf(counts);
        counts[s] += 1;
        for (let g = 0; g < rows; g++) {
          next[g * index.count + h] += share * current[g * lower.count + below];
        }
      }
    });
    current = next;
    lower = index;
  }
  return current;
}
