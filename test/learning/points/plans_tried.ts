/** What tests of plans share. */
import { keyedUniform } from "../../../src/game/draws";
import { HistogramIndex } from "../../../src/game/histogram";
import { type Game, sizesOf } from "../../../src/game/model";
import type { GlobalController } from "../../../src/game/population";
import type { Lookahead } from "../../../src/policy/lookahead";
import type { Plans } from "../../../src/learning/points/plans";
import { randomGame, randomLocalPolicy } from "../../games";
import { movedLaw } from "../brute_force";
import { localKernel, meanLocalReward } from "../../dense_kernels";

export const ROUNDING = 1e-9;

/** Local states and robots of games that are small enough to be solved jointly. */
export const TINY = [
  [2, 2],
  [2, 3],
  [2, 4],
  [3, 2],
  [3, 3],
] as const;

/** A game whose best command depends on where the robots are. */
export function contested(seed: number, sL: number) {
  const sizes = { sG: 2, aG: 2, sL, aL: 2 };
  return { game: randomGame(sizes, seed), policy: randomLocalPolicy(sizes, seed) };
}

/** Distributions of all kinds: corners and edges as well as the middle. */
export function distributions(states: number, count: number): Float64Array[] {
  const uniform = keyedUniform(1, "learn", "distributions");
  return Array.from({ length: count }, () => {
    const shares = Float64Array.from({ length: states }, () => Math.max(0, uniform() - 0.4) ** 2);
    shares[Math.floor(uniform() * states)] += 0.1;
    const total = shares.reduce((sum, share) => sum + share, 0);
    return shares.map((share) => share / total);
  });
}

export function commandOf({ lookahead }: Plans, globalState: number, shares: Float64Array): number {
  lookahead.look(globalState, shares);
  return lookahead.action;
}

/** Values of n robots under the policy that looks one step ahead over the plans, [sG][H]. */
export function greedyValues(game: Game, policy: ArrayLike<number>, plans: Plans, n: number) {
  const { sG, aG, sL } = sizesOf(game);
  const index = new HistogramIndex(sL, n);
  const laws = game.globalStates.map((_, g) => {
    const rows: Float64Array[] = [];
    index.forEach((counts) => rows.push(movedLaw(counts, localKernel(game, policy, g))));
    return rows;
  });
  let values = laws.map(() => new Float64Array(index.count));
  for (let sweep = 0; sweep < 400; sweep++) {
    const next = laws.map(() => new Float64Array(index.count));
    index.forEach((counts, h) => {
      for (let g = 0; g < sG; g++) {
        const shares = Float64Array.from(counts, (count) => count / n);
        const row = g * aG + commandOf(plans, g, shares);
        const local = meanLocalReward(game, policy, g);
        next[g][h] = game.globalReward[row] + shares.reduce((sum, p, s) => sum + p * local[s], 0);
        for (let to = 0; to < sG; to++) {
          const ahead = laws[g][h].reduce((sum, p, moved) => sum + p * values[to][moved], 0);
          next[g][h] += game.discount * game.globalTransition[row * sG + to] * ahead;
        }
      }
    });
    values = next;
  }
  return { values, index };
}

/** A policy by vectors, with the shares of the sample as they are. */
export function lookaheadController(lookahead: Lookahead, sampleSize: number): GlobalController {
  return {
    sampleSize,
    decide(globalState, sample) {
      lookahead.look(
        globalState,
        Float64Array.from(sample, (count) => count / sampleSize),
      );
      return lookahead.action;
    },
  };
}
