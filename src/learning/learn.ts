/** `learn`: a pair of policies for a game, with what is known about its quality. */
import type { Game, PolicyPair } from "../game/model";
import type { BackupKind, PolicyMetadata } from "../game/policy_metadata";
import { InvalidInputError } from "../game/scenario";
import { Alternation, type Candidate, type Progress } from "./alternation";
import { type Gaps, measureGaps } from "./gaps";
import { estimate, type Estimate } from "../game/statistics";
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
  readonly onProgress?: (progress: Progress) => void;
  /** Learning rejects with the signal's reason soon after it is aborted. */
  readonly signal?: AbortSignal;
  /** Hears what the user should know, such as the fallback to the sampled operator. */
  readonly warn?: (message: string) => void;
}

export interface LearnResult {
  readonly pair: PolicyPair;
  /** As the policy file keeps it. */
  readonly metadata: PolicyMetadata;
  /** H: entries of the table for each s_g. */
  readonly histograms: number;
  /** Turns of G-LEARN and L-LEARN over all starts, and how many gave a better pair. */
  readonly iterations: number;
  readonly accepted: number;
  /** Of value iteration, over all G-LEARNs. */
  readonly sweeps: number;
  readonly globalGap: number;
  readonly localGap: number;
  readonly backup: BackupKind;
  readonly backupError: number;
  /** Discounted return of the pair on the random numbers by which it was chosen. */
  readonly return: Estimate;
}

export const DEFAULT_POPULATION = 1000;
export const DEFAULT_DRAWS = 16;
/** Entries of a table that fits into memory with what learning needs beside it. */
const MOST_ENTRIES = 20_000_000;

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
  const alternation = new Alternation(game, settings);
  let best: Candidate;
  let turns: Pick<Alternation, "iterations" | "accepted" | "sweeps">;
  let gaps: Gaps;
  try {
    best = await alternation.run();
    const { iterations, accepted, sweeps } = alternation;
    turns = { iterations, accepted, sweeps };
    gaps = await measureGaps(game, alternation, best.pair);
  } finally {
    await alternation.close();
  }
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
  const { globalGap, localGap } = gaps;
  return {
    pair,
    metadata,
    histograms: alternation.index.count,
    ...turns,
    globalGap,
    localGap,
    backup,
    backupError,
    return: estimate(best.returns),
  };
}

function checkOptions(
  game: Game,
  { tableSize, population, draws, temperature, seed, threads = 1 }: LearnOptions,
): void {
  const whole = (name: string, value: number | undefined, least: number): void => {
    if (value === undefined || !Number.isSafeInteger(value) || value < least) {
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
  const states = game.localStates.length;
  const entries = game.globalStates.length * histogramsOf(states, tableSize);
  if (entries > MOST_ENTRIES) {
    let fits = 1;
    while (game.globalStates.length * histogramsOf(states, fits + 1) <= MOST_ENTRIES) fits++;
    throw new InvalidInputError(
      `a table size of ${tableSize} over ${states} local states makes ${entries.toExponential(2)} entries, more than fit into memory; the largest table size that does is ${fits}`,
    );
  }
}

/** C(k + states − 1, states − 1), as a float. */
function histogramsOf(states: number, size: number): number {
  let count = 1;
  for (let i = 1; i < states; i++) count = (count * (size + i)) / i;
  return count;
}
