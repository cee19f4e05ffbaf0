/**
 * The mean-field filter: what the global agent knows of the population's shares μ from all it ever
 * sampled. Its law of μ has a mean and one number v, by which Cov(μ) = v (diag μ̄ - μ̄ μ̄ᵀ), as a
 * Dirichlet law's has with v = 1/(weight + 1).
 *
 * Predict: n robots move independently by M, so that μ̄ <- μ̄ M and
 *   Cov <- Mᵀ Cov M + (1/n) Σ_s μ̄_s (diag M_s - M_sᵀ M_s),
 * whose trace is kept: mixing forgets the past, and moving robots make noise of 1/n.
 * Correct: the linear Bayes estimate by counts drawn without replacement from n (Bühlmann, 1967;
 * the scalar Kalman gain), exact for the first two moments.
 * Doubt: where squared innovations exceed the model's by more than chance explains, v grows, at most
 * to that of a flat law. The estimate is then close to the plain sample.
 */
import { localLawMoments } from "../game/episode";
import { kindsOf } from "../game/kinds";
import { type Limit, limitOf, type Move, movedBy, moveOf } from "../game/limit";
import { type Game, sizesOf } from "../game/model";

/** Weight of the newest innovation in their running mean. */
const NEWEST_WEIGHT = 0.2;
/** The running mean may be this high (in standard deviations) by chance. */
const CHANCE_DEVIATIONS = 3 * Math.sqrt(NEWEST_WEIGHT / (2 - NEWEST_WEIGHT));

/**
 * v of a sample of m of n without replacement: the covariance of its shares is v (diag(p) - p pᵀ), where
 * p is the population's law.
 */
export const samplingVariance = (n: number, m: number): number =>
  n > 1 ? Math.max(0, (n - m) / (n - 1)) / m : 0;

/** 1 - |p|²: a covariance v (diag(p) - p pᵀ) has the trace v times this. */
export const spreadOf = (law: Float64Array): number => 1 - law.reduce((sum, p) => sum + p * p, 0);

export class MeanFieldFilter {
  /** μ̄, [sL], sums to 1. */
  readonly belief: Float64Array;
  /** Its robots' local states: from the first to before the end. */
  private readonly from: number;
  private readonly end: number;
  /** v, in [0, 1]; 1/n where μ is n independent draws of a known law. */
  variance = 0;
  /** Mean of the innovations' excess over what the model expects, in standard deviations. */
  doubt = 0;
  /** How robots move by the policy in force. */
  readonly limit: Limit;
  /** Σ_t M_st², [sL], of each move that was needed so far: 1 where it is certain. */
  private readonly certainties = new Map<Move, Float64Array>();
  private readonly initialLaw: Float64Array;
  /** v of the law that the first shares are drawn from. */
  private readonly lawVariance: number;
  private readonly flatVariance: number;
  private readonly scratch: Float64Array;

  /**
   * @param localPolicy π_l, in either form
   * @param population n
   * @param kind of the robots that it follows, of which there are n; default: all
   */
  constructor(
    game: Game,
    localPolicy: ArrayLike<number>,
    public population: number,
    kind?: number,
  ) {
    const { sL } = sizesOf(game);
    ({ mean: this.initialLaw, variance: this.lawVariance } = localLawMoments(game, kind));
    const zones = kind === undefined ? sL : sL / kindsOf(game).length;
    this.from = (kind ?? 0) * zones;
    this.end = this.from + zones;
    this.flatVariance = 1 / (zones + 1);
    this.limit = limitOf(game, localPolicy);
    this.belief = new Float64Array(sL);
    this.scratch = new Float64Array(sL);
    this.reset();
  }

  /** A new episode starts: nothing is known but the scenario's initial law. */
  reset(): void {
    this.belief.set(this.initialLaw);
    this.variance = this.initialVariance(this.population);
    this.doubt = 0;
  }

  private initialVariance(robots: number): number {
    return this.lawVariance + (1 - this.lawVariance) / robots;
  }

  /** The number of robots changes: any of them left, or others joined by the initial law. */
  resize(population: number): void {
    const { belief, initialLaw, population: before } = this;
    this.population = population;
    if (population <= before) {
      this.variance += (1 - this.variance) * samplingVariance(before, population);
      return;
    }
    const joined = (population - before) / population;
    const spread =
      (1 - joined) ** 2 * this.variance * spreadOf(belief) +
      joined ** 2 * this.initialVariance(population - before) * spreadOf(initialLaw);
    for (let s = 0; s < belief.length; s++) belief[s] += joined * (initialLaw[s] - belief[s]);
    this.variance = Math.min(1, spread / Math.max(Number.MIN_VALUE, spreadOf(belief)));
  }

