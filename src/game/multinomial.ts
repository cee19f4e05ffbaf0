/** Exact draws of counts: what many robots do together. */
import binomial from "@stdlib/random-base-binomial";
import { drawIndex, type Uniform } from "./draws";

const { exp, floor, log, log1p } = Math;

/** Up to this many robots are drawn one by one, which is faster than by binomials. */
const ONE_BY_ONE = 24;

/** Up to this variance a binomial is inverted from its mode; beyond, the library rejects faster. */
const INVERTED_VARIANCE = 900;

export type Binomial = (trials: number, probability: number) => number;

/** Binomial draws by the given uniforms. */
export function binomialBy(uniform: Uniform): Binomial {
  const reject = binomial.factory({ prng: uniform });
  return (trials, probability) => {
    // The library answers NaN for no trials; a probability may miss [0, 1] by a rounding.
    if (trials === 0 || probability <= 0) return 0;
    if (probability >= 1) return trials;
    const variance = trials * probability * (1 - probability);
    return variance > INVERTED_VARIANCE
      ? reject(trials, probability)
      : invertBinomial(uniform(), trials, probability);
  };
}

/** ln i! for small i. */
const LOG_FACTORIALS = new Float64Array(2048);
for (let i = 2; i < LOG_FACTORIALS.length; i++) {
  LOG_FACTORIALS[i] = LOG_FACTORIALS[i - 1] + log(i);
}

function logFactorial(i: number): number {
  if (i < LOG_FACTORIALS.length) return LOG_FACTORIALS[i];
  // Stirling's series; the next term is below 1e-19 here.
  const x = i + 1;
  return (x - 0.5) * log(x) - x + 0.9189385332046728 + 1 / (12 * x) - 1 / (360 * x * x * x);
}

/**
 * The binomial that `u` in (0, 1) picks when outcomes are laid out from the mode to both sides
 * (Devroye 1986, III.2): exact, O(standard deviation), one uniform a draw, so that two populations
 * on common random numbers stay close.
 */
function invertBinomial(u: number, trials: number, probability: number): number {
  const odds = probability / (1 - probability);
  const mode = floor((trials + 1) * probability);
  const atMode = exp(
    logFactorial(trials) -
      logFactorial(mode) -
      logFactorial(trials - mode) +
      mode * log(probability) +
      (trials - mode) * log1p(-probability),
  );
  let left = u - atMode;
  if (left < 0) return mode;
  let below = mode;
  let above = mode;
  let massBelow = atMode;
  let massAbove = atMode;
  while (below > 0 || above < trials) {
    if (above < trials) {
      massAbove *= ((trials - above) / (above + 1)) * odds;
      above += 1;
      left -= massAbove;
      if (left < 0) return above;
    }
    if (below > 0) {
      massBelow *= below / ((trials - below + 1) * odds);
      below -= 1;
      left -= massBelow;
      if (left < 0) return below;
    }
    // Only the rounding of the sum is left.
    if (massAbove + massBelow < 1e-300) break;
  }
  return mode;
}

/**
 * Adds to `out` [length] a multinomial draw of `count` robots over `probabilities[offset ..]`.
 * Conditional binomials (Devroye 1986, XI.1.4), or one by one where few.
 */
export function addMultinomial(
  count: number,
  probabilities: ArrayLike<number>,
  offset: number,
  length: number,
  out: Int32Array,
  uniform: Uniform,
  draw: Binomial,
): void {
  if (count <= ONE_BY_ONE) {
    for (let i = 0; i < count; i++) out[drawIndex(uniform(), probabilities, offset, length)] += 1;
    return;
  }
  let left = count;
  let mass = 1;
  let last = length - 1;
  while (last > 0 && probabilities[offset + last] <= 0) last--;
  for (let i = 0; i < last && left > 0; i++) {
    const p = probabilities[offset + i];
    const hits = draw(left, p / mass);
    out[i] += hits;
    left -= hits;
    mass -= p;
  }
  out[last] += left;
}

/**
 * Counts of `size` robots drawn without replacement from `counts`: multivariate hypergeometric, by
 * drawing robots one after another (or those left out, where they are fewer). Writes into `out`.
 * A sample as large as the population is the population.
 */
export function drawSampleCounts(
  counts: Int32Array,
  population: number,
  size: number,
  out: Int32Array,
  uniform: Uniform,
): void {
  const leaveOut = size > population / 2;
  const draws = leaveOut ? population - Math.min(size, population) : size;
  out.fill(0);
  for (let i = 0; i < draws; i++) {
    let ticket = floor(uniform() * (population - i));
    let s = 0;
    while (ticket >= counts[s] - out[s]) {
      ticket -= counts[s] - out[s];
      s++;
    }
    out[s] += 1;
  }
  if (leaveOut) for (let s = 0; s < out.length; s++) out[s] = counts[s] - out[s];
}
