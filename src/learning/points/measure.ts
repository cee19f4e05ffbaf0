/** What is told of a pair that was learned at points: as much as time is left for, the cheap first. */
import { inTurns, type Steps, type Stop } from "../../base/steps";
import { jointLimit, type Limit, limitOf } from "../../game/limit";
import type { Game, PointsPair } from "../../game/model";
import type { PolicyMetadata } from "../../game/policy_metadata";
import type { Estimate } from "../../game/statistics";
import { Lookahead, vectorsOf } from "../../policy/lookahead";
import { gainOf, gapBound, gapsOf, localGainOf } from "../gaps";
import { type PointLearnSettings, within } from "../options";
import { play, simulationOf, trialOf } from "../simulation";
import { repeatedSteps, toldBy } from "../starts";
import { pairOf } from "./pair";
import { boundSteps, dispatched, measuredAt, pointSteps } from "./point_learner";
import { teamSteps } from "./team";
import type { Turn } from "./turn";
import type { Values } from "./upper_bound";

export interface Measured {
  readonly metadata: Partial<PolicyMetadata>;
  /** Discounted return of the pair with all robots seen. */
  readonly return: Estimate;
  /** What there was no time for, in words. */
  readonly unmeasured: readonly string[];
}

const ROLLOUTS = 128;
/** That are played whatever the time is. */
const FEWEST_ROLLOUTS = 16;
/** Shares of the time after which learning the rival ends, and learning the team. */
const RIVAL_SHARE = 0.8;
const TEAM_SHARE = 0.95;
const TIME_UP = new Error("the time is up");

/** Does the parts for which there is time. */
class Parts implements Stop {
  readonly missing: string[] = [];

  constructor(private readonly settings: PointLearnSettings) {}

  throwIfAborted(): void {
    this.settings.signal?.throwIfAborted();
    if (this.settings.isTimeUp?.()) throw TIME_UP;
  }

  async do<T>(name: string, work: Steps<T> | (() => Promise<T>)): Promise<T | undefined> {
    try {
      this.throwIfAborted();
      return await (typeof work === "function" ? work() : inTurns(work, this));
    } catch (error) {
      if (error !== TIME_UP) throw error;
      this.missing.push(name);
      return undefined;
    }
  }
}

/** @param best a turn, from whose points those of its rival differ */
export async function measure(
  game: Game,
  settings: PointLearnSettings,
  best: Turn,
): Promise<Measured> {
  const parts = new Parts(settings);
  const { pair } = best;
  const { population, seed, signal } = settings;
  const limit = limitOf(game, pair.localPolicy);
  const options = { ...simulationOf(settings, "measure", ROLLOUTS), asked: population };
  const own = trialOf(game, pair, "sample", options);
  await play(own, FEWEST_ROLLOUTS, signal);
  await parts.do("all rollouts of the return", () => play(own, ROLLOUTS, parts));
  const { return: earned } = own.earned;
  const most = gapBound(game, limit, settings, earned);
  const globalGapBound = await parts.do("the bound of the global gap", most);
  // Each robot obeys the dispatcher that it has of its own.
  const all = dispatched(game, jointLimit(game), seed);
  const every = await parts.do("the team's bound", all);
  const lower = new Lookahead(limit, vectorsOf(pair, limit.sizes));
  const bounds = await parts.do("the bounds", boundSteps(game, limit, lower, seed));
  const localGain = await parts.do("the local gap", () =>
    localGainOf(game, pair, best.best, { ...options, signal: parts }),
  );
  const globalGain = await parts.do("the global gap", async () => {
    const other = { ...within(RIVAL_SHARE, settings), seed: seed + 1 };
    const { plans } = await inTurns(pointSteps(game, pair.localPolicy, other), parts);
    const rival = pairOf(game, pair.localPolicy, plans);
    return gainOf(trialOf(game, rival, "sample", options), own, parts);
  });
  const ofTeam = estimatedTeam(game, settings, pair, { limit, lower }, parts);
  const team = await parts.do("the team's estimate", ofTeam);
  const errors = [team, every].map((one) => one?.standardError ?? 0);
  const metadata = {
    ...gapsOf(globalGain, localGain),
    ...{ bounds, globalGapBound, teamEstimate: team?.mean, teamBound: every?.mean },
    teamError: (team ?? every) ? Math.max(...errors) : undefined,
  };
  return { metadata, return: earned, unmeasured: parts.missing };
}

/** What a team earns at least; the pair is one, with V̲ `lower`. */
function* estimatedTeam(
  game: Game,
  settings: PointLearnSettings,
  { localPolicy }: PointsPair,
  { limit, lower }: { readonly limit: Limit; readonly lower: Values },
  { missing }: Parts,
): Steps<Estimate> {
  const { temperature, seed } = settings;
  const rules = [yield* repeatedSteps(game, temperature)];
  yield;
  rules.push(toldBy(game, () => localPolicy));
  yield;
  const { plans, stop } = yield* teamSteps(game, rules, within(TEAM_SHARE, settings));
  if (stop === "time") missing.push("a better estimate of the team");
  const at: Values["at"] = (g, shares) => Math.max(lower.at(g, shares), plans.at(g, shares));
  return yield* measuredAt(game, limit, seed, { at });
}
