/** `npm run learn`: learns a pair of policies for a scenario and writes the policy file. */
import { availableParallelism, totalmem } from "node:os";
import type { Game } from "../game/model";
import { learn, type LearnResult } from "../learning/learn";
import { DEFAULT_DRAWS, type Progress } from "../learning/options";
import { learnByPoints, type PointLearnResult } from "../learning/points/learn_by_points";
import { loadScenario } from "../game/scenario_file";
import { learningHorizon } from "../learning/simulation";
import { MOST_TABLE_STATES, type TableAsked, tableSizeOf } from "../learning/size";
import { encodePolicy, savePolicy } from "../policy/policy_file";
import { COMMANDS } from "./generated/commands";
import { abortOnInterrupt, flagOf, type OptionValues } from "./options";
import { requireWritable, runCommand, UsageError } from "./options";
import { tellGame } from "./long_form";
import { boundSentences, gapsInWords } from "../policy/bounds";

const { options: OPTIONS } = COMMANDS.learn;
const [, MOST_THREADS] = OPTIONS.threads.range;

type Given = OptionValues<typeof OPTIONS>;
/** As they are used: the backup is chosen. */
type LearnOptions = Given & Required<Pick<Given, "backup">>;

const PROGRESS_PERIOD_MS = 500;
/** For the estimate of time: sweeps of the full table, and multiplications of a core a second. */
const SWEEPS = 80;
const MULTIPLICATIONS_A_SECOND = 4e9;
/** Share of the machine's memory that learning may take. */
const MEMORY_SHARE = 0.7;

/** Prints progress: the step, and how far it is from its end. On a terminal the line is rewritten. */
function progressPrinter(first: () => void): (progress: Progress) => void {
  const { isTTY } = process.stderr;
  let printedMs = -Infinity;
  return ({ doing, tableSize, iteration, residual, accuracy = 0, points, best }) => {
    const nowMs = performance.now();
    if (printedMs === -Infinity) first();
    if (nowMs - printedMs < PROGRESS_PERIOD_MS) return;
    printedMs = nowMs;
    const size = tableSize === undefined ? "" : `k = ${tableSize}, `;
    const about = [
      points && `${points.count} points`,
      points && `bounds ${points.lower.toFixed(2)} to ${points.upper.toFixed(2)}`,
      residual && `residual ${residual.toExponential(0)}, to be ${accuracy.toExponential(0)}`,
      best && `best so far ${best.toFixed(2)}`,
    ];
    const line = [`${size}iteration ${iteration}: ${doing}`, ...about].filter(Boolean).join(", ");
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
}

/** Says before the learning what it takes: histograms, memory, time. */
function announce(game: Game, tableSize: number, threads: number, asked: TableAsked): void {
  const { histograms, bytes, work } = tableSizeOf(game, tableSize, asked);
  const used = Math.min(threads, game.globalStates.length);
  const seconds = (SWEEPS * work) / MULTIPLICATIONS_A_SECOND / used;
  process.stderr.write(
    `learning a pair for ${game.name} at k = ${tableSize}: ${histograms} histograms, at most ${(bytes / 1e9).toPrecision(2)} GB, about ${Math.max(1, seconds).toPrecision(1)} s\n`,
  );
}

/** Options of one way of learning that stand beside the other. */
const TABLE_ONLY = ["tableSize", "draws"] as const;
const POINTS_ONLY = ["points", "accuracy", "timeLimit"] as const;

/**
 * The backup asked for, or the one that the game allows.
 * @throws UsageError for what does not go with it
 */
function choose(given: Given, game: Game): LearnOptions {
  const states = game.localStates.length;
  const isLarge = states > MOST_TABLE_STATES && given.tableSize === undefined;
  const { backup = isLarge ? "points" : "exact" } = given;
  const isPoints = backup === "points";
  const [others, why] = isPoints
    ? [TABLE_ONLY, "does not go with --backup points, which has no table; leave it out"]
    : [POINTS_ONLY, "goes with --backup points alone; add that, or leave it out"];
  const wrong = others.find((name) => given[name] !== undefined);
  if (wrong) throw new UsageError(`${flagOf(wrong)} ${why}`);
  if (!isPoints && given.tableSize === undefined)
    throw new UsageError("--table-size is missing; give it, or --backup points, which needs none");
  if (given.backup === undefined && isLarge) {
    process.stderr.write(
      `${game.name} has ${states} local states, too many for a table; it is learned at points\n`,
    );
  }
  return { ...given, backup };
}

type Result = (LearnResult | PointLearnResult) &
  Partial<Pick<LearnResult, "histograms"> & Pick<PointLearnResult, "unmeasured">>;

/** Learns in the way asked for. */
async function learned(game: Game, options: LearnOptions, signal: AbortSignal): Promise<Result> {
  const { robots: population, seed, temperature, localForm = "state", backup, tableSize } = options;
  const warn = (message: string): boolean => process.stderr.write(`warning: ${message}\n`);
  const { threads = Math.min(availableParallelism(), MOST_THREADS) } = options;
  const common = { population, seed, threads, temperature, localForm, signal, warn };
  if (backup === "points") {
    const { points, accuracy, timeLimit = Infinity } = options;
    const startedMs = performance.now();
    const isTimeUp = (share = 1): boolean =>
      performance.now() - startedMs > 1000 * share * timeLimit;
    const onProgress = progressPrinter(() =>
      process.stderr.write(`learning a pair for ${game.name} at points\n`),
    );
    return learnByPoints(game, { ...common, points, accuracy, isTimeUp, onProgress });
  }
  const asked = { draws: options.draws ?? DEFAULT_DRAWS, localForm };
  const memory = MEMORY_SHARE * totalmem();
  const onProgress = progressPrinter(() => announce(game, tableSize!, threads, asked));
  return learn(game, { ...common, ...asked, tableSize: tableSize!, backup, memory, onProgress });
}

export async function main(given: Given): Promise<void> {
  const { out: file, json } = given;
  if (given.gameOnly) return tellGame(given.scenario, file);
  if (file === undefined) throw new UsageError("--out is missing; give --out F, see --help");
  const game = loadScenario(given.scenario);
  const options = choose(given, game);
  requireWritable("--out", file);
  const startedMs = performance.now();
  const result = await learned(game, options, abortOnInterrupt());
  if (process.stderr.isTTY) process.stderr.write("\n");
  savePolicy(file, encodePolicy(result.pair, result.metadata, game));
  const summary = summaryOf(file, game, result, (performance.now() - startedMs) / 1000);
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : readable(game, summary));
}

