/**
 * L-LEARN(π_g): one robot's best response in the MDP over (s_l, s_g) that π_g and the population
 * induce. The effective kernel P(s_g' | s_g, s_l) = E[P_g(s_g' | s_g, a_g)] takes a_g by its law
 * given (s_g, s_l) under the occupancy of the current pair.
 *
 * Deviation: the occupancy is the discounted one of the simulated population of n robots with
 * samples of k, not a stationary guess under uniform s_g (the authors' code), nor the k-chained MDP
 * with UCFH (the paper).
 */
import { type Game, scaleToOne, sizesOf } from "../game/model";
import { Convergence, lowestBest, rewardRange, TIE_SHARE } from "./value_iteration";

/** Width of the values' bounds, as a share of the rewards' range. */
const ACCURACY_SHARE = 1e-9;

/**
 * @param actionLaw P(a_g | s_l, s_g), [sL][sG][aG], rows sum to 1
 * @param temperature softmax of Q / temperature instead of the greedy policy (the authors' version)
 * @returns π_l, [sL][sG][aL]
 */
export function learnLocal(
  game: Game,
  actionLaw: ArrayLike<number>,
  temperature?: number,
): Float32Array {
  const { sL, sG, aL } = sizesOf(game);
  const lead = effectiveKernel(game, actionLaw);
  const range = rewardRange(game);
  let values = new Float64Array(sL * sG);
  const q = new Float64Array(sL * sG * aL);
  const run = new Convergence(game.discount, (ACCURACY_SHARE * range) / 2);
  while (!run.isOver) {
    fillQ(game, lead, values, q);
    const next = values.map((_, state) => Math.max(...q.subarray(state * aL, (state + 1) * aL)));
    const changes = next.map((value, state) => value - values[state]).sort();
    values = next;
    run.take({ least: changes[0], greatest: changes[changes.length - 1] });
  }
  fillQ(game, lead, values, q);
  return policyOf(q, aL, TIE_SHARE * range, temperature);
}

/** P(s_g' | s_g, s_l), [sL][sG][sG']. */
function effectiveKernel(game: Game, actionLaw: ArrayLike<number>): Float64Array {
  const { sL, sG, aG } = sizesOf(game);
  const kernel = new Float64Array(sL * sG * sG);
  for (let state = 0; state < sL * sG; state++) {
    for (let a = 0; a < aG; a++) {
      const probability = actionLaw[state * aG + a];
      const row = ((state % sG) * aG + a) * sG;
      for (let next = 0; next < sG; next++) {
        kernel[state * sG + next] += probability * game.globalTransition[row + next];
      }
    }
  }
  return kernel;
}

/** Q(s_l, s_g, a) = r_l + γ Σ_{s_g'} P(s_g'|s_g,s_l) Σ_{s_l'} P_l(s_l'|s_l,s_g,a) V(s_l', s_g'). */
function fillQ(game: Game, lead: Float64Array, values: Float64Array, q: Float64Array): void {
  const { sL, sG, aL } = sizesOf(game);
  const ahead = new Float64Array(sL);
  for (let state = 0; state < sL * sG; state++) {
    for (let l = 0; l < sL; l++) {
      let sum = 0;
      for (let g = 0; g < sG; g++) sum += lead[state * sG + g] * values[l * sG + g];
      ahead[l] = sum;
    }
    for (let a = 0; a < aL; a++) {
      const row = state * aL + a;
      let future = 0;
      for (let l = 0; l < sL; l++) future += game.localTransition[row * sL + l] * ahead[l];
      q[row] = game.localReward[row] + game.discount * future;
    }
  }
}

function policyOf(q: Float64Array, aL: number, tie: number, temperature?: number): Float32Array {
  const policy = new Float32Array(q.length);
  for (let row = 0; row < q.length; row += aL) {
    const values = q.subarray(row, row + aL);
    const best = Math.max(...values);
    if (temperature === undefined) {
      policy[row + lowestBest(values, tie)] = 1;
      continue;
    }
    const weights = values.map((value) => Math.exp((value - best) / temperature));
    scaleToOne(weights);
    policy.set(weights, row);
  }
  return policy;
}
