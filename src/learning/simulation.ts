/** Pairs of policies played by the simulated population, and compared. */
import { nextTurn, type StopSignal } from "../base/platform";
import type { Game, PolicyPair } from "../game/model";
import type { EpochVisitor } from "../game/population";
import { type Estimate, estimate, Z95 } from "../game/statistics";
import { Trial, type TrialOptions } from "../game/trial";
import { policyController } from "../policy/controllers";
import type { ObservationMode } from "../policy/observation";
import type { LearnSettings } from "./options";

/** Part of the discounted return that may be cut off after the last epoch simulated. */
const TAIL_SHARE = 0.01;
/** Rollouts by which pairs are compared, and by which a robot's occupancy is measured. */
export const COMPARED_ROLLOUTS = 256;
export const OBSERVED_ROLLOUTS = 64;
/** Rollouts between two turns of the event loop. */
const BATCH_ROLLOUTS = 16;
/** Rollouts after which two pairs are compared first; then twice as many, until all. */
const FIRST_LOOK_ROLLOUTS = 32;
/** From so many rollouts on, a pair that earned no more than the other is given up. */
const HOPELESS_ROLLOUTS = 64;
/** Standard errors that decide a comparison before all rollouts are played. */
const CLEAR_DEVIATIONS = 4;

/** Lets the event loop run; throws when the signal is aborted. */
export async function breathe(signal?: StopSignal): Promise<void> {
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
  readonly signal?: StopSignal;
}

/** What random numbers are for: comparisons share theirs, the gaps have fresh ones. */
const USES = { compare: 0, choose: 1, measure: 2 };

export function simulationOf(
  { population, seed, signal }: LearnSettings,
  use: keyof typeof USES,
  rollouts: number,
): SimulationOptions {
  return { population, seed: 3 * seed + USES[use], rollouts, signal };
}

/** A trial of a pair whose global agent asks as many robots as its table has (at most n). */
export function trialOf(
  game: Game,
  pair: PolicyPair,
  mode: ObservationMode,
  options: SimulationOptions,
  visit?: EpochVisitor,
): Trial {
  const { population } = options;
  const asked = Math.min(pair.tableSize, population);
  const controller = policyController(game, pair, mode, population, asked);
  const horizon = learningHorizon(game);
  return new Trial(game, pair.localPolicy, controller, { ...options, horizon, visit });
}

/** Plays on until `count` rollouts are known. */
export async function play(trial: Trial, count: number, signal?: StopSignal): Promise<Trial> {
  while (trial.played < count) {
    trial.play(Math.min(count, trial.played + BATCH_ROLLOUTS));
    await breathe(signal);
  }
  return trial;
}

/**
 * Whether one pair earns more than another over their trials (the same number of each, played on
 * the same random numbers), by more than the noise. Fewer than `all` rollouts are played where they
 * decide it: giving up early can miss a better pair, but not take a worse one.
 */
export async function isBetter(
  trials: readonly Trial[],
  others: readonly Trial[],
  signal?: StopSignal,
  all = trials[0].returns.length,
): Promise<boolean> {
  for (let count = Math.min(FIRST_LOOK_ROLLOUTS, all); ; count = Math.min(2 * count, all)) {
    for (const trial of [...trials, ...others]) await play(trial, count, signal);
    const { mean, standardError } = gainOf(trials, others, count);
    if (count === all) return mean > Z95 * standardError;
    if (count >= HOPELESS_ROLLOUTS && mean <= 0) return false;
    if (Math.abs(mean) > CLEAR_DEVIATIONS * standardError) return mean > 0;
  }
}

/** Estimate of the mean gain in the first `count` returns, averaged over the trials. */
function gainOf(trials: readonly Trial[], others: readonly Trial[], count: number): Estimate {
  const gains = new Float64Array(count);
  trials.forEach(({ returns }, i) => {
    for (let r = 0; r < count; r++) gains[r] += (returns[r] - others[i].returns[r]) / trials.length;
  });
  return estimate(gains);
}
