/**
 * `learn --backup points`: the alternation of learn.ts without a table of histograms, for either form of
 * the local policy. Pairs are compared by V̲ at the same starts, without rollouts; where the starts of the
 * alternation end is compared by what they earn with all robots seen, and with ten and memory.
 */
import { inTurns } from "../../base/steps";
import { jointLimit, type Limit, limitOf } from "../../game/limit";
import { type Game, type PointsPair, sizesOf } from "../../game/model";
import type { PolicyMetadata, ReturnBounds } from "../../game/policy_metadata";
import type { Estimate } from "../../game/statistics";
import type { Trial } from "../../game/trial";
import { Lookahead, vectorsOf } from "../../policy/lookahead";
import { Alternation, type Responses, type Start, type Turns } from "../alternation";
import { bestBlind } from "../blind";
import { gainOf, gapBound, gapsOf, localGainOf } from "../gaps";
import {
  type PointLearnOptions,
  type PointLearnSettings,
  pointSettingsOf,
  type Progress,
} from "../options";
import { breathe, isBetter, simulationOf, trialOf } from "../simulation";
import { blindLocalPolicy, firstStarts } from "../starts";
import { PACKAGE_VERSION } from "../version";
import { boundSteps, dispatched, meanOf } from "./point_learner";
import { type PointCandidate, TurnThreads } from "./turn_threads";

export interface PointLearnResult extends Turns {
  readonly pair: PointsPair;
  readonly metadata: PolicyMetadata & { readonly bounds: ReturnBounds };
  /** Discounted return of the pair with all robots seen. */
  readonly return: Estimate;
}

/** Robots seen at each epoch where not all are. */
const SEEN = 10;
/** By which the ends are compared, and by which the gaps are measured. */
const ROLLOUTS = 256;
const GAP_ROLLOUTS = 128;
/** An end whose V̲ is lower by more than this share is not the best. */
const FAR_SHARE = 0.005;

/** @throws InvalidInputError when an option cannot be used */
export async function learnByPoints(
  game: Game,
  options: PointLearnOptions = {},
): Promise<PointLearnResult> {
  const settings = pointSettingsOf(game, options);
  const responder = new PointResponder(game, settings);
  try {
    return await learnWith(responder);
  } finally {
    await responder.turns.close();
  }
}

async function learnWith(responder: PointResponder): Promise<PointLearnResult> {
  const { game, settings } = responder;
  const starts = await startsOf(game, settings);
  responder.turns.foresee(starts.map(({ localPolicy }) => localPolicy));
  const alternated = await new Alternation(responder).run(starts);
  const best = await responder.best(new Set([alternated.best, ...alternated.ends]));
  const { turns } = alternated;
  const { seed, signal } = settings;
  const limit = limitOf(game, best.pair.localPolicy);
  const lookahead = new Lookahead(limit, vectorsOf(best.pair, limit.sizes));
  const bounds = await inTurns(boundSteps(game, limit, lookahead, { seed }), signal);
  const gaps = await responder.gaps(best, limit);
  const { points, stop } = best.turn;
  const metadata = {
    scenario: game.name,
    scenarioSha256: game.sha256,
    population: settings.population,
    discount: game.discount,
    seed,
    backup: "points" as const,
    backupError: 0,
    ...gaps.gaps,
    pointsUsed: { points, stop },
    bounds,
    globalGapBound: gaps.bound,
    // Each robot obeys the dispatcher that it has of its own.
    teamBound: await inTurns(dispatched(game, jointLimit(game), seed), signal),
    packageVersion: PACKAGE_VERSION,
  };
  return { pair: best.pair, metadata, ...turns, return: gaps.return };
}

