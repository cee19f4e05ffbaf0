/** Pairs of policies played by the simulated population, and compared. */
import { nextTurn } from "../base/platform";
import type { Stop } from "../base/steps";
import type { Game, PolicyPair } from "../game/model";
import type { EpochVisitor, GlobalController } from "../game/population";
import { type Estimate, estimate, Z95 } from "../game/statistics";
import { Trial, type TrialOptions } from "../game/trial";
import { policyController } from "../policy/controllers";
import type { ObservationMode } from "../policy/observation";
import { sampleSizeOf } from "../policy/sample_size";
import type { LearnSettings } from "./options";

/** Part of the discounted return that may be cut off after the last epoch simulated. */
const TAIL_SHARE = 0.01;
/** Rollouts by which pairs are compared, and by which a robot's occupancy is measured. */
export const COMPARED_ROLLOUTS = 2048;
export const OBSERVED_ROLLOUTS = 64;
/** Starts by which the mean of luck is known. */
export const LUCK_STARTS = 8192;
/** Rollouts between two turns of the event loop: with a hundred zones one takes 0.1 s. */
const BATCH_ROLLOUTS = 2;
/** Rollouts after which two pairs are compared first; then twice as many, until all. */
const FIRST_LOOK_ROLLOUTS = 32;
/** A pair that earns more by less than this share of the returns' standard deviation is given up. */
const NEGLIGIBLE_SHARE = 0.01;
/** Standard errors that decide for a pair before all rollouts are played. */
const CLEAR_DEVIATIONS = 3;

/** Lets the event loop run; throws when the signal is aborted. */
export async function breathe(signal?: Stop): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}

/** Epochs over which learning compares pairs: the scenario's horizon, or until γ^t < 1 %. */
export function learningHorizon({ horizon, discount }: Game): number {
  return (
    horizon ?? Math.max(1, Math.ceil(Math.log(TAIL_SHARE) / Math.log(Math.max(discount, 1e-3))))
  );
}

export interface SimulationOptions extends Omit<TrialOptions, "horizon" | "visit"> {
  /** Robots asked at each epoch; default: the table's k, 20 without one, at most n. */
  readonly asked?: number;
  readonly signal?: Stop;
}

/** What random numbers are for: comparisons share theirs, the gaps have fresh ones. */
const USES = { compare: 0, choose: 1, measure: 2 };

export function simulationOf(
  { population, seed, signal }: Pick<LearnSettings, "population" | "seed" | "signal">,
  use: keyof typeof USES,
  rollouts: number,
): SimulationOptions {
  return { population, seed: 3 * seed + USES[use], rollouts, signal };
}

/** A trial of a pair. @param other decides in place of its global policy */
export function trialOf(
  game: Game,
  pair: PolicyPair,
  mode: ObservationMode,
  options: SimulationOptions,
  visit?: EpochVisitor,
  other?: GlobalController,
): Trial {
  const { population, asked = sampleSizeOf(undefined, pair, population) } = options;
  const controller = other ?? policyController(game, pair, mode, population, asked);
  const horizon = learningHorizon(game);
  return new Trial(game, pair.localPolicy, controller, { ...options, horizon, visit });
}

/** Returns of a pair on common random numbers, as far as they were played. */
export type Played = Pick<Trial, "returns" | "played"> &
  Pick<TrialOptions, "luck"> & { play(count: number): unknown };

/** Plays on until `count` rollouts are known. */
export async function play(trial: Played, count: number, signal?: Stop): Promise<void> {
  while (trial.played < count) {
    trial.play(Math.min(count, trial.played + BATCH_ROLLOUTS));
    await breathe(signal);
  }
}

/**
 * Whether one pair earns more than another over their trials (the same number of each, played on
 * the same random numbers), by more than the noise. Fewer than `most` rollouts are played where they
 * decide it: giving up early can miss a better pair, but not take a worse one.
 */
export async function isBetter(
  trials: readonly Played[],
  others: readonly Played[],
  signal?: Stop,
  most = Infinity,
): Promise<boolean> {
  const all = Math.min(most, trials[0].returns.length);
  for (let count = Math.min(FIRST_LOOK_ROLLOUTS, all); ; count = Math.min(2 * count, all)) {
    for (const trial of [...trials, ...others]) await play(trial, count, signal);
    const { mean, standardError } = gainOf(trials, others, count);
    if (count === all) return mean > Z95 * standardError;
    const likely = mean + Z95 * standardError;
    const { returns } = others[0];
    const deviation = Math.sqrt(count) * estimate(returns.subarray(0, count)).standardError;
    if (likely <= NEGLIGIBLE_SHARE * deviation) return false;
    if (Math.abs(mean) > CLEAR_DEVIATIONS * standardError) return mean > 0;
  }
}

/**
 * Estimate of the mean gain in the first `count` returns, averaged over the trials, less the part that
 * goes with luck (a control variate: Lavenberg and Welch, Management Science 27, 1981).
 */
function gainOf(trials: readonly Played[], others: readonly Played[], count: number): Estimate {
  const meanGain = (of: (one: Played, rollout: number) => number): Float64Array =>
    new Float64Array(count).map((_, rollout) =>
      trials.reduce((sum, one, i) => sum + of(one, rollout) - of(others[i], rollout), 0),
    );
  const gains = meanGain(({ returns }, rollout) => returns[rollout] / trials.length);
  const luck = meanGain((one, rollout) => (one.luck?.[rollout] ?? 0) / trials.length);
  const chance = estimate(luck);
  const both = gains.reduce((sum, gain, r) => sum + gain * (luck[r] - chance.mean), 0);
  const share = both / (count * (count - 1) * chance.standardError ** 2) || 0;
  const { mean, standardError } = estimate(gains.map((gain, r) => gain - share * luck[r]));
  // The mean of luck is known by so many starts.
  const unknown = share * chance.standardError * Math.sqrt(count / LUCK_STARTS);
  return { mean, standardError: Math.hypot(standardError, unknown) };
}
