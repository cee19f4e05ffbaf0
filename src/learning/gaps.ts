/**
 * Best-response gaps of a pair: what one player gains by deviating alone, as discounted return from
 * the scenario's start at the population learned for, by Monte Carlo on common random numbers that
 * learning did not use.
 *
 * globalGap = max(0, J(BR_g(π_l), π_l) − J(π_g, π_l)), BR_g among policies of (s_g, histogram of
 * k). BR_g is the best of those tried: G-LEARN(π_l), plain or credible (occupancy.ts), and each
 * constant action; it is chosen on one half of the rollouts and measured on the other. A better one
 * may exist, so the estimate is a lower bound.
 * localGap = the same for the discounted r_l of one robot that deviates while the n − 1 others follow
 * the pair; BR_l is the greedy L-LEARN(π_g) under the pair's occupancy.
 */
import type { Interval, PolicyMetadata } from "../game/policy_metadata";
import type { Limit } from "../game/limit";
import { type Estimate, pairedDifference, Z95 } from "../game/statistics";
import type { Trial } from "../game/trial";
import type { Steps, Stop } from "../base/steps";
import { dispatched } from "./points/point_learner";
import type { Game, PolicyPair } from "../game/model";
import type { Responder, TableCandidate } from "./responder";
import {
  isBetter,
  learningHorizon,
  play,
  type SimulationOptions,
  simulationOf,
  trialOf,
} from "./simulation";

type Gaps = Pick<PolicyMetadata, `${"global" | "local"}Gap${"" | "Interval"}`>;

const ROLLOUTS = 256;

/** @param responder of the pair's table size */
export async function measureGaps(candidate: TableCandidate, responder: Responder): Promise<Gaps> {
  const { game, settings } = responder;
  const globalGain = await globalGainOf(candidate, responder);
  const response = await responder.localResponse(candidate);
  responder.report({ doing: "gaps" });
  const options = simulationOf(settings, "measure", 2 * ROLLOUTS);
  return gapsOf(globalGain, await localGainOf(game, candidate.pair, response, options));
}

/** Of the gains that were measured. */
export function gapsOf(globalGain?: Estimate, localGain?: Estimate): Gaps {
  return {
    globalGap: globalGain && Math.max(0, globalGain.mean),
    globalGapInterval: globalGain && intervalOf(globalGain),
    localGap: localGain && Math.max(0, localGain.mean),
    localGapInterval: localGain && intervalOf(localGain),
  };
}

/** 95 %; a gap is not negative. */
function intervalOf({ mean, standardError }: Estimate): Interval {
  return [Math.max(0, mean - Z95 * standardError), Math.max(0, mean + Z95 * standardError)];
}

const NO_GAIN: Estimate = { mean: 0, standardError: 0 };

const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Array.prototype.every.call(a, (value, i) => value === b[i]);

/** What the deviating player gains over the pair, by all rollouts of both. */
export async function gainOf(deviating: Trial, own: Trial, signal?: Stop): Promise<Estimate> {
  for (const trial of [deviating, own]) await play(trial, trial.returns.length, signal);
  return pairedDifference(deviating.returns, own.returns);
}

async function globalGainOf(
  { pair, learned: made }: TableCandidate,
  responder: Responder,
): Promise<Estimate> {
  const { game, settings } = responder;
  const { localPolicy, globalValues } = pair;
  const learned = made ?? (await responder.respond({ localPolicy, values: globalValues }));
  responder.report({ doing: "gaps" });
  const trial = (globalPolicy: Uint8Array, use: "choose" | "measure") =>
    trialOf(game, { ...pair, globalPolicy }, "sample", simulationOf(settings, use, ROLLOUTS));
  const credible = learned.occupancy.credibleGlobalPolicy(responder.index, learned.pair);
  const constants = game.globalActions.map((_, a) => new Uint8Array(credible.length).fill(a));
  let rival = learned.pair.globalPolicy;
  let best = trial(rival, "choose");
  for (const other of [credible, ...constants]) {
    const tried = trial(other, "choose");
    if (await isBetter([tried], [best], settings.signal)) [rival, best] = [other, tried];
  }
  if (isSame(rival, pair.globalPolicy)) return NO_GAIN;
  const [deviating, own] = [rival, pair.globalPolicy].map((policy) => trial(policy, "measure"));
  return gainOf(deviating, own, settings.signal);
}

/**
 * What a global agent that sees all robots gains at most, for any n: no agent earns more than dispatchers of
 * the robots, one each.
 * @param limit under the π_l of the pair
 * @param earned by the pair, over the epochs by which learning compares
 */
export function* gapBound(game: Game, limit: Limit, seed: number, earned: Estimate): Steps<number> {
  const most = yield* dispatched(game, limit, seed, learningHorizon(game));
  return Math.max(0, most.mean - earned.mean);
}

/** @param response π_l of the robot that deviates */
export async function localGainOf(
  game: Game,
  pair: PolicyPair,
  response: Float32Array,
  options: SimulationOptions,
): Promise<Estimate> {
  if (isSame(response, pair.localPolicy)) return NO_GAIN;
  const [deviating, own] = [response, pair.localPolicy].map((deviator) =>
    trialOf(game, pair, "sample", { ...options, deviator }),
  );
  return gainOf(deviating, own, options.signal);
}