/** Responses to a lead that never looks at robots, and (form `command`) to one that repeats itself. */
async function startsOf(
  game: Game,
  { temperature, localForm, signal }: PointLearnSettings,
): Promise<Start[]> {
  const { aG, aL } = sizesOf(game);
  const blind = await bestBlind(game, { temperature, signal });
  const starts = firstStarts(game, blind.localPolicy, temperature);
  if (localForm === "state") return starts;
  const repeated: Float32Array[] = [];
  for (const action of game.globalActions.keys()) {
    repeated.push(blindLocalPolicy(game, action, temperature));
    await breathe(signal);
  }
  const told = (policyFor: (action: number) => Float32Array): Start => {
    const localPolicy = new Float32Array(blind.localPolicy.length * aG);
    for (let row = 0; row < localPolicy.length / aL; row++) {
      const state = Math.floor(row / aG);
      const own = policyFor(row % aG).subarray(state * aL, (state + 1) * aL);
      localPolicy.set(own, row * aL);
    }
    return { localPolicy };
  };
  return [told((a) => repeated[a]), ...starts.map(({ localPolicy }) => told(() => localPolicy))];
}

class PointResponder implements Responses<PointCandidate> {
  readonly standing: { iteration: number; best?: PointCandidate } = { iteration: 0 };
  readonly turns: TurnThreads;

  constructor(
    readonly game: Game,
    readonly settings: PointLearnSettings,
  ) {
    const { population, seed, points, accuracy, localForm, temperature } = settings;
    const own = { population, seed, points, accuracy, localForm, temperature };
    const onPoints = (points: Progress["points"]): void => this.report("G-LEARN", points);
    this.turns = new TurnThreads({ game, settings: own }, settings, onPoints);
  }

  respond({ localPolicy }: Start): Promise<PointCandidate> {
    return this.turns.take(localPolicy);
  }

  async localResponse({ turn }: PointCandidate): Promise<Float32Array> {
    return turn.next;
  }

  /** With all seen, and with ten and memory. */
  trialsOf(pair: PointsPair): readonly Trial[] {
    const { game, settings } = this;
    const { population } = settings;
    const options = simulationOf(settings, "compare", ROLLOUTS);
    return [
      trialOf(game, pair, "sample", { ...options, asked: population }),
      trialOf(game, pair, "filter", { ...options, asked: Math.min(SEEN, population) }),
    ];
  }

  /** Of the pairs whose V̲ is close to the greatest. */
  async best(ends: ReadonlySet<PointCandidate>): Promise<PointCandidate> {
    const [first, ...others] = ends;
    const lower = ({ turn }: PointCandidate): number => meanOf(turn.lowers);
    const most = Math.max(...[...ends].map(lower));
    let best = { end: first, trials: this.trialsOf(first.pair) };
    for (const end of others) {
      if (most - lower(end) > FAR_SHARE * Math.abs(most)) continue;
      this.report("UPDATE");
      const trials = this.trialsOf(end.pair);
      if (await isBetter(trials, best.trials, this.settings.signal)) best = { end, trials };
    }
    return best.end;
  }

  /** What both gain by deviating, and what the pair earns; the global rival is of other points. */
  async gaps({ pair, turn }: PointCandidate, limit: Limit) {
    const { game, settings } = this;
    const options = {
      ...simulationOf(settings, "measure", GAP_ROLLOUTS),
      asked: settings.population,
    };
    const { seed, signal } = settings;
    this.report("gaps");
    const rival = await this.turns.takeAgain(pair.localPolicy);
    const [deviating, own] = [rival.pair, pair].map((one) => trialOf(game, one, "sample", options));
    const globalGain = await gainOf(deviating, own, signal);
    const localGain = await localGainOf(game, pair, turn.best, options);
    const most = gapBound(game, limit, seed, own.earned.return);
    const bound = await inTurns(most, signal);
    return { gaps: gapsOf(globalGain, localGain), bound, return: own.earned.return };
  }

  private report(doing: Progress["doing"], points?: Progress["points"]): void {
    const { iteration, best } = this.standing;
    const { accuracy } = this.settings;
    const gap = accuracy * Math.abs(points?.lower ?? 0);
    this.settings.onProgress?.({
      doing,
      iteration,
      points,
      accuracy: gap,
      best: best && meanOf(best.turn.lowers),
    });
  }
}
