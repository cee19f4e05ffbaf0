/** `learn`: a pair of policies for a game, with what is known about its quality. */
import type { Game, PolicyPair } from "../game/model";
import type { BackupKind, PolicyMetadata } from "../game/policy_metadata";
import { InvalidInputError } from "../base/errors";
import type { Estimate } from "../game/statistics";
import type { AlternationOptions, Progress } from "./alternation";
import { measureGaps } from "./gaps";
import { alternateByLevels } from "./levels";
import { KERNEL_MEMORY_LIMIT } from "./kernel_memory";
import { largestTableSize, tableSizeOf } from "./size";
import { PACKAGE_VERSION } from "./version";

export type { Progress } from "./alternation";

export interface LearnOptions {
  /** k of the table. */
  readonly tableSize: number;
  /** n of occupancy, acceptance and gaps; default 1000. */
  readonly population?: number;
  /** Default: exact, checked, with the sampled operator where the check fails. */
  readonly backup?: BackupKind;
  /** m of the sampled operator; default 16. */
  readonly draws?: number;
  /** Softmax of Q / temperature for π_l; default: greedy. */
  readonly temperature?: number;
  /** A non-negative whole number; default 0. */
  readonly seed?: number;
  /** Among which G-LEARN is shared; the result is the same for any number. Default 1. */
  readonly threads?: number;
  /** Bytes that learning may take; a table that needs more is refused. Default 8e9. */
  readonly memory?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Learning rejects with the signal's reason soon after it is aborted. */
  readonly signal?: AbortSignal;
  /** Hears what the user should know, such as the fallback to the sampled operator. */
  readonly warn?: (message: string) => void;
}

export interface LearnResult {
  readonly pair: PolicyPair;
  /** As the policy file keeps it: gaps, how expectations were computed. */
  readonly metadata: PolicyMetadata;
  /** H: entries of the table for each s_g. */
  readonly histograms: number;
  /** Turns of G-LEARN and L-LEARN over all starts, and how many gave a better pair. */
  readonly iterations: number;
  readonly accepted: number;
  /** Of value iteration, over all G-LEARNs. */
  readonly sweeps: number;
  /** Discounted return of the pair, without memory, on the random numbers by which it was chosen. */
  readonly return: Estimate;
}

export const DEFAULT_POPULATION = 1000;
export const DEFAULT_DRAWS = 16;
const DEFAULT_MEMORY = 8e9;

/**
 * Learns a pair: G-LEARN and L-LEARN alternated by UPDATE, then both best-response gaps. The same
 * options give the same result on every machine.
 * @throws InvalidInputError when an option cannot be used
 */
export async function learn(game: Game, options: LearnOptions): Promise<LearnResult> {
  const settings = {
    ...options,
    population: options.population ?? DEFAULT_POPULATION,
    backup: options.backup ?? ("exact" as const),
    draws: options.draws ?? DEFAULT_DRAWS,
    seed: options.seed ?? 0,
  };
  checkOptions(game, settings);
  const { turns, finished } = await alternateByLevels(game, settings, async (alternation) => ({
    best: alternation.best!,
    histograms: alternation.index.count,
    gaps: await measureGaps(game, alternation),
  }));
  const { best, histograms, gaps } = finished;
  const { pair, backup, backupError } = best;
  const metadata: PolicyMetadata = {
    scenario: game.name,
    scenarioSha256: game.sha256,
    tableSize: settings.tableSize,
    population: settings.population,
    discount: game.discount,
    seed: settings.seed,
    backup,
    backupError,
    ...gaps,
    packageVersion: PACKAGE_VERSION,
  };
  return { pair, metadata, histograms, ...turns, return: best.trials[0].earned.return };
}

function checkOptions(
  game: Game,
  {
    tableSize,
    population,
    draws,
    temperature,
    seed,
    threads = 1,
    memory = DEFAULT_MEMORY,
  }: AlternationOptions,
): void {
  const whole = (name: string, value: number, least: number): void => {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidInputError(`${name} is ${value}; give a whole number of at least ${least}`);
    }
  };
  whole("the table size", tableSize, 1);
  whole("the population", population, 1);
  whole("the number of draws", draws, 1);
  whole("the seed", seed, 0);
  whole("the number of threads", threads, 1);
  if (temperature !== undefined && !(temperature > 0 && Number.isFinite(temperature))) {
    throw new InvalidInputError(`the temperature is ${temperature}; give a positive number`);
  }
  const { histograms, bytes } = tableSizeOf(game, tableSize, draws);
  const largest = largestTableSize(game, memory, draws);
  const usable = Math.min(memory, KERNEL_MEMORY_LIMIT);
  if (bytes > usable || tableSize > Math.max(1, largest)) {
    const gigabytes = (value: number): string => `${(value / 1e9).toPrecision(2)} GB`;
    throw new InvalidInputError(
      `a table size of ${tableSize} makes ${histograms.toPrecision(3)} histograms of ${game.localStates.length} local states, which take ${gigabytes(bytes)} where ${gigabytes(usable)} can be used; the largest table size that fits is ${largest}`,
    );
  }
  if (tableSize > population) {
    throw new InvalidInputError(
      `the table size is ${tableSize} and the population ${population}; sample at most as many robots as there are`,
    );
  }
}
