/** `npm run calibrate`: what the motion world makes of a scenario's actions, against its arrays. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Game } from "../game/model";
import {
  type ArrayDistance,
  compareArrays,
  measureArrays,
  type Measurement,
  type WorldDistance,
} from "./calibration";
import {
  type CommandSpec,
  JSON_OPTION,
  loadScenario,
  type Options,
  runCommand,
  SEED_OPTION,
} from "./options";
import { scenarioFile } from "../game/scenario_file";
import { loadPhysics } from "../../sim/world/physics";
import { replaceFile, requireWritable, withMeasuredArrays } from "./scenario_writer";

const spec: CommandSpec = {
  usage: "npm run calibrate --",
  summary:
    "Measures in the motion world how robots and lead vehicle really move, and how far the scenario's arrays are from it.",
  options: [
    {
      name: "scenario",
      value: "F",
      help: "a file or a shipped scenario's name (default dock_dispatch)",
    },
    { name: "robots", value: "N", help: "robots in the world (default 30)" },
    { name: "epochs", value: "E", help: "epochs to measure, N samples each (default 20000)" },
    SEED_OPTION,
    { name: "write", value: "F", help: "write the scenario with the measured arrays to this file" },
    JSON_OPTION,
  ],
};

/** Says on standard error how far it is, at most every five seconds. */
function progressOf(epochs: number): (done: number) => void {
  let said = performance.now();
  return (done) => {
    if (performance.now() - said < 5000) return;
    said = performance.now();
    process.stderr.write(`${done} of ${epochs} epochs\n`);
  };
}

/** A row as a person reads it. */
interface NamedRow {
  readonly row: string;
  readonly distance: number;
  readonly samples: number;
  readonly samplingError: number;
}

function namedRows(names: readonly string[], found: ArrayDistance): NamedRow[] {
  return names.map((row, i) => ({
    row,
    distance: found.distances[i],
    samples: found.samples[i],
    samplingError: found.errors[i],
  }));
}

function globalRowNames(game: Game): string[] {
  return game.globalStates.flatMap((s) => game.globalActions.map((a) => `${s}, ${a}`));
}

function localRowNames(game: Game): string[] {
  return game.localStates.flatMap((s) =>
    game.globalStates.flatMap((g) => game.localActions.map((a) => `${s}, lead ${g}, ${a}`)),
  );
}

function summaryOf(game: Game, found: WorldDistance): Record<string, unknown> {
  const part = (names: string[], array: ArrayDistance): Record<string, unknown> => ({
    largestDistance: array.largest,
    meanDistance: array.mean,
    leastSamples: Math.min(...array.samples),
    largestSamplingError: Math.max(...array.errors),
    rows: namedRows(names, array),
  });
  return {
    globalTransition: part(globalRowNames(game), found.global),
    localTransition: part(localRowNames(game), found.local),
  };
}

function tableOf(title: string, names: string[], found: ArrayDistance): string {
  const width = Math.max(...names.map((name) => name.length));
  const lines = namedRows(names, found).map(
    ({ row, distance, samples, samplingError }) =>
      `  ${row.padEnd(width)}  ${distance.toFixed(4)}  ${samplingError.toFixed(4)}  ${samples}`,
  );
  return [
    `${title}: total variation from the scenario's row, sampling error, samples`,
    ...lines,
    `  largest ${found.largest.toFixed(4)}, mean ${found.mean.toFixed(4)}\n`,
  ].join("\n");
}

/** What the command prints for people. */
export function reportOf(game: Game, measured: Measurement, found: WorldDistance): string {
  const share = measured.drives > 0 ? (100 * measured.finishedDrives) / measured.drives : 100;
  return [
    tableOf(`P_g of ${game.name}`, globalRowNames(game), found.global),
    tableOf(`P_l of ${game.name}`, localRowNames(game), found.local),
    `${measured.drives} drives to another zone, ${share.toFixed(2)} % done within their epoch.`,
    `A row is as measured where its distance is within a few sampling errors.\n`,
  ].join("\n");
}

/** Says which rows were never seen, as they stay the scenario's own. */
function warnUnseen(game: Game, found: WorldDistance): void {
  const unseen = [
    ...namedRows(globalRowNames(game), found.global),
    ...namedRows(localRowNames(game), found.local),
  ].filter(({ samples }) => samples === 0);
  if (unseen.length === 0) return;
  process.stderr.write(
    `${unseen.length} rows were never seen (first: ${unseen[0].row}) and stay the scenario's; give more --epochs\n`,
  );
}

async function main(options: Options): Promise<void> {
  const name = options.text("scenario", "dock_dispatch");
  const robots = options.integer("robots", { min: 1, max: 100000 }, 30);
  const epochs = options.integer("epochs", { min: 1 }, 20000);
  const seed = options.integer("seed", {}, 0);
  const write = options.text("write");
  if (write !== undefined) requireWritable(write);
  const game = loadScenario(name);
  await loadPhysics();
  const began = performance.now();
  const measured = measureArrays(game, { robots, epochs, seed, onProgress: progressOf(epochs) });
  const seconds = (performance.now() - began) / 1000;
  const found = compareArrays(game, measured);
  warnUnseen(game, found);
  if (write !== undefined) {
    const note = `Measured in the motion world: npm run calibrate -- --robots ${robots} --epochs ${epochs} --seed ${seed}`;
    replaceFile(
      write,
      withMeasuredArrays(readFileSync(scenarioFile(name), "utf8"), game, measured, note),
    );
  }
  if (!options.switch("json")) {
    process.stdout.write(reportOf(game, measured, found));
    if (write !== undefined) process.stdout.write(`Written: ${write}\n`);
    return;
  }
  const { drives, finishedDrives } = measured;
  const head = { scenario: game.name, robots, epochs, seed, seconds, drives, finishedDrives };
  const summary = { ...head, ...summaryOf(game, found), ...(write && { file: write }) };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

if (require.main === module) void runCommand(spec, main);
