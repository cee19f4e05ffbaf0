/**
 * Best responses at one table size: G-LEARN for the global agent, L-LEARN for a robot.
 *
 * A pair will be run with or without memory of the samples (`--observation`). It is judged by the
 * mean of what it earns in both ways.
 */
import { HistogramIndex, roundToSize } from "../game/histogram";
import type { Game, TablePair } from "../game/model";
import type { BackupKind } from "../game/policy_metadata";
import { Population, type PopulationOptions } from "../game/population";
import { estimate } from "../game/statistics";
import type { Trial } from "../game/trial";
import { inTurns } from "../base/steps";
import type { Candidate, Responses, Start } from "./alternation";
import { learnGlobal } from "./global_learner";
import { localSteps } from "./local_learner";
import { Occupancy } from "./occupancy";
import type { LearnSettings, Progress } from "./options";
import {
  breathe,
  COMPARED_ROLLOUTS,
  isBetter,
  LUCK_STARTS,
  OBSERVED_ROLLOUTS,
  play,
  simulationOf,
  trialOf,
} from "./simulation";
import { surrogateOf } from "./sweeper";
import { Sweeps } from "./sweeps";
import { rewardRange } from "./value_iteration";

interface BackupUsed {
  readonly backup: BackupKind;
  readonly backupError: number;
}

export interface TableCandidate extends Candidate, BackupUsed {
  readonly pair: TablePair;
  /** What it earns without memory, and with it. */
  readonly trials: readonly [Trial, Trial];
  readonly occupancy: Occupancy;
  /** G-LEARN(π_l), where the pair was made from it. */
  readonly learned?: TableCandidate;
}

/** An exact backup whose check errs by more than this is not used. */
export const BACKUP_TOLERANCE = 1e-9;
/** Error of the values of a pair, as a share of the rewards' range. */
const ACCURACY_SHARE = 1e-5;
/** In smaller tables (histograms) threads would wait for each other longer than they sweep. */
const FEWEST_SHARED_HISTOGRAMS = 2000;

export class Responder implements Responses<TableCandidate> {
  readonly index: HistogramIndex;
  readonly standing: { iteration: number; best?: TableCandidate } = { iteration: 0 };
  private readonly sweeps: Sweeps;
  /** (s_g, histogram) where rollouts start, as [sG][H]. */
  private starts?: Int32Array;
  private warned = false;

  constructor(
    readonly game: Game,
    readonly settings: LearnSettings,
  ) {
    this.index = new HistogramIndex(game.localStates.length, settings.tableSize);
    const threads = this.index.count >= FEWEST_SHARED_HISTOGRAMS ? settings.threads : 1;
    this.sweeps = new Sweeps(game, this.index, threads, settings.signal);
  }

  /** Ends the threads; must be called, or they would keep the process alive. */
  close(): Promise<void> {
    return this.sweeps.close();
  }

  /** The pair (G-LEARN(π_l), π_l). @param actions allowed; default: all */
  async respond(
    { localPolicy, values }: Start,
    actions?: readonly number[],
  ): Promise<TableCandidate> {
    const { game, index } = this;
    const used = await this.prepare(localPolicy, actions);
    const { signal } = this.settings;
    const result = await learnGlobal(game, this.sweeps, {
      initial: values,
      accuracy: ACCURACY_SHARE * rewardRange(game),
      onSweep: async (sweep, residual, accuracy) => {
        this.report({ doing: "G-LEARN", sweep, residual, accuracy });
        await breathe(signal);
      },
    });
    this.report({ doing: "UPDATE" });
    const { sweeps, globalPolicy } = result;
    const globalValues = Float32Array.from(result.globalValues);
    const pair = { tableSize: index.size, localPolicy, globalPolicy, globalValues };
    return { ...used, sweeps, ...(await this.played(pair)) };
  }

  /** The pair and its credible variant (occupancy.ts), the better one first. */
  async variants(learned: TableCandidate): Promise<TableCandidate[]> {
    const { index } = this;
    const { population, signal } = this.settings;
    const { pair, occupancy } = learned;
    const plain = { ...learned, learned };
    if (population <= index.size) return [plain];
    const credibly = { ...pair, globalPolicy: occupancy.credibleGlobalPolicy(index, pair) };
    const credible = { ...plain, ...(await this.played(credibly)) };
    const isCredible = await isBetter(credible.trials, plain.trials, signal);
    return isCredible ? [credible, plain] : [plain, credible];
  }

  /** L-LEARN(π_g) under the pair's own occupancy; greedy without a temperature. */
  async localResponse({ occupancy }: TableCandidate, temperature?: number): Promise<Float32Array> {
    this.report({ doing: "L-LEARN" });
    const { localForm, signal } = this.settings;
    return inTurns(localSteps(this.game, occupancy.actionLaw(), temperature, localForm), signal);
  }

  report(progress: Omit<Progress, "iteration" | "best" | "tableSize">): void {
    const { iteration, best } = this.standing;
    this.settings.onProgress?.({
      ...progress,
      tableSize: this.index.size,
      iteration,
      best: best?.trials[0].earned.return.mean,
    });
  }

  private async played(pair: TablePair) {
    const occupancy = new Occupancy(this.game, this.settings.localForm);
    const compared = simulationOf(this.settings, "compare", COMPARED_ROLLOUTS);
    const options = { ...compared, luck: this.luckOf(pair, compared) };
    const plain = trialOf(this.game, pair, "sample", options, occupancy.visit);
    await play(plain, OBSERVED_ROLLOUTS, options.signal);
    const trials = [plain, trialOf(this.game, pair, "filter", options)] as const;
    return { pair, occupancy, trials };
  }

  /** The pair's values where rollouts start, less their mean: what a return owes to its start. */
  private luckOf({ localPolicy, globalValues }: TablePair, options: PopulationOptions) {
    this.starts ??= this.startsOf(new Population(this.game, localPolicy, options));
    const values = Float64Array.from(this.starts, (at) => globalValues[at]);
    const { mean } = estimate(values);
    return values.map((value) => value - mean);
  }

  /** They are the same for every π_l. */
  private startsOf(population: Population): Int32Array {
    const { index } = this;
    return new Int32Array(LUCK_STARTS).map((_, rollout) => {
      population.start(rollout);
      const histogram = roundToSize(population.counts, index.size);
      return population.globalState * index.count + index.indexOf(histogram);
    });
  }

  /** Makes the sweeps those of π_l; the sampled operator where the exact one fails its check. */
  private async prepare(
    localPolicy: Float32Array,
    actions?: readonly number[],
  ): Promise<BackupUsed> {
    const { backup, draws, seed, warn } = this.settings;
    const surrogate = surrogateOf(this.game, this.index, localPolicy, actions);
    const use = async (kind: BackupKind): Promise<BackupUsed> => {
      const backupError = await this.sweeps.prepare(surrogate, { kind, draws, seed });
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
