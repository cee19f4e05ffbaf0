/**
 * A global policy by vectors: V(s_g, μ) = max α · μ over the vectors of s_g. It acts one step ahead:
 *   argmax_a r_g(s_g, a) + γ Σ_{s_g'} P_g(s_g'|s_g, a) max_{α of s_g'} α · (μ M_{s_g}),
 * with any μ as it is: a sample's h/k or the filter's mean. No allocation after construction.
 */
import { inner, type Limit, movedBy, rowTimes } from "../game/limit";

/** The vectors of one s_g: `count` rows of [sL]; there may be more behind them. */
export interface Vectors {
  readonly count: number;
  readonly values: Float64Array;
}

/** Values that differ by less than this share of the best are a tie: the lowest action wins. */
const VALUE_TIE = 1e-9;

export class Lookahead {
  /** Of the last `look`: a_g, and the best vector of each s_g' that can follow, [sG]. */
  action = 0;
  readonly next: Int32Array;
  /** max α · μ of the last `best`. */
  bestValue = 0;
  private readonly moved: Float64Array;
  private readonly ahead: Float64Array;
  private readonly q: Float64Array;

  /** @param vectors by s_g; they may change between two looks */
  constructor(
    private readonly limit: Limit,
    private readonly vectors: readonly Vectors[],
  ) {
    const { sG, aG, sL } = limit.sizes;
    this.next = new Int32Array(sG);
    this.ahead = new Float64Array(sG);
    this.moved = new Float64Array(sL);
    this.q = new Float64Array(aG);
  }

  /** Chooses a_g at μ; returns what it is worth, without μ · r_{s_g}. */
  look(globalState: number, shares: ArrayLike<number>): number {
    const { limit, q } = this;
    movedBy(limit.kernels[globalState], shares, this.moved);
    for (const after of limit.reached[globalState]) {
      this.next[after] = this.best(after, this.moved);
      this.ahead[after] = this.bestValue;
    }
    let most = -Infinity;
    for (let a = 0; a < q.length; a++) {
      const row = globalState * q.length + a;
      q[a] = limit.globalReward[row] + limit.discount * rowTimes(limit.lead, row, this.ahead);
      most = Math.max(most, q[a]);
    }
    this.action = 0;
    while (q[this.action] < most - VALUE_TIE * Math.abs(most)) this.action++;
    return q[this.action];
  }

  /** The vector of s_g that is best at μ; of equal ones the lowest. */
  best(globalState: number, shares: ArrayLike<number>): number {
    const { count, values } = this.vectors[globalState];
    let best = 0;
    this.bestValue = -Infinity;
    for (let i = 0; i < count; i++) {
      const value = inner(values, i * shares.length, shares);
      if (value <= this.bestValue) continue;
      this.bestValue = value;
      best = i;
    }
    return best;
  }
}
