/**
 * G-LEARN(π_l): the optimal policy of the k-agent surrogate, state (s_g, h), by value iteration:
 *   Q(s_g, h, a) = r_g(s_g, a) + Σ_s (h_s/k) r̄_l(s, s_g) + γ Σ_{s_g'} P_g(s_g'|s_g, a) E[V(s_g', h')]
 * stopped by MacQueen's bounds (value_iteration.ts).
 */
import { type Game, sizesOf } from "../game/model";
import { Acceleration } from "./acceleration";
import type { Sweeps } from "./sweeps";
import { Convergence, rewardRange, TIE_SHARE } from "./value_iteration";

export interface GlobalLearnOptions {
  /** Largest error of the values, in the reward's unit; default 1e-7 of the rewards' range. */
  readonly accuracy?: number;
  /** Values to start from, [sG][H]. */
  readonly initial?: ArrayLike<number>;
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

/** Accuracy of the values, as a share of the rewards' range. */
const ACCURACY_SHARE = 1e-7;

/** @param sweeps prepared for the surrogate of π_l */
export async function learnGlobal(
  game: Game,
  sweeps: Sweeps,
  options: GlobalLearnOptions = {},
): Promise<GlobalLearnResult> {
  const { onSweep } = options;
  const { values, next } = sweeps;
  const width = sizesOf(game).sG;
  const range = rewardRange(game);
  if (options.initial) transpose(options.initial, width, values);
  else values.fill(0);
  const acceleration = new Acceleration(values.length, game.discount);
  // Acceleration may take back as many sweeps as plain value iteration needs.
  const run = new Convergence(game.discount, options.accuracy ?? ACCURACY_SHARE * range, 2);
  while (!run.isOver) {
    if (run.sweeps > 0) await onSweep?.(run.sweeps, run.error, run.accuracy);
    const change = await sweeps.sweep();
    run.take(change);
    if (run.isAccurate) next.forEach((value, i) => (values[i] = value + run.shift));
    else acceleration.advance(values, next, change);
  }
  await onSweep?.(run.sweeps, run.error, run.accuracy);
  const globalPolicy = await sweeps.greedy(TIE_SHARE * range);
  const globalValues = new Float64Array(values.length);
  transpose(values, values.length / width, globalValues);
  return { globalValues, globalPolicy, sweeps: run.sweeps, errorBound: run.error };
}

/** to[j][i] = from[i][j]: [sG][H] <-> [H][sG], the layout of sweeps. */
function transpose(from: ArrayLike<number>, rows: number, to: Float64Array): void {
  const columns = to.length / rows;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
  }
}
