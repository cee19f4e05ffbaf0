/** A learned policy as a file: from the cache, or learned now and kept there. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Game, sizesOf } from "../game/model";
import { reasonOf } from "../base/errors";
import { learn } from "../learning/learn";
import type { Progress } from "../learning/options";
import { LEARNER_VERSION } from "../learning/version";
import { encodePolicy, type LoadedPolicy, loadPolicy, savePolicy } from "../policy/policy_file";

/** k of a learned table where none is given. Larger tables take long to learn. */
const DEFAULT_TABLE_SIZE = 10;

export interface LearnedPolicyOptions {
  /** k; 0: 10, or all robots if fewer. */
  readonly tableSize: number;
  /** Robots that the policy is learned for, n. */
  readonly population: number;
  readonly seed: number;
  /** Folder of the cache; made when it is missing. */
  readonly cache: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  readonly warn?: (message: string) => void;
}

/** The cache's file for a game and the options that decide what is learned. */
function cacheFile(game: Game, options: LearnedPolicyOptions): string {
  const { tableSize, population, seed } = options;
  const key = {
    initial: [Array.from(game.initialGlobal), game.initialLocal],
    horizon: game.horizon,
    learner: LEARNER_VERSION,
    population,
    scenario: game.sha256,
    seed,
    tableSize,
  };
  const hash = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 16);
  return join(options.cache, `${game.name}-k${tableSize}-${hash}.safetensors`);
}

/**
 * The policy file of these options. A damaged file in the cache is learned again. The file is written
 * whole or not at all, so two processes may learn the same policy at the same time.
 * @throws InvalidInputError for a table size beyond the population
 */
export async function obtainPolicy(
  game: Game,
  given: LearnedPolicyOptions,
): Promise<{ file: string; policy: LoadedPolicy; wasCached: boolean }> {
  const tableSize = given.tableSize || Math.min(DEFAULT_TABLE_SIZE, given.population);
  const options = { ...given, tableSize };
  const file = cacheFile(game, options);
  if (existsSync(file)) {
    try {
      return { file, policy: loadPolicy(file), wasCached: true };
    } catch (error) {
      options.warn?.(`${reasonOf(error)}; learning it again`);
    }
  }
  const result = await learn(game, { ...options, threads: availableParallelism() });
  mkdirSync(options.cache, { recursive: true });
  savePolicy(file, encodePolicy(result.pair, result.metadata, sizesOf(game)));
  return { file, policy: loadPolicy(file), wasCached: false };
}
