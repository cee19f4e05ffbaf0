/**
 * What was sampled, now or remembered, -> the global agent's action. No allocation after
 * construction.
 *
 * A call sequence of one epoch: `observe(counts)`, `decide(globalState)`, then, when the epoch is
 * over, `predict(globalState)`.
 */
import { HistogramIndex, roundToSize } from "../game/histogram";
import { type Game, type PolicyPair, sizesOf } from "../game/model";
import { InvalidInputError } from "../base/errors";
import { MeanFieldFilter, samplingVariance } from "./filter";

/** `sample`: only the newest sample counts; `filter`: all of them, moved on by the kernel. */
export type ObservationMode = "sample" | "filter";

export class Observation {
  /** The law acted on, [sL], sums to 1. */
  readonly belief: Float64Array;
  /** The belief in the table's size, [sL], sums to `tableSize`. */
  readonly histogram: Int32Array;
  private readonly index: HistogramIndex;
  private readonly filter: MeanFieldFilter;
  /** `variance` of the newest sample with anybody in it; undefined before the first. */
  private sampled: number | undefined;

  /** @throws InvalidInputError when the pair's arrays do not have the game's shapes */
  constructor(
    game: Game,
    private readonly pair: PolicyPair,
    readonly mode: ObservationMode,
    private population: number,
  ) {
    const { sG, sL, aL } = sizesOf(game);
    this.index = new HistogramIndex(sL, pair.tableSize);
    if (
      pair.globalPolicy.length !== sG * this.index.count ||
      pair.localPolicy.length !== sL * sG * aL
    ) {
      throw new InvalidInputError(
        `the policy has ${pair.globalPolicy.length} global and ${pair.localPolicy.length} local entries and the scenario ${game.name} needs ${sG * this.index.count} and ${sL * sG * aL}; use a policy learned for it`,
      );
    }
    this.filter = new MeanFieldFilter(game, pair.localPolicy, population);
    this.belief = this.filter.belief;
    this.histogram = new Int32Array(sL);
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
    roundToSize(this.belief, this.pair.tableSize, this.histogram);
  }

  resize(population: number): void {
    if (population === this.population) return;
    this.population = population;
    if (this.mode === "sample") return;
    this.filter.resize(population);
    roundToSize(this.belief, this.pair.tableSize, this.histogram);
  }

  /** One epoch went by under `globalState` and π_l (filter; else nothing changes). */
  predict(globalState: number): void {
    if (this.mode === "sample") return;
    this.filter.predict(globalState);
    roundToSize(this.belief, this.pair.tableSize, this.histogram);
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
    roundToSize(mode === "filter" ? belief : counts, this.pair.tableSize, this.histogram);
  }

  /** a_g = π_g(s_g, histogram). */
  decide(globalState: number): number {
    return this.pair.globalPolicy[
      globalState * this.index.count + this.index.indexOf(this.histogram)
    ];
  }
}
