/**
 * L-LEARN(π_g): one robot's best response in the MDP that π_g and the population induce.
 *
 * Form `state`, the paper's: over (s_l, s_g). The effective kernel P(s_g' | s_g, s_l) =
 * E[P_g(s_g' | s_g, a_g)] takes a_g by its law given (s_l, s_g).
 * Form `command`: over (s_l, s_g, a_g); the next command comes by its law given (s_l', s_g').
 *
 * Deviation: the laws are those of the discounted occupancy of the simulated population of n robots
 * under the current pair, not of a stationary guess under uniform s_g (the authors' code), nor the
 * k-chained MDP with UCFH (the paper).
 */
import type { Steps } from "../base/steps";
import { type SparseRows, sparseRows } from "../game/limit";
import { type Game, type LocalForm, scaleToOne, sizesOf } from "../game/model";
import { lowestBest } from "../policy/lookahead";
import { iterate, rewardRange, TIE_SHARE } from "./value_iteration";

/** Width of the values' bounds, as a share of the rewards' range. */
const ACCURACY_SHARE = 1e-9;

/** P(a_g | s_l, s_g), [sL][sG][aG], rows sum to 1. */
export type ActionLaw = ArrayLike<number>;

/**
 * In steps: with the command, a hundred zones take a minute.
 * @param law of the commands that a robot meets
 * @param temperature softmax of Q / temperature instead of the greedy policy (the authors' version)
 * @returns π_l in the form asked for, [sL][sG][aL] or [sL][sG][aG][aL]
 */
export function* localSteps(
  game: Game,
  law: ActionLaw,
  temperature?: number,
  form: LocalForm = "state",
): Steps<Float32Array> {
  const { sL, sG, aG, aL } = sizesOf(game);
  const isTold = form === "command";
  const lead = sparseRows(isTold ? game.globalTransition : effectiveKernel(game, law), sG);
  const robots = sparseRows(game.localTransition, sL);
  const range = rewardRange(game);
  const values = new Float64Array(sL * sG);
  const q = new Float64Array(sL * sG * (isTold ? aG : 1) * aL);
  const best = (row: number): number => mostOf(q, row * aL, (row + 1) * aL);
  /** What a robot expects in a state before it hears the command; in the form `state`: ever. */
  const expected = (state: number): number => {
    if (!isTold) return best(state);
    let sum = 0;
    for (let row = state * aG; row < (state + 1) * aG; row++) {
      if (law[row] > 0) sum += law[row] * best(row);
    }
    return sum;
  };
  const backup = (_: number, out: Float64Array): void => {
    fillQ(game, lead, robots, values, q, isTold);
    for (let state = 0; state < out.length; state++) out[state] = expected(state);
  };
  const accuracy = (ACCURACY_SHARE * range) / 2;
  yield* iterate([values], backup, game.discount, { accuracy }, "any");
  fillQ(game, lead, robots, values, q, isTold);
  return policyOf(q, aL, TIE_SHARE * range, temperature);
}

function mostOf(values: Float64Array, from: number, end: number): number {
  let most = -Infinity;
  for (let i = from; i < end; i++) if (values[i] > most) most = values[i];
  return most;
}

/** P(s_g' | s_g, s_l), [sL][sG][sG']. */
export function effectiveKernel(game: Game, law: ActionLaw): Float64Array {
  const { sL, sG, aG } = sizesOf(game);
  const kernel = new Float64Array(sL * sG * sG);
  for (let state = 0; state < sL * sG; state++) {
    for (let a = 0; a < aG; a++) {
      const probability = law[state * aG + a];
      if (probability === 0) continue;
      const row = ((state % sG) * aG + a) * sG;
      for (let next = 0; next < sG; next++) {
        kernel[state * sG + next] += probability * game.globalTransition[row + next];
      }
    }
  }
  return kernel;
}

/**
 * Q(s_l, s_g, a) = r_l + γ Σ_{s_g'} P(s_g'|s_g,s_l) Σ_{s_l'} P_l(s_l'|s_l,s_g,a) V(s_l', s_g'), or by
 * P_g(s_g'|s_g,a_g) for each a_g.
 * @param lead rows (s_l, s_g), or (s_g, a_g)
 */
function fillQ(
  game: Game,
  lead: SparseRows,
  robots: SparseRows,
  values: Float64Array,
  q: Float64Array,
  isTold: boolean,
): void {
  const { sL, sG, aL } = sizesOf(game);
  const told = q.length / (sL * sG * aL);
  const ahead = new Float64Array(sL);
  const isKnown = new Uint8Array(sL);
  for (let state = 0; state < sL * sG; state++) {
    for (let command = 0; command < told; command++) {
      const leading = isTold ? (state % sG) * told + command : state;
      isKnown.fill(0);
      for (let a = 0; a < aL; a++) {
        const row = state * aL + a;
        let future = 0;
        for (let i = robots.starts[row]; i < robots.starts[row + 1]; i++) {
          const l = robots.columns[i];
          if (isKnown[l] === 0) {
            isKnown[l] = 1;
            ahead[l] = 0;
            for (let j = lead.starts[leading]; j < lead.starts[leading + 1]; j++) {
              ahead[l] += lead.values[j] * values[l * sG + lead.columns[j]];
            }
          }
          future += robots.values[i] * ahead[l];
        }
        q[(state * told + command) * aL + a] = game.localReward[row] + game.discount * future;
      }
    }
  }
}

function policyOf(q: Float64Array, aL: number, tie: number, temperature?: number): Float32Array {
  const policy = new Float32Array(q.length);
  for (let row = 0; row < q.length; row += aL) {
    const values = q.subarray(row, row + aL);
    if (temperature === undefined) {
      policy[row + lowestBest(values, tie)] = 1;
      continue;
    }
    const best = mostOf(values, 0, aL);
    const weights = values.map((value) => Math.exp((value - best) / temperature));
    scaleToOne(weights);
    policy.set(weights, row);
  }
  return policy;
}
