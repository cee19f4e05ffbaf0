/**
 * Upper bounds on what any global policy earns against one local policy with all robots seen. The value
 * of the limit is convex in μ, so value iteration on a lattice with Freudenthal's triangulation gives
 * W >= V_∞ (Lovejoy 1991, Operations Research 39, section 3): a bound of the limit alone.
 *
 * A lattice of resolution 1 has the corners alone: one robot with a dispatcher of its own. Then
 * Σ_s μ_s W(s_g, s) >= V_n(s_g, μ) for every n: each robot's dispatcher decides for it alone.
 */
import { HistogramIndex, histogramCount } from "../../src/game/histogram";
import { inner, type Limit, movedBy, rowTimes, type SparseRows } from "../../src/game/limit";
import { Convergence } from "../../src/learning/value_iteration";

export class LatticeBound {
  /** W at the lattice points, [sG] of [points]. */
  private readonly values: readonly Float64Array[];
  private readonly index: HistogramIndex;
  private readonly moved: Float64Array;
  private readonly ahead: Float64Array;

  /**
   * @param resolution shares of lattice points are multiples of 1/resolution
   * @param accuracy of W, in the reward's unit
   */
  constructor(
    private readonly limit: Limit,
    private readonly resolution: number,
    accuracy: number,
  ) {
    const { sG, sL } = limit.sizes;
    this.index = new HistogramIndex(sL, resolution);
    this.moved = new Float64Array(sL);
    this.ahead = new Float64Array(sG);
    this.values = limit.kernels.map(() => new Float64Array(this.index.count));
    this.solve(accuracy);
  }

  /** One backup of W at μ: at least the value there. */
  at(globalState: number, shares: ArrayLike<number>): number {
    return this.backup(globalState, shares, this.placesOf(globalState, [shares]), 0);
  }

  /** T W at μ, which moves to row `row` of `places`. */
  private backup(g: number, shares: ArrayLike<number>, places: SparseRows, row: number): number {
    const { limit, values, ahead } = this;
    const { aG } = limit.sizes;
    for (const after of limit.reached[g]) ahead[after] = rowTimes(places, row, values[after]);
    let best = -Infinity;
    for (let command = g * aG; command < (g + 1) * aG; command++) {
      const future = limit.discount * rowTimes(limit.lead, command, ahead);
      best = Math.max(best, limit.globalReward[command] + future);
    }
    return best + inner(limit.rewards[g], 0, shares);
  }

  private solve(accuracy: number): void {
    const { limit, values, resolution } = this;
    const points: Float64Array[] = [];
    this.index.forEach((counts) => points.push(Float64Array.from(counts, (c) => c / resolution)));
    const places = values.map((_, g) => this.placesOf(g, points));
    const run = new Convergence(limit.discount, accuracy);
    while (!run.isOver) {
      let [least, greatest] = [Infinity, -Infinity];
      const next = places.map((rows, g) =>
        Float64Array.from(points, (point, h) => this.backup(g, point, rows, h)),
      );
      next.forEach((row, g) => {
        for (let h = 0; h < row.length; h++) {
          least = Math.min(least, row[h] - values[g][h]);
          greatest = Math.max(greatest, row[h] - values[g][h]);
        }
        values[g].set(row);
      });
      run.take({ least, greatest });
    }
    // MacQueen's bound from above.
    const raise = run.shift + run.error;
    for (const row of values) row.forEach((value, h) => (row[h] = value + raise));
  }

  /** Where each of `points` is an epoch later, as a mean of lattice points. */
  private placesOf(g: number, points: readonly ArrayLike<number>[]): SparseRows {
    const starts = [0];
    const columns: number[] = [];
    const values: number[] = [];
    for (const point of points) {
      this.place(movedBy(this.limit.kernels[g], point, this.moved), columns, values);
      starts.push(columns.length);
    }
    const [rows, at] = [starts, columns].map((list) => Int32Array.from(list));
    return { starts: rows, columns: at, values: Float64Array.from(values) };
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

/** The finest resolution with at most `points` lattice points; at least 1. */
export function finestResolution(states: number, points: number): number {
  let resolution = 1;
  while (histogramCount(states, resolution + 1) <= points) resolution++;
  return resolution;
}
