/** The k-agent surrogate solved plainly: joint states, every joint move enumerated. */
import { HistogramIndex } from "../../src/game/histogram";
import { type Game, localKernel, meanLocalReward, sizesOf } from "../../src/game/model";

/**
 * Law of h' from `counts` when each robot moves by `kernel`: robots are added one by one to a table
 * over the histograms of as many robots.
 * @param kernel M, [sL][sL']
 * @returns [H], over the histograms of all robots of `counts`
 */
export function movedLaw(counts: ArrayLike<number>, kernel: ArrayLike<number>): Float64Array {
  const states = counts.length;
  let law = Float64Array.of(1);
  let index: HistogramIndex | undefined;
  for (let s = 0; s < states; s++) {
    for (let robot = 0; robot < counts[s]; robot++) {
      const larger: HistogramIndex = new HistogramIndex(states, (index?.size ?? 0) + 1);
      const next = new Float64Array(larger.count);
      const add = (moved: Int32Array, probability: number): void => {
        for (let t = 0; t < states; t++) {
          moved[t] += 1;
          next[larger.indexOf(moved)] += probability * kernel[s * states + t];
          moved[t] -= 1;
        }
      };
      if (index) index.forEach((moved, h) => add(moved, law[h]));
      else add(new Int32Array(states), 1);
      law = next;
      index = larger;
    }
  }
  return law;
}

/** Joint states (s_1, ..., s_k) of k agents as digits of a number. */
const digits = (joint: number, states: number, k: number): number[] =>
  Array.from({ length: k }, (_, i) => Math.floor(joint / states ** i) % states);

/** V*[s_g][joint] of k agents by value iteration over all joint transitions, to 1e-12. */
export function solveJointly(
  game: Game,
  localPolicy: ArrayLike<number>,
  k: number,
): Float64Array[] {
  const { sG, aG, sL } = sizesOf(game);
  const joints = sL ** k;
  const kernels = game.globalStates.map((_, g) => localKernel(game, localPolicy, g));
  const rewards = game.globalStates.map((_, g) => meanLocalReward(game, localPolicy, g));
  const all = Array.from({ length: joints }, (_, j) => digits(j, sL, k));
  const move = (g: number, from: number[], to: number[]): number =>
    from.reduce((p, s, i) => p * kernels[g][s * sL + to[i]], 1);
  const law = kernels.map((_, g) => all.map((from) => all.map((to) => move(g, from, to))));
  let values = game.globalStates.map(() => new Float64Array(joints));
  for (let change = 1; change > 1e-12;) {
    change = 0;
    const next = values.map((row, g) =>
      row.map((old, j) => {
        const ahead = values.map((v) => law[g][j].reduce((sum, p, to) => sum + p * v[to], 0));
        const local = all[j].reduce((sum, s) => sum + rewards[g][s] / k, 0);
        let best = -Infinity;
        for (let a = 0; a < aG; a++) {
          let q = game.globalReward[g * aG + a] + local;
          for (let to = 0; to < sG; to++) {
            q += game.discount * game.globalTransition[(g * aG + a) * sG + to] * ahead[to];
          }
          best = Math.max(best, q);
        }
        change = Math.max(change, Math.abs(best - old));
        return best;
      }),
    );
    values = next;
  }
  return values;
}

/** A joint state that has the given counts. */
export function jointOf(counts: ArrayLike<number>): number {
  let joint = 0;
  let place = 1;
  for (let s = 0; s < counts.length; s++) {
    for (let i = 0; i < counts[s]; i++) {
      joint += s * place;
      place *= counts.length;
    }
  }
  return joint;
}
