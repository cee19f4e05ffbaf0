/**
 * `learn --backup points`: the alternation of learn.ts without a table of histograms, for either form of
 * the local policy. Pairs are compared by V̲ at the same starts, without rollouts; where the starts of the
 * alternation end is compared by what they earn with all robots seen, and with ten and memory.
 */
import { inTurns } from "../../base/steps";
import { type Game, type PointsPair, sizesOf } from "../../game/model";
import type { PolicyMetadata } from "../../game/policy_metadata";
import type { Trial } from "../../game/trial";
import { Alternation, NO_TURNS, type Start, sumOf, type Turns } from "../alternation";
import { bestBlind } from "../blind";
import {
  type PointLearnOptions,
  type PointLearnSettings,
  pointSettingsOf,
  within,
} from "../options";
import { isBetter, simulationOf, trialOf } from "../simulation";
import { startSteps } from "../starts";
import { PACKAGE_VERSION } from "../version";
import { measure, type Measured } from "./measure";
import { meanOf } from "./point_learner";
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
  const coarse = await coarseStarts(game, settings);
  const rest = within(LEARNING_SHARE, settings);
  const fine =
    coarse.candidates && rest.isTimeUp?.()
      ? { candidates: coarse.candidates, turns: NO_TURNS }
      : await alternated(game, rest, coarse.starts);
  const [chosen] = fine.candidates;
  const { pair, points, stop } = chosen;
  const best = meanOf(chosen.lowers);
  settings.onProgress?.({ doing: "gaps", iteration: fine.turns.iterations, best });
  const measured = await measure(game, settings, chosen);
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
  return { ...measured, pair, metadata, ...sumOf(coarse.turns, fine.turns) };
}

/** Where the alternation starts: with many local states where one with fewer points ended, which is cheap. */
async function coarseStarts(game: Game, settings: PointLearnSettings) {
  const { temperature, localForm, signal } = settings;
  const { localPolicy: blind } = await bestBlind(game, settings);
  const starts = await inTurns(startSteps(game, blind, temperature, localForm), signal);
  if (sizesOf(game).sL <= FEW_STATES) return { starts, turns: NO_TURNS, candidates: undefined };
  const points = Math.ceil(settings.points / COARSER);
  const coarse = { ...within(COARSE_SHARE, settings), points };
  const { candidates, turns } = await alternated(game, coarse, starts);
  return { starts: [{ localPolicy: candidates[0].pair.localPolicy }], turns, candidates };
}

/** The pair that an alternation chooses, and those where it ended else, by V̲. */
export async function alternated(
  game: Game,
  settings: PointLearnSettings,
  starts: readonly Start[],
): Promise<{ readonly candidates: readonly PointCandidate[]; readonly turns: Turns }> {
  const responder = new TurnThreads(game, settings);
  try {
    // The turns that follow from all starts are taken by all threads.
    responder.foresee(starts);
    const { best, ends, turns } = await new Alternation(responder).run(starts);
    const chosen = await bestOf(new Set([best, ...ends]), responder);
    const others = [...ends].sort((a, b) => meanOf(b.lowers) - meanOf(a.lowers));
    return { candidates: [...new Set([chosen, ...others])], turns };
  } finally {
    await responder.close();
  }
}

/** Of the pairs whose V̲ is close to the greatest, by what they earn with all seen, and with ten and memory. */
async function bestOf(ends: ReadonlySet<PointCandidate>, responder: TurnThreads) {
  const { game, settings } = responder;
  const { population, isTimeUp, signal } = settings;
  const options = simulationOf(settings, "compare", ROLLOUTS);
  const trialsOf = ({ pair }: PointCandidate): readonly Trial[] => [
    trialOf(game, pair, "sample", { ...options, asked: population }),
    trialOf(game, pair, "filter", { ...options, asked: Math.min(SEEN, population) }),
  ];
  const [first, ...others] = ends;
  const lower = ({ lowers }: PointCandidate): number => meanOf(lowers);
  const most = Math.max(...[...ends].map(lower));
  let best = { end: first, trials: trialsOf(first) };
  for (const end of others) {
    if (isTimeUp?.() || most - lower(end) > FAR_SHARE * Math.abs(most)) continue;
    responder.report("UPDATE");
    const trials = trialsOf(end);
    if (await isBetter(trials, best.trials, signal)) best = { end, trials };
  }
  return best.end;
}
