/**
 * G-LEARN(π_l): the optimal policy of the k-agent surrogate, state (s_g, h), by value iteration:
 *   Q(s_g, h, a) = r_g(s_g, a) + Σ_s (h_s/k) r̄_l(s, s_g) + γ Σ_{s_g'} P_g(s_g'|s_g, a) E[V(s_g', h')]
 * stopped by MacQueen's bounds: V* lies in T V + γ/(1-γ) [min, max] of T V - V, for any V.
 */
import { type Game, type PolicyPair, sizesOf } from "../game/model";
import { Acceleration } from "./acceleration";
import type { Sweeps } from "./sweeps";

export interface GlobalLearnOptions {
  /** Largest error of the values, in the reward's unit; default 1e-7 of the rewards' range. */
  readonly accuracy?: number;
  /** Values to start from, [sG][H]. */
  readonly initial?: ArrayLike<number>;
  /** The only action allowed: gives the values of commanding it always. */
  readonly onlyAction?: number;
  /** Called after each sweep; awaiting it gives the event loop its turn. */
  readonly onSweep?: (sweep: number, errorBound: number, accuracy: number) => Promise<void>;
}

export interface GlobalLearnResult {
  /** max_a Q, [sG][H]. */
  readonly globalValues: Float64Array;
  /** The lowest action among those within the tie tolerance of the best, [sG][H]. */
  readonly globalPolicy: Uint8Array;
  readonly sweeps: number;
  /** MacQueen's bound on the error of the values. */
  readonly errorBound: number;
}

/** Shares of the rewards' range: accuracy of the values; below what two actions are a tie. */
const ACCURACY = 1e-7;
const TIE = 1e-6;

/** Largest minus smallest one-step reward; 1 where all are equal. */
export function rewardRange({ globalReward, localReward }: Game): number {
  const range = (values: Float64Array): number =>
    values.reduce((most, value) => Math.max(most, value), -Infinity) -
    values.reduce((least, value) => Math.min(least, value), Infinity);
  return range(globalReward) + range(localReward) || 1;
}

/** @param sweeps prepared for the surrogate of π_l */
export async function learnGlobal(
  game: Game,
  sweeps: Sweeps,
  options: GlobalLearnOptions = {},
): Promise<GlobalLearnResult> {
  const { onlyAction, onSweep } = options;
  const { values, next } = sweeps;
  const accuracy = options.accuracy ?? ACCURACY * rewardRange(game);
  const factor = game.discount / (1 - game.discount);
  const width = sizesOf(game).sG;
  start(values, width, options.initial);
  const acceleration = new Acceleration(values.length, game.discount);
  let done = 0;
  let errorBound = Infinity;
  while (errorBound > accuracy && done < mostSweeps(game)) {
    if (done > 0) await onSweep?.(done, errorBound, accuracy);
    const { least, greatest } = await sweeps.sweep(onlyAction);
    done += 1;
    errorBound = (factor * (greatest - least)) / 2;
    if (errorBound > accuracy) acceleration.advance(values, next, least, greatest);
    else shifted(next, (factor * (greatest + least)) / 2, values);
  }
  await onSweep?.(done, errorBound, accuracy);
  const globalPolicy =
    onlyAction === undefined
      ? await sweeps.greedy(TIE * rewardRange(game))
      : new Uint8Array(values.length).fill(onlyAction);
  return { globalValues: stateByState(values, width), globalPolicy, sweeps: done, errorBound };
}

/**
 * By contraction plain sweeps shrink the error by γ at least; twice as many, as acceleration may
 * take some back. More would only move rounding.
 */
function mostSweeps({ discount }: Game): number {
  return 2 * (10 + Math.ceil(Math.log(1e-14) / Math.log(Math.max(discount, 1e-3))));
}

function shifted(from: Float64Array, shift: number, to: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i] + shift;
}

/** [sG][H] -> [H][sG], the layout of sweeps; zeros where there is nothing to start from. */
function start(values: Float64Array, width: number, initial?: ArrayLike<number>): void {
  if (!initial) {
    values.fill(0);
    return;
  }
  const count = values.length / width;
  for (let g = 0; g < width; g++) {
    for (let h = 0; h < count; h++) values[h * width + g] = initial[g * count + h];
  }
}

/** [H][sG] -> [sG][H] */
function stateByState(values: Float64Array, width: number): Float64Array {
  const count = values.length / width;
  const turned = new Float64Array(values.length);
  for (let h = 0; h < count; h++) {
    for (let g = 0; g < width; g++) turned[g * count + h] = values[h * width + g];
  }
  return turned;
}

/** A pair of policies from the two learners' results. */
export function pairOf(
  tableSize: number,
  localPolicy: ArrayLike<number>,
  result: GlobalLearnResult,
): PolicyPair {
  return {
    tableSize,
    localPolicy: Float32Array.from(localPolicy),
    globalPolicy: result.globalPolicy,
    globalValues: Float32Array.from(result.globalValues),
  };
}
