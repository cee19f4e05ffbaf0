/** `npm run learn`: learns a pair of policies for a scenario and writes the policy file. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { sizesOf } from "../game/model";
import { DEFAULT_DRAWS, DEFAULT_POPULATION, learn, type Progress } from "../learning/learn";
import { encodePolicy, savePolicy } from "../policy/policy_file";
import {
  abortOnInterrupt,
  type CommandSpec,
  JSON_OPTION,
  loadScenario,
  type Options,
  runCommand,
  SEED_OPTION,
  UsageError,
} from "./options";

const SPEC: CommandSpec = {
  usage: "npm run learn --",
  summary: "Learns a pair of policies for a scenario and writes it to a policy file.",
  options: [
    {
      name: "scenario",
      value: "F",
      help: "scenario file, or the name of a shipped one",
      required: true,
    },
    {
      name: "table-size",
      value: "K",
      help: "k of the histograms by which the global policy is tabulated",
      required: true,
    },
    { name: "out", value: "F", help: "policy file to write (.safetensors)", required: true },
    {
      name: "robots",
      value: "N",
      help: `robots of the population learned for (default ${DEFAULT_POPULATION})`,
    },
    {
      name: "backup",
      value: "B",
      help: "exact or sampled: how expectations are computed (default exact)",
    },
    {
      name: "draws",
      value: "M",
      help: `draws of the sampled backup (default ${DEFAULT_DRAWS})`,
    },
    {
      name: "temperature",
      value: "X",
      help: "softmax temperature of the local policy (default: greedy)",
    },
    {
      name: "threads",
      value: "T",
      help: "threads that learn; the result is the same for any number (default: all cores)",
    },
    SEED_OPTION,
    JSON_OPTION,
  ],
};

const MOST_THREADS = 256;
const INTERRUPTED = 130;
/** Milliseconds between two lines of progress. */
const PROGRESS_PERIOD_MS = 500;

function progressPrinter(): (progress: Progress) => void {
  let printedMs = -Infinity;
  return ({ doing, iteration, sweep, residual, best }) => {
    const nowMs = performance.now();
    if (nowMs - printedMs < PROGRESS_PERIOD_MS) return;
    printedMs = nowMs;
    const sweeps = sweep ? `, sweep ${sweep}, error below ${residual?.toPrecision(2)}` : "";
    const so = best === undefined ? "" : `, best return so far ${best.toFixed(2)}`;
    process.stderr.write(`iteration ${iteration}: ${doing}${sweeps}${so}\n`);
  };
}

function outputFile(options: Options): string {
  const file = options.text("out", "");
  if (!existsSync(dirname(file))) {
    throw new UsageError(
      `the folder ${dirname(file)} of --out does not exist; make it or name a file in another one`,
    );
  }
  return file;
}

async function main(options: Options): Promise<number> {
  const tableSize = options.integer("table-size", { min: 1 }, 1);
  const learnOptions = {
    tableSize,
    population: options.integer("robots", { min: 1, max: 1_000_000_000 }, DEFAULT_POPULATION),
    backup: options.choice("backup", ["exact", "sampled"], "exact"),
    draws: options.integer("draws", { min: 1, max: 100_000 }),
    temperature: options.number("temperature", { min: Number.MIN_VALUE }),
    seed: options.integer("seed", { min: 0 }, 0),
    threads: options.integer(
      "threads",
      { min: 1, max: MOST_THREADS },
      Math.min(availableParallelism(), MOST_THREADS),
    ),
  };
  const file = outputFile(options);
  const game = loadScenario(options.text("scenario", ""));
  const signal = abortOnInterrupt();
  const startedMs = performance.now();
  let result;
  try {
    const warn = (message: string): boolean => process.stderr.write(`warning: ${message}\n`);
    result = await learn(game, { ...learnOptions, signal, warn, onProgress: progressPrinter() });
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write("interrupted: nothing was written\n");
    return INTERRUPTED;
  }
  savePolicy(file, encodePolicy(result.pair, result.metadata, sizesOf(game)));
  const { histograms, iterations, accepted, sweeps, globalGap, localGap } = result;
  const summary = {
    file,
    tableSize,
    histograms,
    iterations,
    accepted,
    sweeps,
    globalGap,
    localGap,
    globalGapInterval: result.metadata.globalGapInterval,
    localGapInterval: result.metadata.localGapInterval,
    backup: result.backup,
    backupError: result.backupError,
    return: result.return,
    seconds: (performance.now() - startedMs) / 1000,
  };
  process.stdout.write(
    options.switch("json") ? `${JSON.stringify(summary)}\n` : readable(game.name, summary),
  );
  return 0;
}

interface Summary {
  readonly file: string;
  readonly tableSize: number;
  readonly histograms: number;
  readonly iterations: number;
  readonly sweeps: number;
  readonly globalGap: number;
  readonly localGap: number;
  readonly backup: string;
  readonly return: { readonly mean: number; readonly standardError: number };
  readonly seconds: number;
}

function readable(scenario: string, summary: Summary): string {
  const { mean, standardError } = summary.return;
  return [
    `${summary.file}: a policy for ${scenario}, table size ${summary.tableSize} (${summary.histograms} histograms)`,
    `discounted return ${mean.toFixed(2)} ± ${standardError.toFixed(2)}`,
    `best-response gaps: global ${summary.globalGap.toFixed(3)}, local ${summary.localGap.toFixed(3)}`,
    `${summary.iterations} iterations, ${summary.sweeps} sweeps, ${summary.backup} backups, ${summary.seconds.toFixed(1)} s`,
    "",
  ].join("\n");
}

void runCommand(SPEC, main);
