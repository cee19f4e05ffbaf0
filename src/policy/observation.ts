/**
 * What was sampled, now or remembered, -> the global agent's action. No allocation after
 * construction.
 *
 * A call sequence of one epoch: `observe(counts)`, `decide(globalState)`, then, when the epoch is
 * over, `predict(globalState)`.
 */
import { HistogramIndex, roundToSize } from "../game/histogram";
import { type Game, localKernel, type PolicyPair, sizesOf } from "../game/model";
import { InvalidInputError } from "../game/scenario";

/** `sample`: only the newest sample counts; `filter`: all of them, moved on by the kernel. */
export type ObservationMode = "sample" | "filter";

/** Share of the effective count that the filter forgets at each step. */
const FORGETTING = 0.02;

export class Observation {
  /** The law acted on, [sL], sums to 1. */
  readonly belief: Float64Array;
  /** The belief in the table's size, [sL], sums to `tableSize`. */
  readonly histogram: Int32Array;
  private readonly index: HistogramIndex;
  /** M_{s_g} of the policy in force, [sG][sL][sL']. */
  private readonly kernels: readonly Float64Array[];
  private readonly initialLaw: Float64Array;
  private readonly initialWeight: number;
  private readonly scratch: Float64Array;
  /** Robots that the belief is worth: the parameter sum of the filter's Dirichlet law. */
  private weight: number;

  /** @throws InvalidInputError when the pair's arrays do not have the game's shapes */
  constructor(
    game: Game,
    private readonly pair: PolicyPair,
    private readonly mode: ObservationMode,
    private readonly population: number,
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
    const { initialLocal } = game;
    const known = initialLocal.kind === "fixed";
    this.initialLaw = known ? initialLocal.probabilities : new Float64Array(sL).fill(1 / sL);
    this.initialWeight = Math.min(population, known ? population : sL * initialLocal.alpha);
    this.kernels = game.globalStates.map((_, s) => localKernel(game, pair.localPolicy, s));
    this.scratch = new Float64Array(sL);
    this.belief = new Float64Array(sL);
    this.histogram = new Int32Array(sL);
    this.weight = 0;
    this.reset();
  }

  /** A new episode starts: nothing is known but the scenario's initial law. */
  reset(): void {
    this.belief.set(this.initialLaw);
    this.weight = this.initialWeight;
    roundToSize(this.belief, this.pair.tableSize, this.histogram);
  }

  /** One epoch went by under `globalState` and π_l: μ <- μ M_{s_g} (filter; else nothing). */
  predict(globalState: number): void {
    if (this.mode === "sample") return;
    const { belief, scratch } = this;
    const kernel = this.kernels[globalState];
    const states = belief.length;
    scratch.fill(0);
    for (let s = 0; s < states; s++) {
      for (let t = 0; t < states; t++) scratch[t] += belief[s] * kernel[s * states + t];
    }
    normalise(scratch, belief);
    this.weight *= 1 - FORGETTING;
    roundToSize(belief, this.pair.tableSize, this.histogram);
  }

  /** `counts` [sL] of the robots heard this epoch; none heard leaves the belief as it is. */
  observe(counts: ArrayLike<number>): void {
    const { belief, scratch } = this;
    let heard = 0;
    for (let s = 0; s < belief.length; s++) heard += counts[s];
    if (heard === 0) return;
    if (this.mode === "sample") {
      for (let s = 0; s < belief.length; s++) belief[s] = counts[s] / heard;
      // Rounded from the counts themselves, so that no tie is broken by a division's rounding.
      roundToSize(counts, this.pair.tableSize, this.histogram);
      return;
    }
    // Dirichlet(weight · μ) and `heard` multinomial draws: the posterior mean.
    for (let s = 0; s < belief.length; s++) scratch[s] = this.weight * belief[s] + counts[s];
    normalise(scratch, belief);
    this.weight = Math.min(this.population, this.weight + heard);
    roundToSize(belief, this.pair.tableSize, this.histogram);
  }

  /** a_g = π_g(s_g, histogram). */
  decide(globalState: number): number {
    return this.pair.globalPolicy[
      globalState * this.index.count + this.index.indexOf(this.histogram)
    ];
  }
}

/** Writes `weights` scaled to sum to 1 into `out`. */
function normalise(weights: Float64Array, out: Float64Array): void {
  let total = 0;
  for (let s = 0; s < weights.length; s++) total += weights[s];
  for (let s = 0; s < weights.length; s++) out[s] = weights[s] / total;
}
