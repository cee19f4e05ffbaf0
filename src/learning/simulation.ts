/** Pairs of policies played by the simulated population: returns, occupancy. */
import { HistogramIndex, roundToSize } from "../game/histogram";
import { type Game, type PolicyPair, sizesOf } from "../game/model";
import {
  type EpochVisitor,
  type GlobalController,
  Population,
  type PopulationOptions,
  runRollout,
} from "../game/population";

/** Part of the discounted return that may be cut off after the last epoch simulated. */
const TAIL = 0.01;
/** Rollouts between two turns of the event loop. */
const BATCH = 16;

/** Lets the event loop run; throws when the signal is aborted. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

/** Epochs over which learning compares pairs: the scenario's horizon, or until γ^t < 1 %. */
export function learningHorizon({ horizon, discount }: Game): number {
  return horizon ?? Math.max(1, Math.ceil(Math.log(TAIL) / Math.log(Math.max(discount, 1e-3))));
}

/** The global agent without memory: asks `tableSize` robots (at most n), looks up what it sees. */
export function tableController(
  index: HistogramIndex,
  pair: PolicyPair,
  population: number,
): GlobalController {
  const histogram = new Int32Array(index.states);
  const sampleSize = Math.min(index.size, population);
  return {
    sampleSize,
    decide(globalState, sample) {
      if (sampleSize < index.size) roundToSize(sample, index.size, histogram);
      const seen = sampleSize < index.size ? histogram : sample;
      return pair.globalPolicy[globalState * index.count + index.indexOf(seen)];
    },
  };
}

export interface SimulationOptions extends PopulationOptions {
  readonly rollouts: number;
  readonly signal?: AbortSignal;
}

/** What each rollout earned over the learning horizon. */
export interface Outcome {
  /** Σ_t γ^t r_t */
  readonly returns: Float64Array;
  /** Undiscounted mean of r_t. */
  readonly means: Float64Array;
}

export async function outcomeOf(
  game: Game,
  index: HistogramIndex,
  pair: PolicyPair,
  options: SimulationOptions,
  visit?: EpochVisitor,
): Promise<Outcome> {
  const population = new Population(game, pair.localPolicy, options);
  const controller = tableController(index, pair, options.population);
  const rewards = new Float64Array(learningHorizon(game));
  const returns = new Float64Array(options.rollouts);
  const means = new Float64Array(options.rollouts);
  for (let rollout = 0; rollout < options.rollouts; rollout++) {
    if (rollout % BATCH === 0) await breathe(options.signal);
    runRollout(game, population, controller, rollout, rewards, visit);
    returns[rollout] = rewards.reduceRight((ahead, reward) => reward + game.discount * ahead, 0);
    means[rollout] = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  }
  return { returns, means };
}

/**
 * P(a_g | s_l, s_g) that a robot meets, [sL][sG][aG]: of all robots in s_l while the lead is in
 * s_g, weighted by γ^t. States never met take the law of their s_g, or a uniform one.
 */
export async function occupancyActionLaw(
  game: Game,
  index: HistogramIndex,
  pair: PolicyPair,
  options: SimulationOptions,
): Promise<Float64Array> {
  const { sL, sG, aG } = sizesOf(game);
  const law = new Float64Array(sL * sG * aG);
  const lead = new Float64Array(sG * aG);
  await outcomeOf(game, index, pair, options, ({ globalState, counts }, epoch, action) => {
    const weight = game.discount ** epoch;
    lead[globalState * aG + action] += weight;
    for (let l = 0; l < sL; l++) {
      law[(l * sG + globalState) * aG + action] += weight * counts[l];
    }
  });
  for (let l = 0; l < sL; l++) {
    for (let g = 0; g < sG; g++) {
      const row = law.subarray((l * sG + g) * aG, (l * sG + g + 1) * aG);
      if (!scaleToOne(row)) {
        row.set(lead.subarray(g * aG, (g + 1) * aG));
        if (!scaleToOne(row)) row.fill(1 / aG);
      }
    }
  }
  return law;
}

function scaleToOne(row: Float64Array): boolean {
  const total = row.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return false;
  for (let i = 0; i < row.length; i++) row[i] /= total;
  return true;
}

/** Discounted r_l of one robot of n that follows `deviator` while all others follow the pair. */
export async function deviatorReturns(
  game: Game,
  index: HistogramIndex,
  pair: PolicyPair,
  deviator: ArrayLike<number>,
  options: SimulationOptions,
): Promise<Float64Array> {
  const population = new Population(game, pair.localPolicy, { ...options, deviator });
  const controller = tableController(index, pair, options.population);
  const rewards = new Float64Array(learningHorizon(game));
  const returns = new Float64Array(options.rollouts);
  const { discount } = game;
  for (let rollout = 0; rollout < options.rollouts; rollout++) {
    if (rollout % BATCH === 0) await breathe(options.signal);
    let total = 0;
    // The visitor runs before an epoch's move: it meets the robot's reward of the epoch before.
    runRollout(game, population, controller, rollout, rewards, (_, epoch) => {
      if (epoch > 0) total += discount ** (epoch - 1) * population.deviatorReward;
    });
    returns[rollout] = total + discount ** (rewards.length - 1) * population.deviatorReward;
  }
  return returns;
}
