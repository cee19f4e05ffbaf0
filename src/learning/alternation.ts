/**
 * UPDATE: G-LEARN and L-LEARN in turns, from several starts. Pairs are compared on common random
 * numbers; another pair becomes the best only where it is better by more than the noise, and the
 * best pair ever met is the one returned.
 */
import { HistogramIndex } from "../game/histogram";
import { type Game, localKernel, type PolicyPair } from "../game/model";
import type { BackupKind } from "../game/policy_metadata";
import { credibleGlobalPolicy } from "./credibility";
import { type GlobalLearnOptions, learnGlobal, pairOf } from "./global_learner";
import { LatticeLines } from "./lattice_lines";
import { learnLocal } from "./local_learner";
import {
  breathe,
  occupancyActionLaw,
  type Outcome,
  outcomeOf,
  type SimulationOptions,
} from "./simulation";
import { blindActionLaw, blindLocalPolicy, uniformLocalPolicy } from "./starts";
import { surrogateOf } from "./sweeper";
import { SweepPool } from "./sweep_pool";
import { OwnSweeps, type Sweeps } from "./sweeps";
import { estimate, pairedDifference, Z95 } from "../game/statistics";

/** What learning does now; times are the caller's to measure. */
export interface Progress {
  readonly doing: "G-LEARN" | "L-LEARN" | "UPDATE" | "gaps";
  /** Of the alternation, over all starts; 0 before the first. */
  readonly iteration: number;
  readonly sweep?: number;
  /** MacQueen's bound on the error of the values, and where it stops. */
  readonly residual?: number;
  readonly accuracy?: number;
  /** Mean discounted return of the best pair so far. */
  readonly best?: number;
}

export interface AlternationOptions {
  readonly tableSize: number;
  readonly population: number;
  readonly backup: BackupKind;
  readonly draws: number;
  readonly temperature?: number;
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly warn?: (message: string) => void;
}

export interface Candidate extends Outcome {
  readonly pair: PolicyPair;
  readonly backup: BackupKind;
  readonly backupError: number;
}

interface Blind extends Outcome {
  readonly action: number;
  readonly localPolicy: Float32Array;
}

/** An exact backup whose check errs by more than this is not used. */
export const BACKUP_TOLERANCE = 1e-9;
/** Rollouts by which pairs are compared, and by which a robot's occupancy is measured. */
const COMPARED = 400;
const OBSERVED = 200;
/** Iterations of one start, and how many of them may pass without acceptance. */
const MOST_ITERATIONS = 10;
const PATIENCE = 2;
/** Histograms of a table below which threads would wait for each other longer than they sweep. */
const SMALLEST_SHARED = 2000;

export class Alternation {
  iterations = 0;
  accepted = 0;
  sweeps = 0;
  best?: Candidate;
  readonly index: HistogramIndex;
  private readonly sweepsOfTable: Sweeps;
  private readonly seen = new Set<string>();
  private warned = false;

  constructor(
    private readonly game: Game,
    private readonly options: AlternationOptions,
  ) {
    this.index = new HistogramIndex(game.localStates.length, options.tableSize);
    const lines = new LatticeLines(this.index);
    const width = game.globalStates.length;
    const { threads = 1, signal } = options;
    this.sweepsOfTable =
      threads > 1 && width > 1 && this.index.count >= SMALLEST_SHARED
        ? new SweepPool(lines, width, threads, signal)
        : new OwnSweeps(lines, width);
  }

  /** Ends the threads; must be called, or they would keep the process alive. */
  close(): Promise<void> {
    return this.sweepsOfTable.close();
  }

  /** Alternates from every start; `best` is then set. */
  async run(): Promise<Candidate> {
    const { game } = this;
    const { temperature } = this.options;
    const blind = await this.bestBlind();
    const starts = [
      blind.localPolicy,
      learnLocal(game, blindActionLaw(game), temperature),
      uniformLocalPolicy(game),
    ];
    for (const start of starts) await this.alternate(start);
    // Never a pair that one beats which never looks.
    if (this.isBetter(blind, this.best!)) {
      this.consider(await this.respond(blind.localPolicy, undefined, blind.action));
    }
    return this.best!;
  }

  /** G-LEARN, then L-LEARN against its policy, until nothing new or nothing better comes. */
  private async alternate(start: Float32Array): Promise<void> {
    let localPolicy = start;
    let own: Candidate | undefined;
    let idle = 0;
    for (let turn = 0; turn < MOST_ITERATIONS && idle < PATIENCE; turn++) {
      const key = localPolicy.join();
      // A policy met before, in this start or another: from here on the path is known (a cycle).
      if (this.seen.has(key)) return;
      this.seen.add(key);
      this.iterations += 1;
      const candidate = await this.respond(localPolicy, own?.pair.globalValues);
      if (this.consider(candidate)) this.accepted += 1;
      const better = !own || this.isBetter(candidate, own);
      idle = better ? 0 : idle + 1;
      if (better) own = candidate;
      localPolicy = await this.localResponse(candidate.pair);
    }
  }

