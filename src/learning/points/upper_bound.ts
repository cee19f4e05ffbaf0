/**
 * An upper bound on what any global agent earns against one local policy with all robots seen, by value
 * iteration on a lattice of μ.
 *
 * Its corners alone: each robot has a dispatcher of its own, that chooses a_g for it alone, U(s_g, s_l) of
 * a game of one robot. Then Σ_s μ_s U(s_g, s) >= V_n(s_g, μ) for every n.
 *
 * Finer: in the limit of many robots the value is convex in μ, so Freudenthal's triangulation gives
 * W >= V_∞ (Lovejoy 1991, Operations Research 39, section 3). It bounds no finite n: what few robots do by
 * chance can be seen, and used.
 */
import type { Steps } from "../../base/steps";
import { HistogramIndex, histogramCount } from "../../game/histogram";
import { broughtBack, inner, type Limit, type Move, movedBy } from "../../game/limit";
import { rowTimes, type SparseRows } from "../../game/limit";
import { iterate, type Until } from "../value_iteration";

/** Values at μ. */
export interface Values {
  at(globalState: number, shares: ArrayLike<number>): number;
}

interface Moved {
  readonly move: Move;
  readonly rewards: ArrayLike<number>;
  /** Of each point, as a mean of lattice points; the corners' are the rows of M, which is not built. */
  readonly places?: SparseRows;
}

export class UpperBound implements Values {
  /** At the lattice points, [sG] of [points]; of the corners alone [sL]. */
  readonly values: readonly Float64Array[];
  /** Where there are more points than the corners. */
  private readonly index?: HistogramIndex;
  private readonly moved: Float64Array;
  private pointsMoved?: readonly (readonly Moved[])[];
  private readonly ahead: readonly Float64Array[];

  /** @param resolution shares of lattice points are multiples of 1/resolution */
  constructor(
    readonly limit: Limit,
    readonly resolution = 1,
  ) {
    const { sL } = limit.sizes;
    if (resolution > 1) this.index = new HistogramIndex(sL, resolution);
    this.moved = new Float64Array(sL);
    this.values = limit.moves.map(() => new Float64Array(this.index?.count ?? sL));
    this.ahead = this.values.map((row) => row.slice());
  }

  *solve(until: Until): Steps<this> {
    const moved = (this.pointsMoved ??= yield* this.movedPoints());
    const backup = (g: number, out: Float64Array) => this.backup(moved[g], out);
    yield* iterate(this.values, backup, this.limit.discount, until);
    return this;
  }

  private *movedPoints(): Steps<Moved[][]> {
    const points: Float64Array[] = [];
    this.index?.forEach((counts) =>
      points.push(Float64Array.from(counts, (c) => c / this.resolution)),
    );
    const all: Moved[][] = [];
    for (const moves of this.limit.moves) {
      all.push(
        moves.map((move) =>
          this.index ? this.movedFrom(move, points) : { move, rewards: move.reward },
        ),
      );
      yield;
    }
    return all;
  }

  /** One backup of W at μ, in the limit alone: at least the value there. */
  at(globalState: number, shares: ArrayLike<number>): number {
    const moves = this.limit.moves[globalState];
    const moved = moves.map((move) => this.movedFrom(move, [shares]));
    return this.backup(moved, new Float64Array(1))[0];
  }

  /** Of the corners alone, Σ_s μ_s U(s_g, s): it holds for every n, and for means over unknown places. */
  readonly everyN: Values = { at: (g, shares) => inner(this.values[g], shares) };

  /** Of all points. */
  get most(): number {
    return Math.max(...this.values.map((row) => row.reduce((a, b) => Math.max(a, b))));
  }

  /** `out` = T W at the points that each move was tried from. */
  private backup(moved: readonly Moved[], out: Float64Array): Float64Array {
    out.fill(-Infinity);
    for (const { move, rewards, places } of moved) {
      for (const after of move.reached) {
        const [values, ahead] = [this.values[after], this.ahead[after]];
        if (!places) broughtBack(this.limit, move, values, ahead);
        else for (let h = 0; h < out.length; h++) ahead[h] = rowTimes(places, h, values);
      }
      this.raise(out, move, rewards);
    }
    return out;
  }

  /** Raises `best` to what the commands of the move are worth at each place. */
  private raise(best: Float64Array, move: Move, rewards: ArrayLike<number>): void {
    const { lead, globalReward, discount, sizes } = this.limit;
    const worth = new Float64Array(best.length);
    for (let a = move.from; a < move.end; a++) {
      const row = move.globalState * sizes.aG + a;
      worth.fill(globalReward[row]);
      for (let i = lead.starts[row]; i < lead.starts[row + 1]; i++) {
        const probability = discount * lead.values[i];
        const values = this.ahead[lead.columns[i]];
        for (let p = 0; p < worth.length; p++) worth[p] += probability * values[p];
      }
      for (let p = 0; p < worth.length; p++) {
        const value = rewards[p] + worth[p];
        if (value > best[p]) best[p] = value;
      }
    }
  }

  /** What an epoch earns from each of the points, and where they are then. */
  private movedFrom(move: Move, points: readonly ArrayLike<number>[]): Moved {
    const starts = [0];
    const columns: number[] = [];
    const values: number[] = [];
    for (const point of points) {
      this.place(movedBy(this.limit, move, point, this.moved), columns, values);
      starts.push(columns.length);
    }
    const [rows, at] = [starts, columns].map((list) => Int32Array.from(list));
    const places = { starts: rows, columns: at, values: Float64Array.from(values) };
    return { move, rewards: points.map((point) => inner(move.reward, point)), places };
  }

  /**
   * Appends μ as a mean of lattice points. With x_i = resolution Σ_{j >= i} μ_j the lattice is that of
   * whole x: from the floor of x coordinates are raised by 1, those with larger remainders first.
   */
  private place(shares: Float64Array, columns: number[], weights: number[]): void {
    const { index, resolution } = this;
    if (!index) {
      columns.push(...shares.keys());
      weights.push(...shares);
      return;
    }
    const { length } = shares;
    const x = new Float64Array(length + 1);
    for (let i = length - 1; i > 0; i--) {
      x[i] = Math.min(resolution, x[i + 1] + shares[i] * resolution);
    }
    x[0] = resolution;
    const counts = Int32Array.from(shares, (_, i) => Math.floor(x[i]) - Math.floor(x[i + 1]));
    const remainders = x.map((value) => value - Math.floor(value));
    const raised = [...shares.keys()].filter((i) => remainders[i] > 0);
    raised.sort((i, j) => remainders[j] - remainders[i] || i - j);
    let above = 1;
    for (const i of raised) {
      columns.push(index.indexOf(counts));
      weights.push(above - remainders[i]);
      above = remainders[i];
      counts[i] += 1;
      counts[i - 1] -= 1;
    }
    columns.push(index.indexOf(counts));
    weights.push(above);
  }
}

/** The finest resolution with at most `points` lattice points; at least that of the corners. */
export function finestResolution(states: number, points: number): number {
  let resolution = 1;
  while (states > 1 && histogramCount(states, resolution + 1) <= points) resolution++;
  return resolution;
}
