/**
 * What was sampled, now or remembered, -> the global agent's action. No allocation after construction
 * but at the first prediction of each s_g and a_g.
 *
 * A call sequence of one epoch: `observe(counts)`, `decide(globalState)`, then, when the epoch is
 * over, `predict(globalState, globalAction)`.
 */
import { HistogramIndex, roundToSize } from "../game/histogram";
import type { Limit } from "../game/limit";
import {
  type Game,
  type PointsPair,
  type PolicyPair,
  sizesOf,
  type TablePair,
} from "../game/model";
import { InvalidInputError } from "../base/errors";
import { MeanFieldFilter, samplingVariance } from "./filter";
import { Lookahead, vectorsOf } from "./lookahead";

/** `sample`: only the newest sample counts; `filter`: all of them, moved on by the kernel. */
export type ObservationMode = "sample" | "filter";

/** π_g at the law that it was given last. */
interface Acting {
  /** @param weights the law times any number */
  take(law: Float64Array, weights?: ArrayLike<number>): void;
  decide(globalState: number): number;
}

class ByTable implements Acting {
  private readonly histogram: Int32Array;
  private readonly index: HistogramIndex;

  constructor(
    game: Game,
    private readonly pair: TablePair,
  ) {
    const { sG, sL } = sizesOf(game);
    this.index = new HistogramIndex(sL, pair.tableSize);
    this.histogram = new Int32Array(sL);
    requireLength(game, "global", pair.globalPolicy, sG * this.index.count);
  }

  take(law: Float64Array, weights: ArrayLike<number> = law): void {
    roundToSize(weights, this.pair.tableSize, this.histogram);
  }

  decide(globalState: number): number {
    const at = globalState * this.index.count + this.index.indexOf(this.histogram);
    return this.pair.globalPolicy[at];
  }
}

class ByVectors implements Acting {
  private readonly lookahead: Lookahead;

  constructor(
    private readonly law: Float64Array,
    game: Game,
    limit: Limit,
    pair: PointsPair,
  ) {
    const { sL } = limit.sizes;
    requireLength(game, "vector", pair.vectors, pair.vectorState.length * sL);
    this.lookahead = new Lookahead(limit, vectorsOf(pair, limit.sizes));
  }

  take(): void {}

  decide(globalState: number): number {
    this.lookahead.look(globalState, this.law);
    return this.lookahead.action;
  }
}

function requireLength(
  game: Game,
  what: string,
  { length }: ArrayLike<number>,
  wanted: number,
): void {
  if (length === wanted) return;
  throw new InvalidInputError(
    `the policy has ${length} ${what} entries and the scenario ${game.name} needs ${wanted}; use a policy learned for it`,
  );
}

export class Observation {
  /** The law acted on, [sL], sums to 1. */
  readonly belief: Float64Array;
  private readonly policy: Acting;
  private readonly filter: MeanFieldFilter;
  /** `variance` of the newest sample with anybody in it; undefined before the first. */
  private sampled: number | undefined;

  /** @throws InvalidInputError when the pair's arrays do not have the game's shapes */
  constructor(
    game: Game,
    pair: PolicyPair,
    readonly mode: ObservationMode,
    private population: number,
  ) {
    this.filter = new MeanFieldFilter(game, pair.localPolicy, population);
    this.belief = this.filter.belief;
    this.policy =
      "vectors" in pair
        ? new ByVectors(this.belief, game, this.filter.limit, pair)
        : new ByTable(game, pair);
    this.reset();
  }

  /**
   * v, where the belief's covariance is v (diag(belief) - belief beliefᵀ). `sample`: that of the
   * newest sample with anybody in it, (n - m) / (m (n - 1)) for m of n. `filter`: the filter's.
   */
  get variance(): number {
    return (this.mode === "sample" ? this.sampled : undefined) ?? this.filter.variance;
  }

  /** A new episode starts: nothing is known but the scenario's initial law. */
  reset(): void {
    this.sampled = undefined;
    this.filter.reset();
    this.policy.take(this.belief);
  }

  resize(population: number): void {
    if (population === this.population) return;
    this.population = population;
    if (this.mode === "sample") return;
    this.filter.resize(population);
    this.policy.take(this.belief);
  }

  /** One epoch went by under s_g, a_g and π_l (filter; else nothing changes). */
  predict(globalState: number, globalAction: number): void {
    if (this.mode === "sample") return;
    this.filter.predict(globalState, globalAction);
    this.policy.take(this.belief);
  }

  /** `counts` [sL] of the robots heard this epoch; none heard leaves the belief as it is. */
  observe(counts: ArrayLike<number>): void {
    const { belief, mode } = this;
    let heard = 0;
    for (let s = 0; s < belief.length; s++) heard += counts[s];
    if (heard === 0) return;
    this.sampled = samplingVariance(this.population, heard);
    if (mode === "filter") this.filter.observe(counts);
    else for (let s = 0; s < belief.length; s++) belief[s] = counts[s] / heard;
    // A sample is rounded from its counts, so that no tie is broken by a division's rounding.
    this.policy.take(belief, mode === "filter" ? belief : counts);
  }

  /** a_g = π_g(s_g, belief). */
  decide(globalState: number): number {
    return this.policy.decide(globalState);
  }
}
