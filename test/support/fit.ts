/** Goodness of fit of counted transitions. */
import chisquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";

/** Cells expected less often than this are put together. */
const SMALL = 5;

/**
 * Chi-squared test of `counts` ([rows][width]) against rows of probabilities. Zero-probability
 * cells with a count make the fit 0. Returns the probability of a fit this bad or worse.
 */
export function fitOf(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  width: number,
): number {
  let statistic = 0;
  let freedom = 0;
  for (let row = 0; row < counts.length; row += width) {
    let total = 0;
    for (let i = 0; i < width; i++) total += counts[row + i];
    let cells = 0;
    let rest = 0;
    let restExpected = 0;
    for (let i = 0; i < width; i++) {
      const expected = total * probabilities[row + i];
      if (expected === 0 && counts[row + i] > 0) return 0;
      if (expected >= SMALL) {
        statistic += (counts[row + i] - expected) ** 2 / expected;
        cells++;
      } else {
        rest += counts[row + i];
        restExpected += expected;
      }
    }
    if (restExpected >= SMALL) {
      statistic += (rest - restExpected) ** 2 / restExpected;
      cells++;
    }
    freedom += Math.max(0, cells - 1);
  }
  return freedom === 0 ? 1 : 1 - chisquareCdf(statistic, freedom);
}

/** The `share`-quantile of `values`, the nearest rank. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}