  /** The pair (G-LEARN(π_l), π_l), or its credible variant where that is better. */
  async respond(
    localPolicy: Float32Array,
    initial?: ArrayLike<number>,
    onlyAction?: number,
  ): Promise<Candidate> {
    const by = await this.prepare(localPolicy);
    const onSweep: GlobalLearnOptions["onSweep"] = async (sweep, residual, accuracy) => {
      this.report({ doing: "G-LEARN", sweep, residual, accuracy });
      await breathe(this.options.signal);
    };
    const options = { initial, onlyAction, onSweep };
    const result = await learnGlobal(this.game, this.sweepsOfTable, options);
    this.sweeps += result.sweeps;
    const pair = pairOf(this.options.tableSize, localPolicy, result);
    const plain = { ...by, pair, ...(await this.outcome(pair)) };
    if (onlyAction !== undefined || this.options.population <= this.index.size) return plain;
    const credible = await this.credible(pair);
    const candidate = { ...by, pair: credible, ...(await this.outcome(credible)) };
    return this.isBetter(candidate, plain) ? candidate : plain;
  }

  private outcome(pair: PolicyPair): Promise<Outcome> {
    this.report({ doing: "UPDATE" });
    return outcomeOf(this.game, this.index, pair, this.simulation("compare"));
  }

  private async credible(pair: PolicyPair): Promise<PolicyPair> {
    const options = this.simulation("occupancy");
    const globalPolicy = await credibleGlobalPolicy(this.game, this.index, pair, options);
    return { ...pair, globalPolicy };
  }

  /** L-LEARN(π_g) under the pair's own occupancy. */
  async localResponse(pair: PolicyPair, temperature = this.options.temperature) {
    this.report({ doing: "L-LEARN" });
    const law = await occupancyActionLaw(this.game, this.index, pair, this.simulation("occupancy"));
    return learnLocal(this.game, law, temperature);
  }

  /** Rollouts on the seed of one use: comparisons share theirs, the gaps have fresh ones. */
  simulation(use: "compare" | "occupancy" | "gaps", rollouts?: number): SimulationOptions {
    const { population, seed, signal } = this.options;
    const uses = { compare: 1, occupancy: 2, gaps: 3 };
    return {
      population,
      seed: seed * 4 + uses[use],
      rollouts: rollouts ?? (use === "occupancy" ? OBSERVED : COMPARED),
      signal,
    };
  }

  report(progress: Omit<Progress, "iteration" | "best">): void {
    const best = this.best && estimate(this.best.returns).mean;
    this.options.onProgress?.({ ...progress, iteration: this.iterations, best });
  }

  /** Takes the candidate where it is the first or better by more than the noise. */
  private consider(candidate: Candidate): boolean {
    if (this.best && !this.isBetter(candidate, this.best)) return false;
    this.best = candidate;
    return true;
  }

  /**
   * By more than the noise in the discounted return, and not worse in the undiscounted mean reward:
   * a gain in the first epochs must not be paid for by all later ones.
   */
  private isBetter(candidate: Outcome, other: Outcome): boolean {
    const gain = pairedDifference(candidate.returns, other.returns);
    const steady = pairedDifference(candidate.means, other.means);
    return gain.mean > 0 && gain.mean > Z95 * gain.standardError && steady.mean >= 0;
  }

  /** The best pair of one global action, always commanded, and the robots' best response to it. */
  private async bestBlind(): Promise<Blind> {
    let best: Blind | undefined;
    const { tableSize, temperature } = this.options;
    const entries = this.game.globalStates.length * this.index.count;
    for (let action = 0; action < this.game.globalActions.length; action++) {
      const localPolicy = blindLocalPolicy(this.game, action, temperature);
      const globalPolicy = new Uint8Array(entries).fill(action);
      const globalValues = new Float32Array(entries);
      const pair = { tableSize, localPolicy, globalPolicy, globalValues };
      const blind = { action, localPolicy, ...(await this.outcome(pair)) };
      if (!best || this.isBetter(blind, best)) best = blind;
    }
    return best!;
  }

  /** Makes the sweeps those of π_l; the sampled operator where the exact one fails its check. */
  private async prepare(
    localPolicy: Float32Array,
  ): Promise<{ backup: BackupKind; backupError: number }> {
    const { backup, draws, seed, warn } = this.options;
    const kernels = this.game.globalStates.map((_, s) =>
      stochastic(localKernel(this.game, localPolicy, s)),
    );
    const surrogate = surrogateOf(this.game, this.index, localPolicy, kernels);
    const use = async (kind: BackupKind) => {
      const backupError = await this.sweepsOfTable.prepare(surrogate, { kind, draws, seed });
      return { backup: kind, backupError };
    };
    if (backup === "sampled") return use("sampled");
    const exact = await use("exact");
    if (exact.backupError <= BACKUP_TOLERANCE) return exact;
    if (!this.warned) {
      this.warned = true;
      warn?.(
        `the exact backup errs by ${exact.backupError.toExponential(1)} for a kernel of this scenario (tolerance ${BACKUP_TOLERANCE}): the sampled operator with ${draws} draws takes its place; choose a smaller table size for exact values`,
      );
    }
    return use("sampled");
  }
}

/** Scales rows to sum to 1: π_l in float32 misses it by 1e-7, which the backup's check would see. */
function stochastic(kernel: Float64Array): Float64Array {
  const states = Math.sqrt(kernel.length);
  for (let at = 0; at < kernel.length; at += states) {
    const row = kernel.subarray(at, at + states);
    const total = row.reduce((sum, p) => sum + p, 0);
    for (let s = 0; s < states; s++) row[s] /= total;
  }
  return kernel;
}
