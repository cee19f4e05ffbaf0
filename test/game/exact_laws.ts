/** Laws of counts, computed plainly, against which simulated counts are held. */
import cdf from "@stdlib/stats-base-dists-chisquare-cdf";

const logFactorials = [0];
for (let i = 1; i <= 10_000; i++) logFactorials.push(logFactorials[i - 1] + Math.log(i));
const logFactorial = (n: number): number => logFactorials[n];
const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k);

export function binomialLaw(trials: number, p: number): number[] {
  return Array.from({ length: trials + 1 }, (_, i) =>
    Math.exp(logChoose(trials, i) + i * Math.log(p) + (trials - i) * Math.log1p(-p)),
  );
}

export function hypergeometric(counts: readonly number[], drawn: readonly number[]): number {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  if (drawn.some((d, s) => d > counts[s])) return 0;
  const ways = drawn.reduce((total, d, s) => total + logChoose(counts[s], d), 0);
  return Math.exp(ways - logChoose(sum(counts), sum(drawn)));
}

/** p-value of observed counts under a law; cells expected below 5 are pooled. */
export function chiSquaredP(observed: readonly number[], law: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  let cells = 0;
  let [restObserved, restExpected] = [0, 0];
  law.forEach((p, i) => {
    const expected = p * total;
    if (expected < 5) {
      restObserved += observed[i];
      restExpected += expected;
      return;
    }
    statistic += (observed[i] - expected) ** 2 / expected;
    cells += 1;
  });
  if (restExpected >= 5) {
    statistic += (restObserved - restExpected) ** 2 / restExpected;
    cells += 1;
  }
  return 1 - cdf(statistic, cells - 1);
}
