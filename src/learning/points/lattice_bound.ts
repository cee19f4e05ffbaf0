/**
 * An upper bound in the limit of many robots. Its value is convex in μ, so value iteration on a lattice
 * with Freudenthal's triangulation gives W >= V_∞ (Lovejoy 1991, Operations Research 39, section 3). It
 * bounds no finite n: what few robots do by chance can be seen, and used.
 */
import type { Steps } from "../../base/steps";
import { HistogramIndex, histogramCount } from "../../game/histogram";
import { inner, type Limit, type Move, movedBy, rowTimes, type SparseRows } from "../../game/limit";
import { iterate, type Until } from "../value_iteration";
import { raise, type Values } from "./upper_bounds";

interface Moved {
  readonly move: Move;
  readonly rewards: readonly number[];
  /** Of each point, as a mean of lattice points. */
  readonly places: SparseRows;
}

export class LatticeBound implements Values {
  /** W at the lattice points, [sG] of [points]. */
  private readonly values: readonly Float64Array[];
  private readonly index: HistogramIndex;
  private readonly moved: Float64Array;
  private pointsMoved?: readonly (readonly Moved[])[];
  private readonly ahead: readonly Float64Array[];

  /** @param resolution shares of lattice points are multiples of 1/resolution */
  constructor(
    private readonly limit: Limit,
    readonly resolution: number,
  ) {
    const { sL } = limit.sizes;
    this.index = new HistogramIndex(sL, resolution);
    this.moved = new Float64Array(sL);
    this.values = limit.moves.map(() => new Float64Array(this.index.count));
    this.ahead = this.values.map((row) => row.slice());
  }

  *solve(until: Until): Steps<this> {
    const moved = (this.pointsMoved ??= yield* this.movedPoints());
    const backup = (g: number, out: Float64Array) => this.backup(moved[g], out);
    yield* iterate(this.values, backup, this.limit.discount, until);
    return this;
  }

  private *movedPoints(): Steps<Moved[][]> {
    const { index, resolution } = this;
    const points: Float64Array[] = [];
    index.forEach((counts) => points.push(Float64Array.from(counts, (c) => c / resolution)));
    const all: Moved[][] = [];
    for (const moves of this.limit.moves) {
      all.push(moves.map((move) => this.movedFrom(move, points)));
      yield;
    }
    return all;
  }

  /** One backup of W at μ: at least the value there. */
  at(globalState: number, shares: ArrayLike<number>): number {
    const moves = this.limit.moves[globalState];
    const moved = moves.map((move) => this.movedFrom(move, [shares]));
    return this.backup(moved, new Float64Array(1))[0];
  }

  /** `out` = T W at the points that each move was tried from. */
  private backup(moved: readonly Moved[], out: Float64Array): Float64Array {
    out.fill(-Infinity);
    for (const { move, rewards, places } of moved) {
      for (const after of move.reached) {
        for (let h = 0; h < out.length; h++)
          this.ahead[after][h] = rowTimes(places, h, this.values[after]);
      }
      raise(out, this.limit, move, rewards, this.ahead);
    }
    return out;
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
    const { length } = shares;
    const x = new Float64Array(length + 1);
    for (let i = length - 1; i > 0; i--) {
      x[i] = Math.min(this.resolution, x[i + 1] + shares[i] * this.resolution);
    }
    x[0] = this.resolution;
    const counts = Int32Array.from(shares, (_, i) => Math.floor(x[i]) - Math.floor(x[i + 1]));
    const remainders = x.map((value) => value - Math.floor(value));
    const raised = [...shares.keys()].filter((i) => remainders[i] > 0);
    raised.sort((i, j) => remainders[j] - remainders[i] || i - j);
    let above = 1;
    for (const i of raised) {
      columns.push(this.index.indexOf(counts));
      weights.push(above - remainders[i]);
      above = remainders[i];
      counts[i] += 1;
      counts[i - 1] -= 1;
    }
    columns.push(this.index.indexOf(counts));
    weights.push(above);
  }
}

/** The finest resolution with at most `points` lattice points; 0: there is none. */
export function finestResolution(states: number, points: number): number {
  if (states === 1) return 1;
  let resolution = 0;
  while (histogramCount(states, resolution + 1) <= points) resolution++;
  return resolution;
}
