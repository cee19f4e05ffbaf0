/** Which states a pair visits, discounted, and what the global agent does and sees there. */
import { HistogramIndex, roundToSize } from "../game/histogram";
import {
  type Game,
  type LocalForm,
  type TablePair,
  scaleToOne,
  type Sizes,
  sizesOf,
} from "../game/model";
import type { EpochVisitor } from "../game/population";

/** Discounted moments of (share of the population, share of the sample) for one s_g. */
interface Moments {
  weight: number;
  readonly share: Float64Array;
  readonly sampled: Float64Array;
  product: number;
  square: number;
}

export class Occupancy {
  private readonly sizes: Sizes;
  /** Σ γ^t [a_g], by [sL][sG] of every robot, and by [sG]. */
  private readonly law: Float64Array;
  private readonly lead: Float64Array;
  private readonly moments: readonly Moments[];

  /** Epoch from which on the law counts: a robot that is told the first command expects the later ones. */
  private readonly from: number;

  /** @param form of π_l */
  constructor(
    private readonly game: Game,
    form: LocalForm = "state",
  ) {
    this.from = form === "command" ? 1 : 0;
    const { sG, sL, aG } = sizesOf(game);
    this.sizes = sizesOf(game);
    this.law = new Float64Array(sL * sG * aG);
    this.lead = new Float64Array(sG * aG);
    this.moments = Array.from({ length: sG }, (): Moments => {
      const [share, sampled] = [new Float64Array(sL), new Float64Array(sL)];
      return { weight: 0, share, sampled, product: 0, square: 0 };
    });
  }

  readonly visit: EpochVisitor = ({ globalState, counts, sample, population }, epoch, action) => {
    const { sG, sL, aG } = this.sizes;
    const weight = this.game.discount ** epoch;
    const counted = epoch < this.from ? 0 : weight;
    this.lead[globalState * aG + action] += counted;
    let asked = 0;
    for (let s = 0; s < sL; s++) asked += sample[s];
    const one = this.moments[globalState];
    one.weight += weight;
    for (let s = 0; s < sL; s++) {
      this.law[(s * sG + globalState) * aG + action] += counted * counts[s];
      const share = counts[s] / population;
      const sampled = asked > 0 ? sample[s] / asked : 0;
      one.share[s] += weight * share;
      one.sampled[s] += weight * sampled;
      one.product += weight * share * sampled;
      one.square += weight * sampled * sampled;
    }
  };

  /**
   * P(a_g | s_l, s_g) that a robot meets, [sL][sG][aG]: of all robots in s_l while the lead is in
   * s_g. States never met take the law of their s_g, or a uniform one.
   */
  actionLaw(): Float64Array {
    const { sG, sL, aG } = this.sizes;
    const law = this.law.slice();
    for (let state = 0; state < sL * sG; state++) {
      const row = law.subarray(state * aG, (state + 1) * aG);
      if (scaleToOne(row)) continue;
      const g = state % sG;
      row.set(this.lead.subarray(g * aG, (g + 1) * aG));
      if (!scaleToOne(row)) row.fill(1 / aG);
    }
    return law;
  }

  /**
   * π_g looked up at the credible shares of each (s_g, h). G-LEARN's policy takes a sample for the
   * population; where k is small, a sample is mostly noise. The best linear estimate of the shares
   * given (s_g, sample) is (1 - w) m(s_g) + w h/k, w = Cov(share, sampled) / Var(sampled)
   * (Bühlmann's credibility, 1967), under this occupancy. It is again a policy of (s_g, h).
   *
   * Deviation: the paper plays G-LEARN's policy as it is; this is a second candidate for UPDATE.
   */
  credibleGlobalPolicy(index: HistogramIndex, { globalPolicy }: TablePair): Uint8Array {
    const policy = new Uint8Array(globalPolicy.length);
    const { states, size, count } = index;
    const shares = new Float64Array(states);
    const histogram = new Int32Array(states);
    this.moments.forEach((one, g) => {
      const w = credibilityOf(one);
      const mean = one.share.map((sum) => (one.weight > 0 ? sum / one.weight : 0));
      index.forEach((counts, h) => {
        for (let s = 0; s < states; s++) shares[s] = (1 - w) * mean[s] + (w * counts[s]) / size;
        const seen = index.indexOf(roundToSize(shares, size, histogram));
        policy[g * count + h] = globalPolicy[g * count + seen];
      });
    });
    return policy;
  }
}

/** w in [0, 1]; 1 where s_g was never met or the samples never differed. */
function credibilityOf({ weight, share, sampled, product, square }: Moments): number {
  if (weight <= 0) return 1;
  let covariance = product / weight;
  let variance = square / weight;
  for (let s = 0; s < share.length; s++) {
    covariance -= (share[s] / weight) * (sampled[s] / weight);
    variance -= (sampled[s] / weight) ** 2;
  }
  return variance > 1e-12 ? Math.min(1, Math.max(0, covariance / variance)) : 1;
}
