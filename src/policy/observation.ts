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

function byTable(game: Game, { tableSize, globalPolicy }: TablePair): Acting {
  const { sG, sL } = sizesOf(game);
  const index = new HistogramIndex(sL, tableSize);
  const histogram = new Int32Array(sL);
  requireLength(game, "global", globalPolicy, sG * index.count);
  return {
    take: (law, weights = law) => void roundToSize(weights, tableSize, histogram),
    decide: (globalState) => globalPolicy[globalState * index.count + index.indexOf(histogram)],
  };
}

/** @param law that is given, at any time */
function byVectors(game: Game, pair: PointsPair, limit: Limit, law: Float64Array): Acting {
  requireLength(game, "vector", pair.vectors, pair.vectorState.length * limit.sizes.sL);
  const lookahead = new Lookahead(limit, vectorsOf(pair, limit.sizes));
  return {
    take: () => {},
    decide: (globalState) => {
      lookahead.look(globalState, law);
      return lookahead.action;
    },
  };
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
        ? byVectors(game, pair, this.filter.limit, this.belief)
        : byTable(game, pair);
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
