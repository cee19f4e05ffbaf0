/** Upper bounds on what any global agent earns against one local policy with all robots seen. */
import type { Rows } from "../../base/rows";
import type { Steps } from "../../base/steps";
import { broughtBack, inner, type Limit, type Move } from "../../game/limit";
import { emptyRows, Lookahead } from "../../policy/lookahead";
import { iterate, type Until } from "../value_iteration";

/** Values at μ. */
export interface Values {
  at(globalState: number, shares: ArrayLike<number>): number;
}

/**
 * Raises `best` to what the commands of the move are worth at each place.
 * @param reward of the epoch at each place
 * @param ahead what is ahead from each place in each s_g'
 */
export function raise(
  best: Float64Array,
  { lead, globalReward, discount, sizes }: Limit,
  move: Move,
  reward: ArrayLike<number>,
  ahead: readonly Float64Array[],
): void {
  const worth = new Float64Array(best.length);
  for (let a = move.from; a < move.end; a++) {
    const row = move.globalState * sizes.aG + a;
    worth.fill(globalReward[row]);
    for (let i = lead.starts[row]; i < lead.starts[row + 1]; i++) {
      const probability = discount * lead.values[i];
      const values = ahead[lead.columns[i]];
      for (let p = 0; p < worth.length; p++) worth[p] += probability * values[p];
    }
    for (let p = 0; p < worth.length; p++) {
      const value = reward[p] + worth[p];
      if (value > best[p]) best[p] = value;
    }
  }
}

/**
 * Each robot has a dispatcher of its own, that chooses a_g for it alone: U(s_g, s_l) of a game of one
 * robot. Then Σ_s μ_s U(s_g, s) >= V_n(s_g, μ) for every n.
 */
export class DispatcherBound implements Values {
  /** U, [sG] of [sL]. */
  readonly values: readonly Float64Array[];
  private readonly lookahead: Lookahead;
  private readonly rows: readonly Rows[];

  constructor(readonly limit: Limit) {
    const { sG, sL } = limit.sizes;
    this.values = Array.from({ length: sG }, () => new Float64Array(sL));
    this.rows = emptyRows(sG, sL);
    this.lookahead = new Lookahead(limit, this.rows);
  }

  *solve(until: Until): Steps<this> {
    const { limit } = this;
    const { sG, sL } = limit.sizes;
    const ahead = Array.from({ length: sG }, () => new Float64Array(sL));
    const backup = (g: number, best: Float64Array): void => {
      best.fill(-Infinity);
      for (const move of limit.moves[g]) {
        for (const after of move.reached)
          broughtBack(limit, move, this.values[after], ahead[after]);
        raise(best, limit, move, move.reward, ahead);
      }
    };
    yield* iterate(this.values, backup, limit.discount, until);
    this.rows.forEach((rows, g) => {
      rows.clear();
      rows.add(this.values[g]);
    });
    return this;
  }

  /** Σ_s μ_s U(s_g, s): it holds for every n, and for means over unknown places of the robots. */
  readonly everyN: Values = { at: (g, shares) => inner(this.values[g], shares) };

  /** One backup of U at μ, with one command for all: at most the same, in the limit alone. */
  at(globalState: number, shares: ArrayLike<number>): number {
    return this.lookahead.look(globalState, shares);
  }

  /** Of all places. */
  get most(): number {
    return Math.max(...this.values.map((row) => row.reduce((a, b) => Math.max(a, b))));
  }
}
