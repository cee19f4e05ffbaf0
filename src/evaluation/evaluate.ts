/**
 * `evaluate`: what a pair of policies earns in a population simulated without robots, beside
 * references in the same run on common random numbers.
 */
import { groupsOf, kindsProblem, type Sampling, samplingProblem } from "../game/kinds";
import { type Game, type PolicyPair, sizesOf } from "../game/model";
import {
  type EpochVisitor,
  type GlobalController,
  type PopulationStart,
  type TransitionTiming,
} from "../game/population";
import { InvalidInputError, requireWhole } from "../base/errors";
import { type Estimate, pairedDifference, sumOf, Z95 } from "../game/statistics";
import { Trial } from "../game/trial";
import { blindLocalPolicy } from "../learning/starts";
import { constantController, policyController, randomController } from "../policy/controllers";
import type { ObservationMode } from "../policy/observation";
import { sampleSizeOf } from "../policy/sample_size";

export interface EvaluateOptions {
  /** n; default 1000, or that of `start`. */
  readonly population?: number;
  /** Robots asked at each epoch; default: the table's k, or 20 without a table (at most n). */
  readonly sampleSize?: number;
  /** Default: uniform. */
  readonly sampling?: Sampling;
  /** Default: sample. */
  readonly observation?: ObservationMode;
  /** Where every episode starts; default: draws of the scenario's initial law. */
  readonly start?: PopulationStart;
  /** Epochs of a rollout; default: the scenario's horizon, else 50. */
  readonly horizon?: number;
  /** Default 400. */
  readonly rollouts?: number;
  /** Default: current, the paper's rule. */
  readonly transitionTiming?: TransitionTiming;
  /** A non-negative whole number; default 0. */
  readonly seed?: number;
}

export interface Earned {
  /** Σ_t γ^t r_t. */
  readonly return: Estimate;
  /** Undiscounted mean of r_t. */
  readonly rewardPerStep: Estimate;
}

export interface References {
  /** Uniformly random global actions, robots by the learned π_l. */
  readonly random: Earned;
  /** The best global action, commanded always, with the robots' best response to it. */
  readonly blind: Earned & { readonly globalAction: number };
  /** The learned π_g with the histogram of all n robots (a table: rounded to its k). */
  readonly full: Earned;
}

export interface EvaluateResult extends Earned {
  /**
   * Share of epochs in which the most frequent state of the belief acted on (the lowest of equal
   * ones) is a most frequent state of the population.
   */
  readonly modeAccuracy: number;
  readonly references: References;
  /** This pair minus the blind one, paired on common random numbers. */
  readonly overBlind: Earned;
  /** With another policy: this one minus that one, paired on common random numbers. */
  readonly difference?: Earned;
  /** What the other policy earns, asking as many robots as its own table has unless told. */
  readonly other?: Earned;
  readonly settings: EvaluateSettings;
}

export type EvaluateSettings = Required<Omit<EvaluateOptions, "start">> &
  Pick<EvaluateOptions, "start">;

/**
 * Evaluates a pair; with `other`, compares them on common random numbers.
 * @param policy a loaded policy, or anything with a pair
 * @throws InvalidInputError when an option cannot be used
 */
export function evaluate(
  game: Game,
  policy: { readonly pair: PolicyPair },
  options: EvaluateOptions = {},
  other?: { readonly pair: PolicyPair },
): EvaluateResult {
  const { pair } = policy;
  const settings = settingsOf(game, pair, options);
  const { population } = settings;
  const accuracy = { right: 0, epochs: 0 };
  const own = playPolicy(game, pair, settings, accuracy);
  const blind = playBlind(game, settings);
  const all = policyController(game, pair, "sample", population, population);
  const others = other && playPolicy(game, other.pair, settingsOf(game, other.pair, options));
  return {
    ...own.earned,
    modeAccuracy: accuracy.right / accuracy.epochs,
    references: {
      random: play(game, pair.localPolicy, randomController(game), settings).earned,
      blind: { ...blind.trial.earned, globalAction: blind.globalAction },
      full: play(game, pair.localPolicy, all, settings).earned,
    },
    overBlind: difference(own, blind.trial),
    other: others?.earned,
    difference: others && difference(own, others),
    settings,
  };
}

function difference(own: Trial, other: Trial): Earned {
  return {
    return: pairedDifference(own.returns, other.returns),
    rewardPerStep: pairedDifference(own.means, other.means),
  };
}

