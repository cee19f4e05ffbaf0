/** A learned policy as a file: from the cache, or learned now and kept there. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Game } from "../game/model";
import { InvalidInputError, reasonOf } from "../base/errors";
import { cacheFolder, writableFolder } from "../base/folders";
import { sha256 } from "../base/platform";
import { learn } from "../learning/learn";
import type { CommonOptions } from "../learning/options";
import { learnByPoints } from "../learning/points/learn_by_points";
import { MOST_TABLE_STATES } from "../learning/size";
import { LEARNER_VERSION } from "../learning/version";
import { encodePolicy, type LoadedPolicy, loadPolicy, savePolicy } from "../policy/policy_file";

/** k of a learned table where none is given. Larger tables take long to learn. */
const DEFAULT_TABLE_SIZE = 10;
/** Learning at points ends by then with the best pair so far. */
const POINTS_LIMIT_MS = 120_000;

type Passed = Pick<CommonOptions, "onProgress" | "signal" | "warn">;

export interface LearnedPolicyOptions extends Passed {
  /** k; 0: 10, or all robots if fewer; without a table where there are too many local states. */
  readonly tableSize: number;
  /** Robots that the policy is learned for, n. */
  readonly population: number;
  readonly seed: number;
  /** Folder of the cache; made when it is missing. Where it cannot be, this user's own is used. */
  readonly cache: string;
}

function cacheFile(game: Game, options: LearnedPolicyOptions): string {
  const { tableSize, population, seed } = options;
  const key = {
    initial: [Array.from(game.initialGlobal), game.initialLocal],
    kinds: game.kinds,
    horizon: game.horizon,
    learner: LEARNER_VERSION,
    population,
    scenario: game.sha256,
    seed,
    tableSize,
  };
  const hash = sha256(JSON.stringify(key)).slice(0, 16);
  return `${game.name}-${tableSize ? `k${tableSize}` : "points"}-${hash}.safetensors`;
}

/**
 * The policy file of these options. A damaged file in the cache is learned again. The file is written
 * whole or not at all, so two processes may learn the same policy at the same time.
 * @throws InvalidInputError for a table size beyond the population, or when no folder can keep it
 */
export async function obtainPolicy(
  game: Game,
  given: LearnedPolicyOptions,
): Promise<{ file: string; policy: LoadedPolicy; wasCached: boolean }> {
  const isLarge = game.localStates.length > MOST_TABLE_STATES;
  const fitting = isLarge ? 0 : Math.min(DEFAULT_TABLE_SIZE, given.population);
  const tableSize = given.tableSize || fitting;
  const options = { ...given, tableSize };
  const name = cacheFile(game, options);
  const own = join(cacheFolder(), "policies");
  for (const file of [join(given.cache, name), join(own, name)].filter(existsSync)) {
    try {
      return { file, policy: loadPolicy(file), wasCached: true };
    } catch (error) {
      options.warn?.(`${reasonOf(error)}; learning it again`);
    }
  }
  // Before it is learned: that may take minutes.
  const folder = writableFolder(given.cache, own);
  if (folder === undefined) {
    throw new InvalidInputError(
      `a learned policy cannot be kept: neither ${given.cache} nor ${own} can be written to; give a policy file, or another folder as cache`,
    );
  }
  const file = join(folder, name);
  const startedMs = performance.now();
  const isTimeUp = (share = 1): boolean => performance.now() - startedMs > share * POINTS_LIMIT_MS;
  const shared = { ...options, threads: availableParallelism() };
  const learned =
    tableSize === 0 ? learnByPoints(game, { ...shared, isTimeUp }) : learn(game, shared);
  const result = await learned;
  savePolicy(file, encodePolicy(result.pair, result.metadata, game));
  return { file, policy: loadPolicy(file), wasCached: false };
}
