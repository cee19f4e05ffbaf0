/**
 * The game in the limit of many robots, for one local policy. The population's distribution μ moves
 * without noise, μ' = μ M_{s_g}, and an epoch is worth r_g(s_g, a_g) + μ · r_{s_g}: what a plan earns
 * that depends on the path of s_g alone is linear in μ.
 */
import { type Game, localKernel, meanLocalReward, type Sizes, sizesOf } from "./model";

/** A matrix by its entries other than 0: row i has `starts[i]` to `starts[i + 1] - 1`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

export interface Limit {
  readonly sizes: Sizes;
  readonly discount: number;
  /** M_{s_g} by s_g: rows s, columns s'; and r_{s_g}, [sL] (model.ts). */
  readonly kernels: readonly SparseRows[];
  readonly rewards: readonly Float64Array[];
  /** P_g: rows s_g · aG + a_g, columns s_g'; and r_g, [sG][aG]. */
  readonly lead: SparseRows;
  readonly globalReward: Float64Array;
  /** The s_g' that some command reaches, by s_g. */
  readonly reached: readonly (readonly number[])[];
}

/** @param localPolicy π_l, [sL][sG][aL] */
export function limitOf(game: Game, localPolicy: ArrayLike<number>): Limit {
  const { globalStates, discount, globalReward } = game;
  const sizes = sizesOf(game);
  const { sG, aG, sL } = sizes;
  const lead = sparseRows(game.globalTransition, sG);
  const kernels = globalStates.map((_, g) => sparseRows(localKernel(game, localPolicy, g), sL));
  const rewards = globalStates.map((_, g) => meanLocalReward(game, localPolicy, g));
  const reached = globalStates.map((_, g) => [
    ...new Set(lead.columns.subarray(lead.starts[g * aG], lead.starts[(g + 1) * aG])),
  ]);
  return { sizes, discount, kernels, rewards, lead, globalReward, reached };
}

function sparseRows(dense: Float64Array, width: number): SparseRows {
  const starts = new Int32Array(dense.length / width + 1);
  const entries: number[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = row * width; i < (row + 1) * width; i++) if (dense[i] !== 0) entries.push(i);
    starts[row + 1] = entries.length;
  }
  const columns = Int32Array.from(entries, (i) => i % width);
  return { starts, columns, values: Float64Array.from(entries, (i) => dense[i]) };
}

/** `out` = μ M: where the population is an epoch later. */
export function movedBy(
  { starts, columns, values }: SparseRows,
  shares: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  out.fill(0);
  for (let s = 0; s < shares.length; s++) {
    for (let i = starts[s]; i < starts[s + 1]; i++) out[columns[i]] += shares[s] * values[i];
  }
  return out;
}

/** Row `row` of the matrix times `vector`. */
export function rowTimes(rows: SparseRows, row: number, vector: ArrayLike<number>): number {
  const { starts, columns, values } = rows;
  let sum = 0;
  for (let i = starts[row]; i < starts[row + 1]; i++) sum += values[i] * vector[columns[i]];
  return sum;
}

/** α · μ for the α at `offset`; with four sums, which is twice as fast as with one. */
export function inner(vectors: Float64Array, offset: number, shares: ArrayLike<number>): number {
  const { length } = shares;
  let [a, b, c, d, s] = [0, 0, 0, 0, 0];
  for (let at = offset; s + 3 < length; s += 4, at += 4) {
    a += vectors[at] * shares[s];
    b += vectors[at + 1] * shares[s + 1];
    c += vectors[at + 2] * shares[s + 2];
    d += vectors[at + 3] * shares[s + 3];
  }
  for (; s < length; s++) a += vectors[offset + s] * shares[s];
  return a + b + (c + d);
}
