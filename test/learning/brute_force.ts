/** The k-agent surrogate solved plainly: joint states, every joint move enumerated. */
import { HistogramIndex } from "../../src/game/histogram";
import { type Game, sizesOf } from "../../src/game/model";
import { localKernel, meanLocalReward } from "../dense_kernels";

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

/**
 * Q[s_g][joint][a_g] of k agents for given V[s_g][joint], over all joint transitions.
 * @param localPolicy π_l, in either form
 */
export function jointBackup(game: Game, localPolicy: ArrayLike<number>, k: number) {
  const { sG, sL } = sizesOf(game);
  const all = Array.from({ length: sL ** k }, (_, j) => digits(j, sL, k));
  const robots = game.globalStates.map((_, g) =>
    game.globalActions.map((_, a) => {
      const kernel = localKernel(game, localPolicy, g, a);
      const reward = meanLocalReward(game, localPolicy, g, a);
      const move = (from: number[], to: number[]): number =>
        from.reduce((p, s, i) => p * kernel[s * sL + to[i]], 1);
      return { reward, law: all.map((from) => all.map((to) => move(from, to))) };
    }),
  );
  return (values: readonly Float64Array[]): number[][][] =>
    robots.map((commands, g) =>
      all.map((states, j) =>
        commands.map(({ reward, law }, a) => {
          const row = g * commands.length + a;
          let q = game.globalReward[row];
          for (const s of states) q += reward[s] / k;
          for (let to = 0; to < sG; to++) {
            const ahead = law[j].reduce((sum, p, after) => sum + p * values[to][after], 0);
            q += game.discount * game.globalTransition[row * sG + to] * ahead;
          }
          return q;
        }),
      ),
    );
}

/** V*[s_g][joint] by value iteration, to 1e-12. */
export function solveJointly(
  game: Game,
  localPolicy: ArrayLike<number>,
  k: number,
): Float64Array[] {
  const backup = jointBackup(game, localPolicy, k);
  let values = game.globalStates.map(() => new Float64Array(sizesOf(game).sL ** k));
  for (let change = 1; change > 1e-12;) {
    const next = backup(values).map((rows) => Float64Array.from(rows, (q) => Math.max(...q)));
    change = Math.max(
      ...next.flatMap((row, g) => [...row.map((v, j) => Math.abs(v - values[g][j]))]),
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
