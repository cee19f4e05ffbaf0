/** Exact draws of counts: what many robots do together. */
import { drawIndex, type Uniform } from "./draws";

/** Up to this many robots are drawn one by one, which is faster than by binomials. */
const MOST_ONE_BY_ONE = 24;
/** Binomials with a smaller mean are drawn by inversion from 0. */
const INVERTED_MEAN = 10;

/** ln i! for small i. */
const LOG_FACTORIALS = new Float64Array(2048);
for (let i = 2; i < LOG_FACTORIALS.length; i++) {
  LOG_FACTORIALS[i] = LOG_FACTORIALS[i - 1] + Math.log(i);
}

function logFactorial(i: number): number {
  if (i < LOG_FACTORIALS.length) return LOG_FACTORIALS[i];
  // Stirling's series; the next term is below 1e-19 here.
  const x = i + 1;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046728 + 1 / (12 * x) - 1 / (360 * x * x * x);
}

/** A binomial draw by the given uniforms; a probability may miss [0, 1] by a rounding. */
export function drawBinomial(
  trials: number,
  probability: number,
  uniform: Uniform,
  logMiss = Math.log1p(-Math.min(probability, 1 - probability)),
): number {
  const rare = Math.min(probability, 1 - probability);
  if (trials === 0 || rare <= 0) return probability > 0.5 ? trials : 0;
  const hits =
    trials * rare < INVERTED_MEAN
      ? invert(trials, rare, logMiss, uniform())
      : reject(trials, rare, uniform);
  return probability > 0.5 ? trials - hits : hits;
}

/** Inversion of the distribution function from 0 (Devroye 1986, III.2): O(mean). */
function invert(trials: number, probability: number, logMiss: number, u: number): number {
  const odds = probability / (1 - probability);
  let mass = Math.exp(trials * logMiss);
  let hits = 0;
  for (let left = u - mass; left >= 0 && hits < trials; left -= mass) {
    hits += 1;
    mass *= ((trials - hits + 1) / hits) * odds;
    // What is left of u is rounding error.
    if (mass < 1e-300) break;
  }
  return hits;
}

/**
 * Transformed rejection with squeeze, BTRS (Hörmann 1993, J. Stat. Comput. Simul. 46): O(1). Nearly
 * always two uniforms and increasing in the first, so that common random numbers stay common.
 */
function reject(trials: number, probability: number, uniform: Uniform): number {
  const deviation = Math.sqrt(trials * probability * (1 - probability));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const centre = trials * probability + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const edge = 0.5 - Math.abs(u);
    const hits = Math.floor(((2 * a) / edge + b) * u + centre);
    if (edge >= 0.07 && v <= squeeze) return hits;
    if (hits < 0 || hits > trials) continue;
    const mode = Math.floor((trials + 1) * probability);
    const scaled = (v * (2.83 + 5.1 / b) * deviation) / (a / (edge * edge) + b);
    const ratio =
      logFactorial(mode) +
      logFactorial(trials - mode) -
      logFactorial(hits) -
      logFactorial(trials - hits) +
      (hits - mode) * Math.log(probability / (1 - probability));
    if (Math.log(scaled) <= ratio) return hits;
  }
}

/**
 * Multinomial draws over the rows of a matrix of probabilities: conditional binomials (Devroye 1986,
 * XI.1.4) whose probabilities are computed once, or robots one by one where they are few.
 */
export class MultinomialRows {
  /** p of entry i among entries i, i + 1, ...; and ln(1 - min(p, 1 - p)). */
  private readonly shares: Float64Array;
  private readonly logMiss: Float64Array;
  /** By row: the last entry that can be drawn. */
  private readonly last: Int32Array;

  /** @param probabilities [rows][length], each row with sum 1; kept, not copied */
  constructor(
    private readonly probabilities: ArrayLike<number>,
    private readonly length: number,
  ) {
    this.shares = new Float64Array(probabilities.length);
    this.logMiss = new Float64Array(probabilities.length);
    this.last = new Int32Array(probabilities.length / length);
    for (let row = 0; row < this.last.length; row++) this.condition(row);
  }

  private condition(row: number): void {
    const { probabilities, length } = this;
    let last = length - 1;
    while (last > 0 && probabilities[row * length + last] <= 0) last--;
    this.last[row] = last;
    let mass = 1;
    for (let i = row * length; i < row * length + last; i++) {
      const p = Math.min(1, probabilities[i] / mass);
      mass -= probabilities[i];
      this.shares[i] = p;
      this.logMiss[i] = Math.log1p(-Math.min(p, 1 - p));
    }
  }

  /** Adds to `out` [length] a draw of `count` robots over row `row`. */
  add(count: number, row: number, out: Int32Array, uniform: Uniform): void {
    const { probabilities, length } = this;
    const offset = row * length;
    const last = this.last[row];
    if (last > 0 && count <= MOST_ONE_BY_ONE) {
      for (let i = 0; i < count; i++) out[drawIndex(uniform(), probabilities, offset, length)] += 1;
      return;
    }
    let left = count;
    for (let i = 0; i < last && left > 0; i++) {
      const at = offset + i;
      const taken = drawBinomial(left, this.shares[at], uniform, this.logMiss[at]);
      out[i] += taken;
      left -= taken;
    }
    out[last] += left;
  }
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
    let ticket = Math.floor(uniform() * (population - i));
    let s = 0;
    while (ticket >= counts[s] - out[s]) {
      ticket -= counts[s] - out[s];
      s++;
    }
    out[s] += 1;
  }
  if (leaveOut) for (let s = 0; s < out.length; s++) out[s] = counts[s] - out[s];
}
