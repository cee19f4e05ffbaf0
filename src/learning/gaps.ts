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
import type { Game } from "../game/model";
import type { Interval } from "../game/policy_metadata";
import { type Estimate, pairedDifference, Z95 } from "../game/statistics";
import type { LearnSettings } from "./options";
import type { Candidate, Responder } from "./responder";
import { isBetter, play, simulationOf, trialOf } from "./simulation";

export interface Gaps {
  readonly globalGap: number;
  readonly globalGapInterval: Interval;
  readonly localGap: number;
  readonly localGapInterval: Interval;
}

const ROLLOUTS = 256;

/** @param responder of the pair's table size */
export async function measureGaps(
  game: Game,
  candidate: Candidate,
  responder: Responder,
  settings: LearnSettings,
): Promise<Gaps> {
  const globalGain = await globalGainOf(game, candidate, responder, settings);
  const localGain = await localGainOf(game, candidate, responder, settings);
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
  { pair }: Candidate,
  responder: Responder,
  settings: LearnSettings,
): Promise<Estimate> {
  const { localPolicy, globalValues } = pair;
  const learned = await responder.respond({ localPolicy, values: globalValues });
  responder.report({ doing: "gaps" });
  const { signal } = settings;
  const trial = (globalPolicy: Uint8Array, use: "choose" | "measure") =>
    trialOf(game, { ...pair, globalPolicy }, "sample", simulationOf(settings, use, ROLLOUTS));
  let rival = learned.pair.globalPolicy;
  for (const action of game.globalActions.keys()) {
    const constant = new Uint8Array(rival.length).fill(action);
    const [tried, best] = [trial(constant, "choose"), trial(rival, "choose")];
    if (await isBetter([tried], [best], signal)) rival = constant;
  }
  if (isSame(rival, pair.globalPolicy)) return { mean: 0, standardError: 0 };
  const gained = await play(trial(rival, "measure"), ROLLOUTS, signal);
  const own = await play(trial(pair.globalPolicy, "measure"), ROLLOUTS, signal);
  return pairedDifference(gained.returns, own.returns);
}

async function localGainOf(
  game: Game,
  candidate: Candidate,
  responder: Responder,
  settings: LearnSettings,
): Promise<Estimate> {
  const { pair } = candidate;
  const response = await responder.localResponse(candidate);
  responder.report({ doing: "gaps" });
  if (isSame(response, pair.localPolicy)) return { mean: 0, standardError: 0 };
  const options = simulationOf(settings, "measure", 2 * ROLLOUTS);
  const [gained, own] = [response, pair.localPolicy].map((deviator) =>
    trialOf(game, pair, "sample", { ...options, deviator }),
  );
  for (const trial of [gained, own]) await play(trial, options.rollouts, settings.signal);
  return pairedDifference(gained.returns, own.returns);
}