/** Mean reward per step of each single rollout, for quantiles. */
export function rollouts(
  game: Game,
  pair: PolicyPair,
  options: EvaluateOptions = {},
): Float64Array {
  return playPolicy(game, pair, settingsOf(game, pair, options)).means;
}

function playPolicy(
  game: Game,
  pair: PolicyPair,
  settings: EvaluateSettings,
  accuracy?: { right: number; epochs: number },
): Trial {
  const { observation, population, sampleSize } = settings;
  const groups = groupsOf(game, settings.sampling, population, settings.start?.localCounts);
  const controller = policyController(game, pair, observation, groups, sampleSize);
  const visit = accuracy && countsRight(controller.observation.belief, accuracy);
  return play(game, pair.localPolicy, controller, settings, visit);
}

/** Counts the epochs in which the most frequent state of `belief` is one of the population's. */
export const countsRight =
  (belief: Float64Array, accuracy: { right: number; epochs: number }): EpochVisitor =>
  ({ counts }) => {
    const mode = belief.indexOf(Math.max(...belief));
    accuracy.epochs += 1;
    if (counts[mode] === Math.max(...counts)) accuracy.right += 1;
  };

function play(
  game: Game,
  localPolicy: ArrayLike<number>,
  controller: GlobalController,
  settings: EvaluateSettings,
  visit?: EpochVisitor,
): Trial {
  const options = { ...settings, timing: settings.transitionTiming, visit };
  return new Trial(game, localPolicy, controller, options).play();
}

/** The best pair without observation: one global action, and the robots' best response to it. */
function playBlind(game: Game, settings: EvaluateSettings): { globalAction: number; trial: Trial } {
  let best: { globalAction: number; trial: Trial } | undefined;
  for (let globalAction = 0; globalAction < game.globalActions.length; globalAction++) {
    const localPolicy = blindLocalPolicy(game, globalAction);
    const trial = play(game, localPolicy, constantController(globalAction), settings);
    const gain = best && pairedDifference(trial.means, best.trial.means);
    if (!gain || gain.mean > Z95 * gain.standardError) best = { globalAction, trial };
  }
  return best!;
}

const DEFAULT_POPULATION = 1000;
const DEFAULT_HORIZON = 50;
const DEFAULT_ROLLOUTS = 400;

/** Fills in defaults and checks. @throws InvalidInputError */
export function settingsOf(
  game: Game,
  pair: PolicyPair,
  options: EvaluateOptions,
): EvaluateSettings {
  const { start, sampling = "uniform" } = options;
  const robots = start && sumOf(start.localCounts);
  const population = options.population ?? robots ?? DEFAULT_POPULATION;
  const settings: EvaluateSettings = {
    population,
    sampleSize: sampleSizeOf(options.sampleSize, pair, population),
    sampling,
    observation: options.observation ?? "sample",
    start,
    horizon: options.horizon ?? game.horizon ?? DEFAULT_HORIZON,
    rollouts: options.rollouts ?? DEFAULT_ROLLOUTS,
    transitionTiming: options.transitionTiming ?? "current",
    seed: options.seed ?? 0,
  };
  requireWhole("the population", population, 1, 0x7fffffff);
  requireWhole("the sample size", settings.sampleSize, 0, population);
  requireWhole("the horizon", settings.horizon, 1);
  requireWhole("the number of rollouts", settings.rollouts, 1);
  requireWhole("the seed", settings.seed, 0);
  if (start) checkStart(game, start, population, robots!);
  const problem =
    (start ? undefined : kindsProblem(game, population)) ??
    samplingProblem(game, settings.sampling, settings.sampleSize);
  if (problem) throw new InvalidInputError(problem);
  return settings;
}

function checkStart(
  game: Game,
  { globalState, localCounts }: PopulationStart,
  population: number,
  robots: number,
): void {
  const { sG, sL } = sizesOf(game);
  const counts = Array.from(localCounts);
  requireWhole("the start's global state", globalState, 0, sG - 1);
  if (counts.length !== sL || counts.some((count) => !Number.isSafeInteger(count) || count < 0)) {
    throw new InvalidInputError(
      `the start's local counts are [${counts}]; give ${sL} whole numbers, none negative`,
    );
  }
  if (robots !== population) {
    throw new InvalidInputError(
      `the start places ${robots} robots and the population is ${population}; make them agree or leave the population out`,
    );
  }
}
