/**
 * A global policy by vectors: V(s_g, μ) = max α · μ over the vectors of s_g. It acts one step ahead:
 *   argmax_a r_g(s_g, a) + μ · r_{s_g,a} + γ Σ_{s_g'} P_g(s_g'|s_g, a) max_{α of s_g'} α · (μ M_{s_g,a}),
 * with any μ as it is: a sample's h/k or the filter's mean. No allocation after construction.
 */
import { inner, type Limit, movedBy, rowTimes } from "../game/limit";
import type { PointsPair } from "../game/model";

/** The vectors of one s_g: `count` rows of [sL]; there may be more behind them. */
export interface Vectors {
  readonly count: number;
  readonly values: Float64Array;
}

/** Values that differ by less than this share of the best are a tie: the lowest action wins. */
const VALUE_TIE = 1e-9;

/** The lowest index whose value is within `tie` of the best (default: VALUE_TIE of it). */
export function lowestBest(values: ArrayLike<number>, tie?: number): number {
  let most = -Infinity;
  for (let a = 0; a < values.length; a++) most = Math.max(most, values[a]);
  const least = most - (tie ?? VALUE_TIE * Math.abs(most));
  let lowest = 0;
  while (values[lowest] < least) lowest++;
  return lowest;
}

export class Lookahead {
  /** a_g of the last `look`. */
  action = 0;
  /** max α · μ of the last `best`. */
  bestValue = 0;
  private readonly moved: Float64Array;
  private readonly ahead: Float64Array;
  private readonly q: Float64Array;

  /** @param vectors by s_g, none without any; they may change between two looks */
  constructor(
    private readonly limit: Limit,
    private readonly vectors: readonly Vectors[],
  ) {
    const { sG, aG, sL } = limit.sizes;
    this.ahead = new Float64Array(sG);
    this.moved = new Float64Array(sL);
    this.q = new Float64Array(aG);
  }

  /** Chooses a_g at μ; returns what it is worth, T V(s_g, μ). */
  look(globalState: number, shares: ArrayLike<number>): number {
    const { limit, q, moved, ahead } = this;
    for (const move of limit.moves[globalState]) {
      movedBy(limit, move, shares, moved);
      for (const after of move.reached) {
        this.best(after, moved);
        ahead[after] = this.bestValue;
      }
      const reward = inner(move.reward, 0, shares);
      for (let a = move.from; a < move.end; a++) {
        const row = globalState * q.length + a;
        const future = limit.discount * rowTimes(limit.lead, row, ahead);
        q[a] = reward + limit.globalReward[row] + future;
      }
    }
    this.action = lowestBest(q);
    return q[this.action];
  }

  /** V(s_g, μ) */
  at(globalState: number, shares: ArrayLike<number>): number {
    this.best(globalState, shares);
    return this.bestValue;
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

/** The vectors of a pair by s_g, in the file's order. */
export function vectorsOf(
  { vectors, vectorState }: PointsPair,
  { sG, sL }: Limit["sizes"],
): Vectors[] {
  let from = 0;
  return Array.from({ length: sG }, (_, g) => {
    let end = from;
    while (end < vectorState.length && vectorState[end] === g) end++;
    const values = Float64Array.from(vectors.subarray(from * sL, end * sL));
    const count = end - from;
    from = end;
    return { count, values };
  });
}
