/** `npm run learn`: learns a pair of policies for a scenario and writes the policy file. */
import { availableParallelism, totalmem } from "node:os";
import type { Game } from "../game/model";
import { learn, type LearnResult } from "../learning/learn";
import { DEFAULT_DRAWS, DEFAULT_POPULATION, type Progress } from "../learning/options";
import { loadScenario } from "../game/scenario_file";
import { tableSizeOf } from "../learning/size";
import { encodePolicy, savePolicy } from "../policy/policy_file";
import { double, integer, text } from "../ros/parameters";
import {
  abortOnInterrupt,
  AT_LEAST_1,
  INTERRUPTED,
  JSON_OPTION,
  type OptionValues,
  requireWritable,
  runCommand,
  SEED_OPTION,
} from "./options";

const MOST_THREADS = 256;

export const COMMAND = {
  usage: "npm run learn --",
  summary: "Learns a pair of policies for a scenario and writes it to a policy file.",
  options: {
    scenario: text({ value: "F", required: true }, "scenario file, or the name of a shipped one"),
    tableSize: integer(
      { value: "K", range: AT_LEAST_1, required: true },
      "k of the histograms by which the global policy is tabulated",
    ),
    out: text({ value: "F", required: true }, "policy file to write (.safetensors)"),
    robots: integer(
      { value: "N", default: DEFAULT_POPULATION, range: [1, 1_000_000_000] },
      "robots of the population learned for",
    ),
    backup: text(
      { value: "B", default: "exact", choices: ["exact", "sampled"] },
      "how expectations are computed",
    ),
    draws: integer(
      { value: "M", range: [1, 100_000] },
      `draws of the sampled backup (default: ${DEFAULT_DRAWS})`,
    ),
    temperature: double(
      { value: "X", range: [1e-6, Infinity] },
      "softmax temperature of the local policy (default: greedy)",
    ),
    threads: integer(
      { value: "T", range: [1, MOST_THREADS] },
      "threads that learn; the result is the same for any number (default: all cores)",
    ),
    ...SEED_OPTION,
    ...JSON_OPTION,
  },
};

type LearnOptions = OptionValues<typeof COMMAND.options>;

const PROGRESS_PERIOD_MS = 500;
const BAR = 20;
/** For the estimate of time: sweeps of the full table, and multiplications of a core a second. */
const SWEEPS = 80;
const MULTIPLICATIONS_A_SECOND = 4e9;
/** Share of the machine's memory that learning may take. */
const MEMORY_SHARE = 0.7;

/** Prints progress: the step, its residual and the time left. On a terminal the line is rewritten. */
function progressPrinter(first: () => void): (progress: Progress) => void {
  const { isTTY } = process.stderr;
  let printedMs = -Infinity;
  let firstResidual = Infinity;
  let startedMs = 0;
  return ({ doing, tableSize, iteration, sweep = 0, residual = 0, accuracy = 0, best }) => {
    const nowMs = performance.now();
    if (printedMs === -Infinity) first();
    if (sweep === 1) [firstResidual, startedMs] = [residual, nowMs];
    if (nowMs - printedMs < PROGRESS_PERIOD_MS) return;
    printedMs = nowMs;
    // The residual falls about geometrically, so its logarithm shows the share that is done.
    const done =
      sweep > 1 ? Math.log(firstResidual / residual) / Math.log(firstResidual / accuracy) : 0;
    const share = Math.min(1, Math.max(0, done));
    const leftSeconds = ((nowMs - startedMs) / 1000) * (1 / share - 1);
    const bar = "#".repeat(Math.round(BAR * share)).padEnd(BAR, ".");
    const left = share > 0 ? `, ${leftSeconds.toFixed(0)} s left of it` : "";
    const sweeps = sweep ? ` [${bar}] residual ${residual.toExponential(0)}${left}` : "";
    const so = best === undefined ? "" : `, best return so far ${best.toFixed(2)}`;
    const line = `k = ${tableSize}, iteration ${iteration}: ${doing}${sweeps}${so}`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
}

/** Says before the learning what it takes: histograms, memory, time. */
function announce(
  game: Game,
  { tableSize, draws, threads }: { tableSize: number; draws?: number; threads: number },
): void {
  const { histograms, bytes, work } = tableSizeOf(game, tableSize, draws ?? DEFAULT_DRAWS);
  const seconds =
    (SWEEPS * work) / MULTIPLICATIONS_A_SECOND / Math.min(threads, game.globalStates.length);
  process.stderr.write(
    `learning a pair for ${game.name} at k = ${tableSize}: ${histograms} histograms, at most ${(bytes / 1e9).toPrecision(2)} GB, about ${Math.max(1, seconds).toPrecision(1)} s\n`,
  );
}

export async function main({ out: file, robots, json, ...options }: LearnOptions): Promise<number> {
  const threads = options.threads ?? Math.min(availableParallelism(), MOST_THREADS);
  const learnOptions = { ...options, population: robots, threads };
  requireWritable("--out", file);
  const game = loadScenario(options.scenario);
  const signal = abortOnInterrupt();
  const startedMs = performance.now();
  let result;
  try {
    const warn = (message: string): boolean => process.stderr.write(`warning: ${message}\n`);
    const memory = MEMORY_SHARE * totalmem();
    const onProgress = progressPrinter(() => announce(game, learnOptions));
    result = await learn(game, { ...learnOptions, memory, signal, warn, onProgress });
    if (process.stderr.isTTY) process.stderr.write("\n");
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write("interrupted: nothing was written\n");
    return INTERRUPTED;
  }
  savePolicy(file, encodePolicy(result.pair, result.metadata, game));
  const summary = summaryOf(file, result, (performance.now() - startedMs) / 1000);
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : readable(game.name, summary));
  return 0;
}

function summaryOf(file: string, result: LearnResult, seconds: number) {
  const { histograms, iterations, accepted, sweeps } = result;
  const { tableSize, globalGap, localGap, backup, backupError } = result.metadata;
  const { globalGapInterval, localGapInterval } = result.metadata;
  return {
    ...{ file, tableSize, histograms, iterations, accepted, sweeps, globalGap, localGap },
    ...{ globalGapInterval, localGapInterval, backup, backupError },
    return: result.return,
    seconds,
  };
}

function readable(scenario: string, summary: ReturnType<typeof summaryOf>): string {
  const { mean, standardError } = summary.return;
  const gap = (value: number, [low, high]: readonly [number, number]): string =>
    `${value.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  return [
    `${summary.file}: a policy for ${scenario}, table size ${summary.tableSize} (${summary.histograms} histograms)`,
    `discounted return ${mean.toFixed(2)} ± ${standardError.toFixed(2)}`,
    `best-response gaps: global ${gap(summary.globalGap, summary.globalGapInterval)}, local ${gap(summary.localGap, summary.localGapInterval)}`,
    `${summary.iterations} iterations, ${summary.sweeps} sweeps, ${summary.backup} backups (error ${summary.backupError.toExponential(1)}), ${summary.seconds.toFixed(1)} s`,
    "",
  ].join("\n");
}

if (require.main === module) void runCommand(COMMAND, main);
