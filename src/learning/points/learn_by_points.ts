/**
 * `learn --backup points`: the alternation of learn.ts without a table of histograms, for either form of
 * the local policy. Pairs are compared by V̲ at the same starts, without rollouts; where the starts of the
 * alternation end is compared by what they earn with all robots seen, and with ten and memory.
 */
import type { Stop } from "../../base/steps";
import { type Game, type PointsPair, sizesOf } from "../../game/model";
import type { PolicyMetadata } from "../../game/policy_metadata";
import type { Trial } from "../../game/trial";
import {
  type Alternated,
  Alternation,
  type Responses,
  NO_TURNS,
  type Start,
  sumOf,
  type Turns,
} from "../alternation";
import { bestBlind } from "../blind";
import {
  type PointLearnOptions,
  type PointLearnSettings,
  pointSettingsOf,
  type Progress,
} from "../options";
import { breathe, isBetter, simulationOf, trialOf } from "../simulation";
import { blindLocalPolicy, firstStarts } from "../starts";
import { PACKAGE_VERSION } from "../version";
import { measure, type Measured } from "./measure";
import { meanOf } from "./point_learner";
import { toldBy } from "./team";
import { type PointCandidate, TurnThreads } from "./turn_threads";

export interface PointLearnResult extends Turns, Measured {
  readonly pair: PointsPair;
  readonly metadata: PolicyMetadata;
}

/** Robots seen at each epoch where not all are. */
const SEEN = 10;
/** By which the ends are compared. */
const ROLLOUTS = 256;
/** Of the time, for learning; the rest is for what is told of the pair. */
const LEARNING_SHARE = 0.6;
/** The same of learning with fewer points, and how many times fewer, with more local states than these. */
const COARSE_SHARE = 0.3;
const COARSER = 4;
const FEW_STATES = 20;
/** An end whose V̲ is lower by more than this share is not the best. */
const FAR_SHARE = 0.005;

/** @throws InvalidInputError when an option cannot be used */
export async function learnByPoints(
  game: Game,
  options: PointLearnOptions = {},
): Promise<PointLearnResult> {
  const settings = pointSettingsOf(game, options);
  const isTimeUp = (): boolean => settings.isTimeUp?.(LEARNING_SHARE) ?? false;
  const responder = new PointResponder(game, { ...settings, isTimeUp });
  try {
    return await learnWith(responder, settings);
  } finally {
    await responder.turns.close();
  }
}

/** @param settings of the whole time */
async function learnWith(
  responder: PointResponder,
  settings: PointLearnSettings,
): Promise<PointLearnResult> {
  const { game } = responder;
  const before = await coarseStarts(game, settings);
  const { best: met, ends, turns } = await responder.alternate(before.starts);
  const best = await responder.best(new Set([met, ...ends]));
  const { points, stop } = best.turn;
  responder.report("gaps");
  const measured = await measure(game, settings, {
    ...best,
    rival: (isUp) => responder.turns.takeAgain(best.pair.localPolicy, isUp),
    repeatedResponse: (until) => repeatedResponse(game, { ...settings, signal: until }),
  });
  const metadata = {
    scenario: game.name,
    scenarioSha256: game.sha256,
    population: settings.population,
    discount: game.discount,
    seed: settings.seed,
    backup: "points" as const,
    backupError: 0,
    ...measured.metadata,
    pointsUsed: { points, stop },
    packageVersion: PACKAGE_VERSION,
  };
  return { ...measured, pair: best.pair, metadata, ...sumOf(before.turns, turns) };
}

/** Where the alternation starts: with many local states where one with fewer points ended, which is cheap. */
async function coarseStarts(game: Game, settings: PointLearnSettings) {
  const starts = await startsOf(game, settings);
  if (sizesOf(game).sL <= FEW_STATES) return { starts, turns: NO_TURNS };
  const isTimeUp = (): boolean => settings.isTimeUp?.(COARSE_SHARE) ?? false;
  const points = Math.ceil(settings.points / COARSER);
  const { pairs, turns } = await alternated(game, { ...settings, points, isTimeUp }, starts);
  return { starts: [{ localPolicy: pairs[0].localPolicy }], turns };
}

/** The pair that an alternation chooses, and those where it ended else. */
export async function alternated(
  game: Game,
  settings: PointLearnSettings,
  starts: readonly Start[],
): Promise<{ readonly pairs: readonly PointsPair[]; readonly turns: Turns }> {
  const responder = new PointResponder(game, settings);
  try {
    const { best, ends, turns } = await responder.alternate(starts);
    const chosen = await responder.best(new Set([best, ...ends]));
    return { pairs: [...new Set([chosen, ...ends])].map(({ pair }) => pair), turns };
  } finally {
    await responder.turns.close();
  }
}

/** Responses to a lead that never looks at robots, and (form `command`) to one that repeats itself. */
async function startsOf(game: Game, settings: PointLearnSettings): Promise<Start[]> {
  const { temperature, localForm } = settings;
  const blind = await bestBlind(game, settings);
  const starts = firstStarts(game, blind.localPolicy, temperature);
  if (localForm === "state") return starts;
  const told = starts.map(({ localPolicy }) => toldBy(game, () => localPolicy));
  const all = [await repeatedResponse(game, settings), ...told];
  return all.map((localPolicy) => ({ localPolicy: Float32Array.from(localPolicy) }));
}

/** Robots' response to a lead that repeats its command, whichever it is. */
async function repeatedResponse(
  game: Game,
  { temperature, signal }: { readonly temperature?: number; readonly signal?: Stop },
): Promise<Float64Array> {
  const responses: Float32Array[] = [];
  for (const action of game.globalActions.keys()) {
    responses.push(blindLocalPolicy(game, action, temperature));
    await breathe(signal);
  }
  return toldBy(game, (action) => responses[action]);
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

  /** The turns that follow from all starts are taken by all threads. */
  alternate(starts: readonly Start[]): Promise<Alternated<PointCandidate>> {
    this.turns.foresee(starts.map(({ localPolicy }) => localPolicy));
    return new Alternation(this).run(starts);
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
      if (this.settings.isTimeUp?.() || most - lower(end) > FAR_SHARE * Math.abs(most)) continue;
      this.report("UPDATE");
      const trials = this.trialsOf(end.pair);
      if (await isBetter(trials, best.trials, this.settings.signal)) best = { end, trials };
    }
    return best.end;
  }

  report(doing: Progress["doing"], points?: Progress["points"]): void {
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
