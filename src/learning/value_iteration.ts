/** What value iterations share. */
import type { Steps } from "../base/steps";
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

/** Epochs that are earned in; undefined: for ever, to `accuracy` (in the reward's unit). */
export interface Until {
  readonly epochs?: number;
  readonly accuracy: number;
}

/**
 * Value iteration from the values as they are. For ever they end on a side of the true ones by MacQueen's
 * bounds; `any`: as the last sweep leaves them.
 * @param backup writes T V of one row
 */
export function* iterate(
  values: readonly Float64Array[],
  backup: (row: number, out: Float64Array) => unknown,
  discount: number,
  { epochs, accuracy }: Until,
  side: "above" | "below" | "any" = "above",
): Steps<void> {
  const run = new Convergence(discount, accuracy);
  const next = values.map((row) => new Float64Array(row.length));
  while (epochs === undefined ? !run.isOver : run.sweeps < epochs) {
    let [least, greatest] = [Infinity, -Infinity];
    for (const [g, row] of next.entries()) {
      backup(g, row);
      for (let i = 0; i < row.length; i++) {
        least = Math.min(least, row[i] - values[g][i]);
        greatest = Math.max(greatest, row[i] - values[g][i]);
      }
      yield;
    }
    next.forEach((row, g) => values[g].set(row));
    run.take({ least, greatest });
  }
  if (epochs !== undefined || side === "any") return;
  const raise = run.shift + (side === "above" ? run.error : -run.error);
  for (const row of values) row.forEach((value, i) => (row[i] = value + raise));
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
