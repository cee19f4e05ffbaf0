/**
 * Best-response gaps of a pair: what one player gains by deviating alone, as discounted return from
 * the scenario's start at the population learned for, by Monte Carlo on common random numbers that
 * learning did not use.
 *
 * globalGap = max(0, J(BR_g(π_l), π_l) − J(π_g, π_l)), BR_g among policies of (s_g, histogram of
 * k). BR_g is the best of those tried: G-LEARN(π_l), plain or credible (occupancy.ts), and each
 * constant action; it is chosen on one half of the rollouts and measured on the other. A better one
 * may exist, so the estimate is a lower bound.
 * localGap = the same for one robot's own discounted r_l, the n − 1 others and π_g held; BR_l is
 * the greedy L-LEARN(π_g) under the pair's occupancy.
 */
import type { Game } from "../game/model";
import type { Interval } from "../game/policy_metadata";
import { type Estimate, pairedDifference, Z95 } from "../game/statistics";
import type { Alternation, Candidate } from "./alternation";
import { deviatorReturns, isBetter, play, trialOf } from "./simulation";

export interface Gaps {
  readonly globalGap: number;
  readonly globalGapInterval: Interval;
  readonly localGap: number;
  readonly localGapInterval: Interval;
}

/** Of each pair compared. */
const ROLLOUTS = 256;

/** Of the pair that `alternation` found. */
export async function measureGaps(game: Game, alternation: Alternation): Promise<Gaps> {
  const best = alternation.best!;
  const globalGain = await globalGainOf(game, alternation, best);
  const localGain = await localGainOf(game, alternation, best);
  return {
    globalGap: Math.max(0, globalGain.mean),
    globalGapInterval: intervalOf(globalGain),
    localGap: Math.max(0, localGain.mean),
    localGapInterval: intervalOf(localGain),
  };
}

/** 95 %; a gap is not negative. */
function intervalOf({ mean, standardError }: Estimate): Interval {
  return [Math.max(0, mean - Z95 * standardError), Math.max(0, mean + Z95 * standardError)];
}

const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Array.prototype.every.call(a, (value, i) => value === b[i]);

async function globalGainOf(
  game: Game,
  alternation: Alternation,
  { pair }: Candidate,
): Promise<Estimate> {
  const { localPolicy, globalValues } = pair;
  const learned = await alternation.respond({ localPolicy, values: globalValues });
  alternation.report({ doing: "gaps" });
  const constants = game.globalActions.map((_, a) =>
    new Uint8Array(pair.globalPolicy.length).fill(a),
  );
  const trial = (globalPolicy: Uint8Array, use: "choose" | "measure") =>
    trialOf(game, { ...pair, globalPolicy }, "sample", alternation.simulation(use, ROLLOUTS));
  const { signal } = alternation.simulation("choose", ROLLOUTS);
  let rival = learned.pair.globalPolicy;
  for (const constant of constants) {
    const tried = [trial(constant, "choose"), trial(rival, "choose")];
    if (await isBetter(tried.slice(0, 1), tried.slice(1), signal)) rival = constant;
  }
  if (isSame(rival, pair.globalPolicy)) return { mean: 0, standardError: 0 };
  const [gained, own] = [rival, pair.globalPolicy].map((policy) => trial(policy, "measure"));
  for (const one of [gained, own]) await play(one, ROLLOUTS, signal);
  return pairedDifference(gained.returns, own.returns);
}

async function localGainOf(
  game: Game,
  alternation: Alternation,
  best: Candidate,
): Promise<Estimate> {
  const { pair } = best;
  const response = await alternation.localResponse(best);
  alternation.report({ doing: "gaps" });
  if (isSame(response, pair.localPolicy)) return { mean: 0, standardError: 0 };
  const options = alternation.simulation("measure", 2 * ROLLOUTS);
  const returns = (policy: ArrayLike<number>) => deviatorReturns(game, pair, policy, options);
  return pairedDifference(await returns(response), await returns(pair.localPolicy));
}