function summaryOf(file: string, game: Game, result: Result, seconds: number) {
  const { metadata, pair, ...told } = result;
  const { tableSize, bounds } = metadata;
  return {
    file,
    kind: tableSize === undefined ? "points" : "table",
    ...{ ...metadata, ...told },
    vectors: "vectors" in pair ? pair.vectorState.length : undefined,
    ...{ lowerBound: bounds?.lower, upperBound: bounds?.upper },
    epochs: learningHorizon(game),
    seconds,
  };
}

function readable(game: Game, summary: ReturnType<typeof summaryOf>): string {
  const { pointsUsed, unmeasured = [] } = summary;
  const { mean, standardError } = summary.return;
  const { global, local } = gapsInWords(summary);
  const size = pointsUsed
    ? `${summary.vectors} vectors from ${pointsUsed.points} points, ended by ${pointsUsed.stop}`
    : `table size ${summary.tableSize} (${summary.histograms} histograms)`;
  const how = pointsUsed
    ? "backups at points"
    : `${summary.backup} backups (error ${summary.backupError.toExponential(1)})`;
  return [
    `${summary.file}: a policy for ${game.name}, ${size}`,
    `discounted return over ${summary.epochs} epochs ${mean.toFixed(2)} ± ${standardError.toFixed(2)}${pointsUsed ? ", all robots seen" : ""}`,
    `best-response gaps${pointsUsed ? ", all robots seen" : ""}: global ${global}, local ${local}`,
    ...boundSentences(summary, game),
    ...(unmeasured.length === 0 ? [] : [`there was no time for ${unmeasured.join(", ")}`]),
    `${summary.iterations} iterations, ${summary.sweeps} sweeps, ${how}, ${summary.seconds.toFixed(1)} s`,
    "",
  ].join("\n");
}

if (require.main === module) void runCommand(COMMANDS.learn, main);
