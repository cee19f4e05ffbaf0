/**
 * UPDATE at one table size: G-LEARN and L-LEARN in turns, from several starts. Pairs are compared on
 * common random numbers; another pair becomes the best only where it is better by more than the
 * noise, and the best pair ever met is the one returned.
 *
 * A pair will be run with or without memory of the samples (`--observation`): it is judged by the
 * mean of what it earns in both ways, its table by what it earns without, as in the paper.
 */
import { HistogramIndex } from "../game/histogram";
import { type Game, localKernel, type PolicyPair } from "../game/model";
import type { BackupKind } from "../game/policy_metadata";
import { Trial } from "../game/trial";
import { constantController } from "../policy/controllers";
import { type GlobalLearnOptions, learnGlobal, pairOf, rewardRange } from "./global_learner";
import { LatticeLines } from "./lattice_lines";
import type { LearnSettings, Progress } from "./options";
import { learnLocal } from "./local_learner";
import { Occupancy } from "./occupancy";
import {
  breathe,
  isBetter,
  learningHorizon,
  play,
  type SimulationOptions,
  trialOf,
} from "./simulation";
import { blindLocalPolicy } from "./starts";
import { surrogateOf } from "./sweeper";
import { SweepPool } from "./sweep_pool";
import { OwnSweeps, type Sweeps } from "./sweeps";

export interface Candidate {
  readonly pair: PolicyPair;
  readonly backup: BackupKind;
  readonly backupError: number;
  /** What it earns without memory, and with it. */
  readonly trials: readonly [Trial, Trial];
  /** Of the trial without memory. */
  readonly occupancy: Occupancy;
}

/** Where an alternation starts. */
export interface Start {
  readonly localPolicy: Float32Array;
  /** For value iteration, [sG][H]; default: zeros. */
  readonly values?: ArrayLike<number>;
}

/** A global action commanded always, and the robots' best response. */
export interface Blind {
  readonly action: number;
  readonly localPolicy: Float32Array;
  readonly trial: Trial;
}

