/**
 * One step of improvement of a policy of (s_g, h) against robots of one π_l:
 *   π(s_g, h) = argmax_a Σ_μ ρ(μ, s_g) P(h | μ) Q(s_g, μ, a)
 * over the populations μ that were visited, discounted by ρ. Q is that of an agent that sees all robots from
 * the next epoch on, in the limit of many: what it promises too much is much the same for all commands.
 */
import { HistogramIndex } from "../game/histogram";
import { inner } from "../game/limit";
import type { Game } from "../game/model";
import type { GlobalController, Population } from "../game/population";
import { type Lookahead, lowestBest } from "../policy/lookahead";

/** In place of 0, of which there is no logarithm. */
const LEAST_SHARE = 1e-12;

type Visited = Pick<Population, "globalState" | "counts" | "population">;

export class Improvement implements GlobalController {
  readonly sampleSize: number;
  /** Of each visit, by s_g: ln μ, and Q of each command. */
  private readonly visits: { readonly logs: Float64Array; readonly q: Float64Array }[][];
  /** What was decided so far, by s_g · H + h. */
  private readonly known = new Map<number, number>();
  private due = 0;

  constructor(
    private readonly game: Game,
    private readonly index: HistogramIndex,
    private readonly lookahead: Lookahead,
  ) {
    this.sampleSize = index.size;
    this.visits = game.globalStates.map(() => []);
  }

  /** Takes as many of the visits as their weights γ^t are together, one as good as another. */
  readonly visit = ({ globalState, counts, population }: Visited, epoch: number): void => {
    this.due += this.game.discount ** epoch;
    if (this.due < 1) return;
    this.due -= 1;
    const shares = Float64Array.from(counts, (count) => count / population);
    this.lookahead.look(globalState, shares);
    const logs = shares.map((share) => Math.log(Math.max(share, LEAST_SHARE)));
    this.visits[globalState].push({ logs, q: this.lookahead.q.slice() });
  };

  decide(globalState: number, sample: Int32Array): number {
    const at = globalState * this.index.count + this.index.indexOf(sample);
    const action = this.known.get(at) ?? this.bestFor(globalState, sample);
    this.known.set(at, action);
    return action;
  }

  private bestFor(globalState: number, sample: Int32Array): number {
    const visits = this.visits[globalState];
    if (visits.length === 0) {
      const shares = Float64Array.from(sample, (count) => count / this.sampleSize);
      this.lookahead.look(globalState, shares);
      return this.lookahead.action;
    }
    // ln P(h | μ), but for a constant.
    const likely = visits.map(({ logs }) => inner(logs, sample));
    const most = likely.reduce((a, b) => Math.max(a, b));
    const weights = likely.map((one) => Math.exp(one - most));
    const worthOf = (action: number): number =>
      visits.reduce((sum, { q }, i) => sum + weights[i] * q[action], 0);
    return lowestBest(this.game.globalActions.map((_, action) => worthOf(action)));
  }
}
