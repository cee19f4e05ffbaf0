/**
 * One step of improvement of a policy of (s_g, h) against robots of one π_l:
 *   π(s_g, h) = argmax_a Σ_μ ρ(μ, s_g) P(h | μ) Q(s_g, μ, a)
 * over the populations μ that were visited, discounted by ρ. Q is that of an agent that sees all robots from
 * the next epoch on, in the limit of many: what it promises too much is much the same for all commands.
 */
import { HistogramIndex } from "../game/histogram";
import { type Game, sizesOf } from "../game/model";
import type { GlobalController, Population } from "../game/population";
import { emptyRows, type Lookahead, lowestBest } from "../policy/lookahead";

/** In place of 0, of which there is no logarithm. */
const LEAST_SHARE = 1e-12;
/** e to minus this is nothing beside 1. */
const NEGLIGIBLE = 30;

type Visited = Pick<Population, "globalState" | "counts" | "population">;

export class Improvement implements GlobalController {
  readonly sampleSize: number;
  /** ln μ of each visit, by s_g; and Q of each command. */
  private readonly logs;
  private readonly visits: Float64Array[][];
  /** What was decided so far, [sG][H]; else -1. */
  private readonly known: Int16Array;
  private due = 0;

  constructor(
    private readonly game: Game,
    private readonly index: HistogramIndex,
    private readonly lookahead: Lookahead,
  ) {
    const { sG, sL } = sizesOf(game);
    this.sampleSize = index.size;
    this.logs = emptyRows(sG, sL);
    this.visits = this.logs.map(() => []);
    this.known = new Int16Array(sG * index.count).fill(-1);
  }

  /** Takes as many of the visits as their weights γ^t are together, one as good as another. */
  readonly visit = ({ globalState, counts, population }: Visited, epoch: number): void => {
    this.due += this.game.discount ** epoch;
    if (this.due < 1) return;
    this.due -= 1;
    const shares = Float64Array.from(counts, (count) => count / population);
    this.lookahead.look(globalState, shares);
    this.logs[globalState].add(shares.map((share) => Math.log(Math.max(share, LEAST_SHARE))));
    this.visits[globalState].push(this.lookahead.q.slice());
  };

  decide(globalState: number, sample: Int32Array): number {
    const at = globalState * this.index.count + this.index.indexOf(sample);
    if (this.known[at] < 0) this.known[at] = this.bestFor(globalState, sample);
    return this.known[at];
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
      const share = Math.exp(likely[i] - most);
      for (let a = 0; a < worth.length; a++) worth[a] += share * visits[i][a];
    }
    return lowestBest(worth);
  }
}
