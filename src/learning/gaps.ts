/**
 * Best-response gaps of a pair: what one player gains by deviating alone, as discounted return from
 * the scenario's start at the population learned for, by Monte Carlo on common random numbers that
 * learning did not use.
 *
 * globalGap = max(0, J(BR_g(π_l), π_l) − J(π_g, π_l)), BR_g among policies of (s_g, histogram of
 * k). BR_g is the best of those tried: G-LEARN(π_l), plain or credible (occupancy.ts), each
 * constant action, and one step of improvement (improvement.ts); it is chosen on one half of the rollouts
 * and measured on the other. A better one may exist, so the estimate is a lower bound.
 * localGap = the same for the discounted r_l of one robot that deviates while the n − 1 others follow
 * the pair; BR_l is the greedy L-LEARN(π_g) under the pair's occupancy.
 */
import type { Interval, PolicyMetadata } from "../game/policy_metadata";
import { sharedAmong } from "../game/kinds";
import type { Limit } from "../game/limit";
import { type Estimate, pairedDifference, Z95 } from "../game/statistics";
import type { Trial } from "../game/trial";
import { inTurns, type Steps, type Stop } from "../base/steps";
import type { Game, PolicyPair, TablePair } from "../game/model";
import type { GlobalController } from "../game/population";
import { constantController } from "../policy/controllers";
import type { LearnSettings } from "./options";
import { Improvement } from "./improvement";
import { dispatched, pointSteps } from "./points/point_learner";
import type { Responder, TableCandidate } from "./responder";
import {
  isBetter,
  learningHorizon,
  play,
  type SimulationOptions,
  simulationOf,
  trialOf,
} from "./simulation";

/** A pair, and what decides in place of its global policy. */
type Deviation = [TablePair, GlobalController?];
type Gaps = Pick<PolicyMetadata, `${"global" | "local"}Gap${"" | "Interval"}`>;

const ROLLOUTS = 256;
/** After which a rival that loses is seen to lose first; then twice as many, until all. */
const FIRST_LOOK_ROLLOUTS = 64;
/** From which one step of improvement starts, and points for its values. */
const VISITED_ROLLOUTS = 128;
const IMPROVED_POINTS = 60;

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

/** What the deviating player gains over the pair, by all rollouts of both or as many as show that it loses. */
export async function gainOf(deviating: Trial, own: Trial, signal?: Stop): Promise<Estimate> {
  const all = own.returns.length;
  for (let count = Math.min(FIRST_LOOK_ROLLOUTS, all); ; count = Math.min(2 * count, all)) {
    for (const trial of [deviating, own]) await play(trial, count, signal);
    const [gained, earned] = [deviating, own].map(({ returns }) => returns.subarray(0, count));
    const gain = pairedDifference(gained, earned);
    if (count === all || intervalOf(gain)[1] === 0) return gain;
  }
}

async function globalGainOf(
  { pair, learned: made }: TableCandidate,
  responder: Responder,
): Promise<Estimate> {
  const { game, settings } = responder;
  const { signal } = settings;
  const { localPolicy, globalValues } = pair;
  const learned = made ?? (await responder.respond({ localPolicy, values: globalValues }));
  responder.report({ doing: "gaps" });
  const credible = learned.occupancy.credibleGlobalPolicy(responder.index, learned.pair);
  const rivals: Deviation[] = [learned.pair.globalPolicy, credible]
    .filter((policy) => !isSame(policy, pair.globalPolicy))
    .map((globalPolicy) => [{ ...pair, globalPolicy }]);
  for (const action of game.globalActions.keys()) rivals.push([pair, constantController(action)]);
  const trial = (use: "choose" | "measure", ...[of, controller]: Deviation) =>
    trialOf(game, of, "sample", simulationOf(settings, use, ROLLOUTS), undefined, controller);
  let rival: Deviation = [pair, await improvedOn(pair, responder)];
  let best = trial("choose", ...rival);
  for (const other of rivals) {
    const tried = trial("choose", ...other);
    if (await isBetter([tried], [best], signal)) [rival, best] = [other, tried];
  }
  return gainOf(trial("measure", ...rival), trial("measure", pair), signal);
}

/** The pair's global policy improved where it leads. */
async function improvedOn(pair: TablePair, responder: Responder): Promise<Improvement> {
  const { game, settings, index } = responder;
  const { seed, signal } = settings;
  const options = { points: IMPROVED_POINTS, seed };
  const { plans } = await inTurns(pointSteps(game, pair.localPolicy, options), signal);
  const improved = new Improvement(game, index, plans.lookahead);
  const visited = simulationOf(settings, "choose", VISITED_ROLLOUTS);
  await play(trialOf(game, pair, "sample", visited, improved.visit), VISITED_ROLLOUTS, signal);
  return improved;
}

/**
 * What a global agent that sees all robots gains at most (95 %), with `population` robots: no agent earns
 * more than dispatchers of the robots, one each.
 * @param limit under the π_l of the pair
 * @param earned by the pair of so many, over the epochs by which learning compares
 */
export function* gapBound(
  game: Game,
  limit: Limit,
  { population, seed }: Pick<LearnSettings, "population" | "seed">,
  earned: Estimate,
): Steps<number> {
  const shared = sharedAmong(game, population);
  const most = yield* dispatched(shared, limit, seed, learningHorizon(game));
  const error = Math.hypot(most.standardError, earned.standardError);
  return Math.max(0, most.mean - earned.mean + Z95 * error);
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