/** An exact backup whose check errs by more than this is not used. */
export const BACKUP_TOLERANCE = 1e-9;
/** Error of the values of a pair, as a share of the rewards' range. */
const ACCURACY = 1e-5;
/** Rollouts by which pairs are compared, and by which a robot's occupancy is measured. */
const COMPARED = 256;
const OBSERVED = 64;
/** Rollouts by which a start's way is judged to lead upwards: steps too small for them end it. */
const WALKED = 128;
/** Iterations of one start at most. */
const MOST_ITERATIONS = 10;
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
    private readonly options: LearnSettings,
  ) {
    this.index = new HistogramIndex(game.localStates.length, options.tableSize);
    const lines = new LatticeLines(this.index);
    const width = game.globalStates.length;
    const { threads, signal } = options;
    this.sweepsOfTable =
      threads > 1 && width > 1 && this.index.count >= SMALLEST_SHARED
        ? new SweepPool(lines, width, threads, signal)
        : new OwnSweeps(lines, width);
  }

  /** Ends the threads; must be called, or they would keep the process alive. */
  close(): Promise<void> {
    return this.sweepsOfTable.close();
  }

  /** Alternates from every start; returns where each ended, the best of all first. */
  async run(starts: readonly Start[]): Promise<Candidate[]> {
    const ends: Candidate[] = [];
    for (const start of starts) {
      const end = await this.alternate(start);
      if (!end) continue;
      let place = 0;
      while (place < ends.length && !(await this.isBetter(end, ends[place]))) place++;
      ends.splice(place, 0, end);
    }
    return ends;
  }

  /** Takes the best blind pair, where the best pair without memory is worse than that. */
  async keepAbove(blind: Blind): Promise<void> {
    const { signal } = this.options;
    if (!(await isBetter([blind.trial], [this.best!.trials[0]], signal))) return;
    const { localPolicy, action } = blind;
    this.best = await this.respond({ localPolicy }, action);
  }

  /** G-LEARN, then L-LEARN against its policy, until nothing new or nothing better comes. */
  private async alternate(start: Start): Promise<Candidate | undefined> {
    const { signal, temperature } = this.options;
    let next = start;
    let own: Candidate | undefined;
    for (let turn = 0; turn < MOST_ITERATIONS; turn++) {
      const key = next.localPolicy.join();
      // A policy met before, in this start or another: from here on the path is known (a cycle).
      if (this.seen.has(key)) break;
      this.seen.add(key);
      this.iterations += 1;
      const candidate = await this.respond(next);
      if (await this.consider(candidate)) this.accepted += 1;
      if (own && !(await isBetter(candidate.trials, own.trials, signal, WALKED))) break;
      own = candidate;
      const localPolicy = await this.localResponse(candidate, temperature);
      next = { localPolicy, values: candidate.pair.globalValues };
    }
    return own;
  }

  /** The pair (G-LEARN(π_l), π_l), or its credible variant where that is better. */
  async respond({ localPolicy, values }: Start, onlyAction?: number): Promise<Candidate> {
    const by = await this.prepare(localPolicy);
    const { population, tableSize, signal } = this.options;
    const onSweep: GlobalLearnOptions["onSweep"] = async (sweep, residual, accuracy) => {
      this.report({ doing: "G-LEARN", sweep, residual, accuracy });
      await breathe(signal);
    };
    const accuracy = ACCURACY * rewardRange(this.game);
    const options = { initial: values, onlyAction, onSweep, accuracy };
    const result = await learnGlobal(this.game, this.sweepsOfTable, options);
    this.sweeps += result.sweeps;
    this.report({ doing: "UPDATE" });
    const pair = pairOf(tableSize, localPolicy, result);
    const plain = await this.played(pair, by);
    if (onlyAction !== undefined || population <= this.index.size) return plain;
    const globalPolicy = plain.occupancy.credibleGlobalPolicy(this.index, pair);
    const credible = await this.played({ ...pair, globalPolicy }, by);
    const isCredibleBetter = await isBetter([credible.trials[0]], [plain.trials[0]], signal);
    return isCredibleBetter ? credible : plain;
  }

  private async played(
    pair: PolicyPair,
    by: { backup: BackupKind; backupError: number },
  ): Promise<Candidate> {
    const occupancy = new Occupancy(this.game);
    const options = this.simulation("compare", COMPARED);
    const without = trialOf(this.game, pair, "sample", options, occupancy.visit);
    await play(without, OBSERVED, options.signal);
    return {
      ...by,
      pair,
      occupancy,
      trials: [without, trialOf(this.game, pair, "filter", options)],
    };
  }

  /** L-LEARN(π_g) under the pair's own occupancy; greedy without a temperature. */
  async localResponse({ occupancy }: Candidate, temperature?: number): Promise<Float32Array> {
    this.report({ doing: "L-LEARN" });
    await breathe(this.options.signal);
    return learnLocal(this.game, occupancy.actionLaw(), temperature);
  }

  /** Rollouts on the seed of one use: comparisons share theirs, the gaps have fresh ones. */
  simulation(use: "compare" | "choose" | "measure", rollouts: number): SimulationOptions {
    const { population, seed, signal } = this.options;
    const uses = { compare: 0, choose: 1, measure: 2 };
    return { population, seed: 3 * seed + uses[use], rollouts, signal };
  }

  report(progress: Omit<Progress, "iteration" | "best" | "tableSize">): void {
    const best = this.best?.trials[0].earned.return.mean;
    const { iterations: iteration } = this;
    this.options.onProgress?.({ ...progress, tableSize: this.index.size, iteration, best });
  }

  /** Takes the candidate where it is the first or better by more than the noise. */
  private async consider(candidate: Candidate): Promise<boolean> {
    if (this.best && !(await this.isBetter(candidate, this.best))) return false;
    this.best = candidate;
    return true;
  }

  private isBetter(candidate: Candidate, other: Candidate): Promise<boolean> {
    return isBetter(candidate.trials, other.trials, this.options.signal);
  }

  /** The best pair of one global action, always commanded, and the robots' best response to it. */
  async bestBlind(): Promise<Blind> {
    const { game } = this;
    const { temperature, signal } = this.options;
    let best: Blind | undefined;
    const horizon = learningHorizon(game);
    for (let action = 0; action < game.globalActions.length; action++) {
      const localPolicy = blindLocalPolicy(game, action, temperature);
      const options = { ...this.simulation("compare", COMPARED), horizon };
      const trial = new Trial(game, localPolicy, constantController(action), options);
      const blind = { action, localPolicy, trial };
      if (!best || (await isBetter([trial], [best.trial], signal, OBSERVED))) best = blind;
    }
    return best!;
  }

  /** Makes the sweeps those of π_l; the sampled operator where the exact one fails its check. */
  private async prepare(
    localPolicy: Float32Array,
  ): Promise<{ backup: BackupKind; backupError: number }> {
    const { backup, draws, seed, warn } = this.options;
    const kernels = this.game.globalStates.map((_, s) => localKernel(this.game, localPolicy, s));
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
