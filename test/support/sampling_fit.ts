/** Whether samples of k of n robots, an epoch each, are uniform without replacement. */
import chisquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";
import { fitOf } from "./fit";

/**
 * Quantile of the counts of inclusion under uniform sampling: ((n-1)/(n-k)) Σ (O-E)²/E is
 * chi-squared with n - 1 degrees of freedom. Near 1: some robots are asked too often; near 0: robots
 * take turns.
 */
export function inclusionQuantile(
  samples: readonly (readonly string[])[],
  robots: readonly string[],
): number {
  const n = robots.length;
  const k = samples[0].length;
  const counts = new Map(robots.map((robot) => [robot, 0]));
  for (const robot of samples.flat()) counts.set(robot, (counts.get(robot) ?? 0) + 1);
  const expected = (samples.length * k) / n;
  const sum = [...counts.values()].reduce((total, o) => total + (o - expected) ** 2 / expected, 0);
  return chisquareCdf(((n - 1) / (n - k)) * sum, n - 1);
}

/** p-value of the overlaps of successive samples against hypergeometric(n, k, k). */
export function overlapFit(samples: readonly (readonly string[])[], n: number): number {
  const k = samples[0].length;
  const overlaps = new Array<number>(k + 1).fill(0);
  for (let t = 1; t < samples.length; t++) {
    overlaps[samples[t].filter((robot) => samples[t - 1].includes(robot)).length]++;
  }
  return fitOf(overlaps, hypergeometric(n, k), k + 1);
}

/** Law of the overlap of two samples of k of n, [k + 1]. */
function hypergeometric(n: number, k: number): number[] {
  const choose = (a: number, b: number): number => {
    if (b < 0 || b > a) return 0;
    let result = 1;
    for (let i = 1; i <= b; i++) result = (result * (a - b + i)) / i;
    return result;
  };
  return [...Array(k + 1).keys()].map((x) => (choose(k, x) * choose(n - k, k - x)) / choose(n, k));
}
