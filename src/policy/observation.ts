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
import { sumOf } from "../game/statistics";
import { InvalidInputError } from "../base/errors";
import { MeanFieldFilter, spreadOf } from "./filter";
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
  /** Of all robots, or of those of each kind. */
  private readonly filters: readonly MeanFieldFilter[];
  private groups: readonly number[];

  /**
   * @param population n; or of each kind, where robots are sampled by kind
   * @throws InvalidInputError when the pair's arrays do not have the game's shapes
   */
  constructor(
    game: Game,
    pair: PolicyPair,
    readonly mode: ObservationMode,
    population: number | readonly number[],
  ) {
    this.groups = [population].flat();
    this.filters = this.groups.map((n, kind) => {
      const own = this.groups.length > 1 ? kind : undefined;
      return new MeanFieldFilter(game, pair.localPolicy, Math.max(1, n), own);
    });
    this.belief = new Float64Array(sizesOf(game).sL);
    const [{ limit }] = this.filters;
    this.policy =
      "vectors" in pair ? byVectors(game, pair, limit, this.belief) : byTable(game, pair);
    this.reset();
  }

  /** How many groups of robots it follows. */
  get groupCount(): number {
    return this.groups.length;
  }

  /** A group's part of all robots. */
  private shareOf(group: number): number {
    const { groups } = this;
    return groups.length > 1 ? groups[group] / sumOf(groups) : 1;
  }

  /** Believes of each group what its filter does. @param weights the law times any number */
  private believe(weights?: ArrayLike<number>): void {
    const { belief } = this;
    belief.fill(0);
    this.filters.forEach((filter, group) => {
      const share = this.shareOf(group);
      for (let s = 0; s < belief.length; s++) belief[s] += share * filter.belief[s];
    });
    this.policy.take(belief, weights);
  }

  /**
   * v, where the belief's covariance is v (diag(belief) - belief beliefᵀ). `sample`: that of the
   * newest sample with anybody in it, (n - m) / (m (n - 1)) for m of n. `filter`: the filter's. Of
   * several groups, whose beliefs are independent: the v of their covariances' trace.
   */
  get variance(): number {
    const { filters, belief } = this;
    if (filters.length === 1) return filters[0].variance;
    const traces = filters.map(
      (own, group) => this.shareOf(group) ** 2 * own.variance * spreadOf(own.belief),
    );
    return sumOf(traces) / (spreadOf(belief) || 1);
  }

  /** A new episode starts: nothing is known but the scenario's initial law. */
  reset(): void {
    for (const filter of this.filters) filter.reset();
    this.believe();
  }

  /** @param population of the same groups as before; where nobody is left, it stays as it was */
  resize(population: number | readonly number[]): void {
    const groups = [population].flat();
    if (groups.every((n) => n === 0)) return;
    if (groups.every((n, group) => n === this.groups[group])) return;
    this.groups = groups;
    for (const [group, filter] of this.filters.entries()) {
      const robots = Math.max(1, groups[group]);
      if (this.mode === "sample") filter.population = robots;
      else if (robots !== filter.population) filter.resize(robots);
    }
    if (this.mode === "filter" || groups.length > 1) this.believe();
  }

  /** One epoch went by under s_g, a_g and π_l (filter; else nothing changes). */
  predict(globalState: number, globalAction: number): void {
    if (this.mode === "sample") return;
    for (const filter of this.filters) filter.predict(globalState, globalAction);
    this.believe();
  }

  /** `counts` [sL] of the robots heard this epoch; none heard leaves the belief as it is. */
  observe(counts: ArrayLike<number>): void {
    const isSample = this.mode === "sample";
    let heard = 0;
    for (const filter of this.filters)
      heard += isSample ? filter.replace(counts) : filter.observe(counts);
    if (heard === 0) return;
    // A sample is rounded from its counts, so that no tie is broken by a division's rounding.
    this.believe(isSample && this.filters.length === 1 ? counts : undefined);
  }

  /** a_g = π_g(s_g, belief). */
  decide(globalState: number): number {
    return this.policy.decide(globalState);
  }
}
