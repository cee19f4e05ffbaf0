/** What both learners' value iterations share. */
import type { Game } from "../game/model";

export interface Change {
  readonly least: number;
  readonly greatest: number;
}

/** When value iteration stops. By contraction a plain sweep shrinks the error by γ at least. */
export class Convergence {
  sweeps = 0;
  /** Largest error of the values; it holds for values raised by `shift`. */
  error = Infinity;
  shift = 0;
  /** Sweeps after which only rounding would change. */
  private readonly most: number;

  /**
   * @param accuracy the error at which to stop, in the reward's unit
   * @param reserve times as many sweeps as contraction needs, where some may be taken back
   */
  constructor(
    private readonly discount: number,
    readonly accuracy: number,
    reserve = 1,
  ) {
    this.most = reserve * (10 + Math.ceil(Math.log(1e-14) / Math.log(Math.max(discount, 1e-3))));
  }

  get isAccurate(): boolean {
    return this.error <= this.accuracy;
  }

  get isOver(): boolean {
    return this.isAccurate || this.sweeps >= this.most;
  }

  /** MacQueen's bounds: V* lies in T V + γ/(1-γ) [min, max] of T V - V, for any V. */
  take({ least, greatest }: Change): void {
    const factor = this.discount / (1 - this.discount);
    this.sweeps += 1;
    this.error = (factor * (greatest - least)) / 2;
    this.shift = (factor * (greatest + least)) / 2;
  }
}

/** Largest minus smallest one-step reward; 1 where all are equal. */
export function rewardRange({ globalReward, localReward }: Game): number {
  const range = (values: Float64Array): number =>
    values.reduce((most, value) => Math.max(most, value), -Infinity) -
    values.reduce((least, value) => Math.min(least, value), Infinity);
  return range(globalReward) + range(localReward) || 1;
}

/** Actions whose values differ by less than this share of the rewards' range are a tie. */
export const TIE_SHARE = 1e-6;
