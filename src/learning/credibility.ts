/**
 * G-LEARN's policy takes a sample for the population. Where k is small, a sample is mostly noise:
 * the best linear estimate of the population's shares given (s_g, sample) is
 *   (1 - w) m(s_g) + w h/k,  w = Cov(share, sampled share) / Var(sampled share)
 * (Bühlmann's credibility, 1967), with m and w under the pair's own occupancy. Looking the policy
 * up at the estimate instead of the sample is again a policy of (s_g, h).
 *
 * Deviation: the paper plays G-LEARN's policy as it is; this one is a second candidate for UPDATE.
 */
import { HistogramIndex, roundToSize } from "../game/histogram";
import { type Game, type PolicyPair, sizesOf } from "../game/model";
import { outcomeOf, type SimulationOptions } from "./simulation";

/** Discounted moments of (share of the population, share of the sample) for one s_g. */
interface Moments {
  weight: number;
  readonly share: Float64Array;
  readonly sampled: Float64Array;
  product: number;
  square: number;
}

/** The pair with π_g looked up at the credible shares of each (s_g, h). */
export async function credibleGlobalPolicy(
  game: Game,
  index: HistogramIndex,
  pair: PolicyPair,
  options: SimulationOptions,
): Promise<Uint8Array> {
  const moments = await momentsOf(game, index, pair, options);
  const policy = new Uint8Array(pair.globalPolicy.length);
  const { states, size, count } = index;
  const shares = new Float64Array(states);
  const histogram = new Int32Array(states);
  moments.forEach((one, g) => {
    const w = credibilityOf(one);
    const mean = one.share.map((sum) => (one.weight > 0 ? sum / one.weight : 0));
    index.forEach((counts, h) => {
      for (let s = 0; s < states; s++) shares[s] = (1 - w) * mean[s] + (w * counts[s]) / size;
      const seen = index.indexOf(roundToSize(shares, size, histogram));
      policy[g * count + h] = pair.globalPolicy[g * count + seen];
    });
  });
  return policy;
}

async function momentsOf(
  game: Game,
  index: HistogramIndex,
  pair: PolicyPair,
  options: SimulationOptions,
): Promise<Moments[]> {
  const { sG, sL } = sizesOf(game);
  const asked = Math.min(index.size, options.population);
  const moments = Array.from({ length: sG }, (): Moments => {
    const [share, sampled] = [new Float64Array(sL), new Float64Array(sL)];
    return { weight: 0, share, sampled, product: 0, square: 0 };
  });
  await outcomeOf(game, index, pair, options, ({ globalState, counts, sample }, epoch) => {
    const weight = game.discount ** epoch;
    const one = moments[globalState];
    one.weight += weight;
    for (let s = 0; s < sL; s++) {
      const share = counts[s] / options.population;
      const sampled = sample[s] / asked;
      one.share[s] += weight * share;
      one.sampled[s] += weight * sampled;
      one.product += weight * share * sampled;
      one.square += weight * sampled * sampled;
    }
  });
  return moments;
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
