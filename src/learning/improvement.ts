/**
 * One step of improvement of a policy of (s_g, h) against robots of one π_l:
 *   π(s_g, h) = argmax_a Σ_μ ρ(μ, s_g) P(h | μ) Q(s_g, μ, a)
 * over the populations μ that were visited, discounted by ρ. Q is that of an agent that sees all robots from
 * the next epoch on, in the limit of many: what it promises too much is much the same for all commands.
 */
import { type Game, sizesOf } from "../game/model";
import type { EpochVisitor, GlobalController } from "../game/population";
import { emptyRows, type Lookahead, lowestBest } from "../policy/lookahead";

/** In place of 0, of which there is no logarithm. */
const LEAST_SHARE = 1e-12;
/** e to minus this is nothing beside 1. */
const NEGLIGIBLE = 30;

export class Improvement implements GlobalController {
  /** ln μ of each visit, by s_g; its ρ, and Q of each command. */
  private readonly logs;
  private readonly visits: readonly { readonly weight: number; readonly q: Float64Array }[][];
  private readonly known = new Map<string, number>();

  constructor(
    private readonly game: Game,
    readonly sampleSize: number,
    private readonly lookahead: Lookahead,
  ) {
    const { sG, sL } = sizesOf(game);
    this.logs = emptyRows(sG, sL);
    this.visits = this.logs.map(() => []);
  }

  readonly visit: EpochVisitor = ({ globalState, counts, population }, epoch) => {
    const shares = Float64Array.from(counts, (count) => count / population);
    this.lookahead.look(globalState, shares);
    this.logs[globalState].add(shares.map((share) => Math.log(Math.max(share, LEAST_SHARE))));
    this.visits[globalState].push({
      weight: this.game.discount ** epoch,
      q: this.lookahead.q.slice(),
    });
  };

  decide(globalState: number, sample: Int32Array): number {
    const key = `${globalState}: ${sample.join()}`;
    const action = this.known.get(key) ?? this.bestFor(globalState, sample);
    this.known.set(key, action);
    return action;
  }

  private bestFor(globalState: number, sample: Int32Array): number {
    const visits = this.visits[globalState];
    if (visits.length === 0) {
      this.lookahead.look(
        globalState,
        Float64Array.from(sample, (c) => c / this.sampleSize),
      );
      return this.lookahead.action;
    }
    // ln P(h | μ), but for a constant.
    const likely = this.logs[globalState].times(sample);
    let most = -Infinity;
    for (let i = 0; i < visits.length; i++) most = Math.max(most, likely[i]);
    const worth = new Float64Array(this.lookahead.q.length);
    for (let i = 0; i < visits.length; i++) {
      if (likely[i] < most - NEGLIGIBLE) continue;
      const { weight, q } = visits[i];
      const share = weight * Math.exp(likely[i] - most);
      for (let a = 0; a < worth.length; a++) worth[a] += share * q[a];
    }
    return lowestBest(worth);
  }
}
