/**
 * A global policy by vectors: V(s_g, μ) = max α · μ over the vectors of s_g. It acts one step ahead:
 *   argmax_a r_g(s_g, a) + μ · r_{s_g,a} + γ Σ_{s_g'} P_g(s_g'|s_g, a) max_{α of s_g'} α · (μ M_{s_g,a}),
 * with any μ as it is: a sample's h/k or the filter's mean. No allocation after construction.
 */
import { KernelMemory } from "../base/kernel_memory";
import { Rows } from "../base/rows";
import { inner, type Limit, movedBy, rowTimes } from "../game/limit";
import type { PointsPair } from "../game/model";

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
  /** What each a_g of the last `look` is worth. */
  readonly q: Float64Array;

  /** @param vectors by s_g, none without any; they may change between two looks */
  constructor(
    private readonly limit: Limit,
    private readonly vectors: readonly Rows[],
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
      const reward = inner(move.reward, shares);
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
    const rows = this.vectors[globalState];
    const values = rows.times(shares);
    let best = 0;
    this.bestValue = -Infinity;
    for (let i = 0; i < rows.count; i++) {
      if (values[i] <= this.bestValue) continue;
      this.bestValue = values[i];
      best = i;
    }
    return best;
  }
}

/** The vectors of a pair by s_g, in the file's order. */
export function vectorsOf(
  { vectors, vectorState }: PointsPair,
  { sG, sL }: Limit["sizes"],
): Rows[] {
  const rows = emptyRows(sG, sL);
  vectorState.forEach((g, i) => rows[g].add(vectors.subarray(i * sL, (i + 1) * sL)));
  return rows;
}

/** Room for vectors, [sL], of each s_g, in one memory. */
export function emptyRows(sG: number, sL: number): Rows[] {
  const memory = new KernelMemory();
  return Array.from({ length: sG }, () => new Rows(sL, memory));
}
