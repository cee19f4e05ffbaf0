/** The loops that a reader of the paper would write: what the learner's are held against. */
import { HistogramIndex } from "../src/game/histogram";

/**
 * E[V(h')] for the histogram `counts`: robots are added one by one to the law of h', which is a
 * table over the histograms of as many robots as were added.
 * @param kernel M, [sL][sL']
 * @param values V, [H]
 */
export function plainExpectation(
  counts: ArrayLike<number>,
  kernel: ArrayLike<number>,
  values: ArrayLike<number>,
): number {
  const states = counts.length;
  let law = [1];
  let index: HistogramIndex | undefined;
  let added = 0;
  for (let s = 0; s < states; s++) {
    for (let robot = 0; robot < counts[s]; robot++) {
      added += 1;
      const larger = new HistogramIndex(states, added);
      const next = new Array<number>(larger.count).fill(0);
      const add = (moved: Int32Array, probability: number): void => {
        for (let t = 0; t < states; t++) {
          moved[t] += 1;
          next[larger.indexOf(moved)] += probability * kernel[s * states + t];
          moved[t] -= 1;
        }
      };
      if (index) index.forEach((moved, i) => add(moved, law[i]));
      else add(new Int32Array(states), 1);
      law = next;
      index = larger;
    }
  }
  return law.reduce((sum, probability, i) => sum + probability * values[i], 0);
}

/**
 * One sweep of the paper's operator, Q(s_g, h, a) from m drawn successors each, the best action
 * looked for at each successor.
 * @param q [sG][H][aG]
 * @param drawn [sG][H][m] histograms
 */
export function plainSampledSweep(
  q: readonly (readonly number[][])[],
  drawn: readonly (readonly number[][])[],
  globalTransition: readonly (readonly number[][])[],
  reward: readonly (readonly number[][])[],
  discount: number,
): number[][][] {
  return q.map((byHistogram, g) =>
    byHistogram.map((actions, h) =>
      actions.map((_, a) => {
        let future = 0;
        for (const next of drawn[g][h]) {
          for (let to = 0; to < q.length; to++) {
            future += globalTransition[g][a][to] * Math.max(...q[to][next]);
          }
        }
        return reward[g][h][a] + (discount * future) / drawn[g][h].length;
      }),
    ),
  );
}