  /** With the command there are |S_g| |A_g| moves: all of them would take seconds for 100 zones. */
  private certaintiesOf(move: Move): Float64Array {
    const corner = new Float64Array(this.belief.length);
    const certainties = corner.map((_, s) => {
      corner.fill(0)[s] = 1;
      return movedBy(this.limit, move, corner, this.scratch).reduce((sum, p) => sum + p * p, 0);
    });
    this.certainties.set(move, certainties);
    return certainties;
  }

  /** One epoch went by under `globalState`, `globalAction` and π_l. */
  predict(globalState: number, globalAction: number): void {
    const { belief, scratch, limit } = this;
    const move = moveOf(limit, globalState, globalAction);
    const certainties = this.certainties.get(move) ?? this.certaintiesOf(move);
    const states = belief.length;
    let certainty = 0;
    for (let s = 0; s < states; s++) certainty += belief[s] * certainties[s];
    belief.set(movedBy(limit, move, belief, scratch));
    let square = 0;
    for (let t = 0; t < states; t++) square += belief[t] * belief[t];
    const kept = Math.max(0, certainty - square) * this.variance;
    const noise = Math.max(0, 1 - certainty) / this.population;
    this.variance = square < 1 ? Math.min(1, (kept + noise) / (1 - square)) : 1 / this.population;
  }

  private heardOf(counts: ArrayLike<number>): number {
    let heard = 0;
    for (let s = this.from; s < this.end; s++) heard += counts[s];
    return heard;
  }

  /** Forgets all but this sample; none heard says nothing. Returns how many robots were heard. */
  replace(counts: ArrayLike<number>): number {
    const heard = this.heardOf(counts);
    if (heard === 0) return 0;
    for (let s = this.from; s < this.end; s++) this.belief[s] = counts[s] / heard;
    this.variance = samplingVariance(this.population, heard);
    return heard;
  }

  /**
   * `counts` [sL] of the robots heard, a sample without replacement; none heard says nothing.
   * Returns how many of its robots were heard.
   */
  observe(counts: ArrayLike<number>): number {
    const { belief, population, from, end } = this;
    const heard = this.heardOf(counts);
    if (heard === 0) return 0;
    // Var of the sampled share, in the unit of v, is v + noise (1 - v).
    const noise = samplingVariance(population, heard);
    this.test(counts, heard, this.variance + noise * (1 - this.variance));
    const spread = this.variance + noise * (1 - this.variance);
    const gain = spread > 0 ? this.variance / spread : 1;
    for (let s = from; s < end; s++) belief[s] += gain * (counts[s] / heard - belief[s]);
    this.variance *= 1 - gain;
    return heard;
  }

  /**
   * Compares |counts/heard - μ̄|² with its mean under the model, spread (1 - |μ̄|²), by its standard
   * deviation under the model, and widens `variance` by what chance does not explain.
   */
  private test(counts: ArrayLike<number>, heard: number, spread: number): void {
    const { belief, from, end } = this;
    let square = 0;
    let cube = 0;
    let distance = 0;
    for (let s = from; s < end; s++) {
      const p = belief[s];
      square += p * p;
      cube += p * p * p;
      distance += (counts[s] / heard - p) ** 2;
    }
    const trace = 1 - square;
    if (!(spread * trace > 1e-12)) return;
    // One robot's squared innovation is 1 - 2 μ̄_s + |μ̄|²; the mean of m of them (fourth moments).
    let fourth = 0;
    for (let s = from; s < end; s++) fourth += belief[s] * (trace + 2 * (square - belief[s])) ** 2;
    const one = fourth / (trace * trace);
    const many = 1 + (2 * (square - 2 * cube + square * square)) / (trace * trace);
    const deviation = Math.sqrt(Math.max(1e-6, one / heard + (1 - 1 / heard) * many - 1));
    const excess = (distance / (spread * trace) - 1) / deviation;
    this.doubt = Math.max(0, (1 - NEWEST_WEIGHT) * this.doubt + NEWEST_WEIGHT * excess);
    const widened =
      this.variance + Math.max(0, this.doubt - CHANCE_DEVIATIONS) * deviation * spread;
    this.variance = Math.max(this.variance, Math.min(this.flatVariance, widened));
  }
}
