/**
 * Best-response gaps of a pair: what one player gains by deviating alone, as discounted return from
 * the scenario's start at the population learned for, by Monte Carlo on common random numbers that
 * learning did not use.
 *
 * globalGap = max(0, J(BR_g(π_l), π_l) − J(π_g, π_l)), BR_g among policies of (s_g, histogram of
 * k). BR_g is the best of those tried: G-LEARN(π_l), plain or credible (credibility.ts), and each
 * constant action. A better one may
 * exist, so the estimate is a lower bound.
 * localGap = the same for one robot's own discounted r_l, the n − 1 others and π_g held; BR_l is
 * the greedy L-LEARN(π_g) under the pair's occupancy.
 */
import type { Game, PolicyPair } from "../game/model";
import type { Interval } from "../game/policy_metadata";
import type { Alternation } from "./alternation";
import { deviatorReturns, outcomeOf } from "./simulation";
import { type Estimate, pairedDifference, Z95 } from "../game/statistics";

export interface Gaps {
  readonly globalGap: number;
  readonly globalGapInterval: Interval;
  readonly localGap: number;
  readonly localGapInterval: Interval;
}

const GLOBAL_ROLLOUTS = 400;
const LOCAL_ROLLOUTS = 1000;

const ZERO: Estimate = { mean: 0, standardError: 0 };

export async function measureGaps(
  game: Game,
  alternation: Alternation,
  pair: PolicyPair,
): Promise<Gaps> {
  alternation.report({ doing: "gaps" });
  const globalGain = await bestGlobalGain(game, alternation, pair);
  const localGain = await localGainOf(game, alternation, pair);
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

async function bestGlobalGain(
  game: Game,
  alternation: Alternation,
  pair: PolicyPair,
): Promise<Estimate> {
  const options = alternation.simulation("gaps", GLOBAL_ROLLOUTS);
  const own = (await outcomeOf(game, alternation.index, pair, options)).returns;
  const learned = await alternation.respond(pair.localPolicy, pair.globalValues);
  const rivals = [
    learned.pair.globalPolicy,
    ...game.globalActions.map((_, a) => new Uint8Array(pair.globalPolicy.length).fill(a)),
  ];
  let best = ZERO;
  for (const globalPolicy of rivals) {
    if (globalPolicy.every((action, i) => action === pair.globalPolicy[i])) continue;
    const rival = { ...pair, globalPolicy };
    const { returns } = await outcomeOf(game, alternation.index, rival, options);
    const gain = pairedDifference(returns, own);
    if (gain.mean > best.mean) best = gain;
  }
  return best;
}

async function localGainOf(
  game: Game,
  alternation: Alternation,
  pair: PolicyPair,
): Promise<Estimate> {
  const response = await alternation.localResponse(pair, undefined);
  if (response.every((p, i) => p === pair.localPolicy[i])) return ZERO;
  const options = alternation.simulation("gaps", LOCAL_ROLLOUTS);
  const returns = (policy: ArrayLike<number>) =>
    deviatorReturns(game, alternation.index, pair, policy, options);
  return pairedDifference(await returns(response), await returns(pair.localPolicy));
}
