/** What learning is asked for, and what it tells while it runs. */
import { InvalidInputError, requireWhole } from "../base/errors";
import type { StopSignal } from "../base/platform";
import { kindsProblem } from "../game/kinds";
import { type Game, type LocalForm, sizesOf } from "../game/model";
import { MOST_VECTORS } from "../policy/kind";
import { KERNEL_MEMORY_BYTES } from "../base/kernel_memory";
import { largestTableSize, type TableAsked, tableSizeOf } from "./size";

/** What learning does now; times are the caller's to measure. */
export interface Progress {
  readonly doing: "G-LEARN" | "L-LEARN" | "UPDATE" | "gaps";
  /** k of the table at hand: smaller ones come first. */
  readonly tableSize?: number;
  /** Of the alternation at this table size, over all starts; 0 before the first. */
  readonly iteration: number;
  readonly sweep?: number;
  /** MacQueen's bound on the error of the values, and where it stops. */
  readonly residual?: number;
  readonly accuracy?: number;
  /** Backups at points: how many there are, and the bounds at the start. */
  readonly points?: { readonly count: number; readonly lower: number; readonly upper: number };
  readonly best?: number;
}

/** What both ways of learning are asked. */
export interface CommonOptions {
  /** n of occupancy, acceptance and gaps; default 1000. */
  readonly population?: number;
  /** Softmax of Q / temperature for π_l; default: greedy. */
  readonly temperature?: number;
  /** What robots act on; default: `state`, the paper's. */
  readonly localForm?: LocalForm;
  /** A non-negative whole number; default 0. */
  readonly seed?: number;
  /** Among which learning is shared; the result is the same for any number. Default 1. */
  readonly threads?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Learning rejects with the signal's reason soon after it is aborted. */
  readonly signal?: StopSignal;
  /** Hears what the user should know, such as the fallback to the sampled operator. */
  readonly warn?: (message: string) => void;
}

export interface LearnOptions extends CommonOptions {
  /** k of the table. */
  readonly tableSize: number;
  /** Default: exact, checked, with the sampled operator where the check fails. */
  readonly backup?: "exact" | "sampled";
  /** m of the sampled operator; default 16. */
  readonly draws?: number;
  /** Bytes that learning may take; a table that needs more is refused. Default 8e9. */
  readonly memory?: number;
}

/** Learning without a table, by backups at points. */
export interface PointLearnOptions extends CommonOptions {
  /** Most points; default 200. */
  readonly points?: number;
  /** Stops where the limit's bounds at the start differ by this share of the lower; default 0.005. */
  readonly accuracy?: number;
  /** Whether this share of the time (default: all) is gone. Learning ends with the best pair so far. */
  readonly isTimeUp?: (share?: number) => boolean;
}

export type LearnSettings = Readonly<ReturnType<typeof settingsOf>>;
export type PointLearnSettings = Readonly<ReturnType<typeof pointSettingsOf>>;

export const DEFAULT_POPULATION = 1000;
export const DEFAULT_DRAWS = 16;
const DEFAULT_MEMORY_BYTES = 8e9;
export const DEFAULT_POINTS = 200;
export const DEFAULT_POINT_ACCURACY = 5e-3;
const MOST_POINTS = 10_000;

/** Fills in the defaults. @throws InvalidInputError when an option cannot be used */
export function settingsOf(game: Game, options: LearnOptions) {
  const { backup = "exact", draws = DEFAULT_DRAWS } = options;
  const settings = { ...options, ...commonSettingsOf(game, options), backup, draws };
  const { tableSize, population } = settings;
  requireWhole("the table size", tableSize, 1);
  requireWhole("the number of draws", draws, 1);
  checkTableSize(game, settings, options.memory ?? DEFAULT_MEMORY_BYTES);
  if (tableSize > population) {
    throw new InvalidInputError(
      `the table size is ${tableSize} and the population ${population}; sample at most as many robots as there are`,
    );
  }
  return settings;
}

/** The same for learning at points. @throws InvalidInputError */
export function pointSettingsOf(game: Game, options: PointLearnOptions) {
  const { points = DEFAULT_POINTS, accuracy = DEFAULT_POINT_ACCURACY } = options;
  // A vector at most for each of the points in each s_g, and some that those go on with.
  const most = Math.floor(MOST_VECTORS / 2 / sizesOf(game).sG);
  requireWhole("the number of points", points, 1, Math.min(MOST_POINTS, most));
  if (!(accuracy > 0 && accuracy < 1)) {
    throw new InvalidInputError(`the accuracy is ${accuracy}; give a share between 0 and 1`);
  }
  return { ...options, ...commonSettingsOf(game, options), points, accuracy };
}

/** The settings for a part of the work: its time ends after this share of all. */
export const within = (share: number, settings: PointLearnSettings): PointLearnSettings => ({
  ...settings,
  isTimeUp: () => settings.isTimeUp?.(share) ?? false,
});

function commonSettingsOf(game: Game, options: CommonOptions) {
  const { population = DEFAULT_POPULATION, seed = 0, threads = 1, temperature } = options;
  const { localForm = "state" } = options;
  requireWhole("the population", population, 1);
  const problem = kindsProblem(game, population);
  if (problem) throw new InvalidInputError(problem);
  requireWhole("the seed", seed, 0);
  requireWhole("the number of threads", threads, 1);
  if (temperature !== undefined && !(temperature > 0 && Number.isFinite(temperature))) {
    throw new InvalidInputError(`the temperature is ${temperature}; give a positive number`);
  }
  return { population, seed, threads, localForm };
}

function checkTableSize(
  game: Game,
  { tableSize, ...asked }: TableAsked & { readonly tableSize: number },
  memory: number,
): void {
  const { histograms, bytes } = tableSizeOf(game, tableSize, asked);
  const largest = largestTableSize(game, memory, asked);
  const usable = Math.min(memory, KERNEL_MEMORY_BYTES);
  if (bytes > usable || tableSize > Math.max(1, largest)) {
    const gigabytes = (value: number): string => `${(value / 1e9).toPrecision(2)} GB`;
    throw new InvalidInputError(
      `a table size of ${tableSize} makes ${histograms.toPrecision(3)} histograms of ${game.localStates.length} local states, which take ${gigabytes(bytes)} where ${gigabytes(usable)} can be used; the largest table size that fits is ${largest}`,
    );
  }
}
