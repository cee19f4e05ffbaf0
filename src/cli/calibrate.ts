/** `npm run calibrate`: measures a scenario's arrays in the motion world and compares them. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { Document, isMap, isScalar, parseDocument, visit } from "yaml";
import {
  compareArrays,
  type ComparedArray,
  type ComparedRow,
  measureArrays,
  type Measurement,
  type WorldDistance,
} from "./calibration";
import {
  AT_LEAST_1,
  JSON_OPTION,
  type OptionValues,
  requireWritable,
  runCommand,
  SEED_OPTION,
} from "./options";
import { type Game, sizesOf } from "../game/model";
import { arraysOf, nest } from "../game/scenario";
import { loadScenario, scenarioFile } from "../game/scenario_file";
import { SCENARIO } from "../ros/common_parameters";
import { integer, text } from "../ros/parameters";
import { writeWhole } from "../base/whole_file";
import { loadPhysics } from "../../sim/world/physics";

export const COMMAND = {
  usage: "npm run calibrate --",
  summary:
    "Measures in the motion world how robots and lead vehicle really move, and how far the scenario's arrays are from it.",
  options: {
    scenario: { ...SCENARIO, value: "F" },
    robots: integer({ value: "N", default: 30, range: [1, 100_000] }, "robots in the world"),
    epochs: integer({ value: "E", default: 20_000, range: AT_LEAST_1 }, "epochs to measure"),
    ...SEED_OPTION,
    write: text({ value: "F" }, "write the scenario with the measured arrays to this file"),
    ...JSON_OPTION,
  },
};

function progressOf(epochs: number): (done: number) => void {
  let said = performance.now();
  return (done) => {
    if (performance.now() - said < 5000) return;
    said = performance.now();
    process.stderr.write(`${done} of ${epochs} epochs\n`);
  };
}

function summaryOf({ rows, largest, mean }: ComparedArray): Record<string, unknown> {
  return {
    largestDistance: largest,
    meanDistance: mean,
    leastSamples: Math.min(...rows.map(({ samples }) => samples)),
    largestSamplingError: Math.max(...rows.map(({ samplingError }) => samplingError)),
    rows,
  };
}

function tableOf(title: string, { rows, largest, mean }: ComparedArray): string {
  const width = Math.max(...rows.map(({ row }) => row.length));
  const lines = rows.map(
    ({ row, distance, samples, samplingError }) =>
      `  ${row.padEnd(width)}  ${distance.toFixed(4)}  ${samplingError.toFixed(4)}  ${samples}`,
  );
  return [
    `${title}: total variation from the scenario's row, sampling error, samples`,
    ...lines,
    `  largest ${largest.toFixed(4)}, mean ${mean.toFixed(4)}\n`,
  ].join("\n");
}

function reportOf(name: string, { global, local }: WorldDistance, measured: Measurement): string {
  const share = measured.drives > 0 ? (100 * measured.finishedDrives) / measured.drives : 100;
  return [
    tableOf(`P_g of ${name}`, global),
    tableOf(`P_l of ${name}`, local),
    `${measured.drives} drives to another zone, ${share.toFixed(2)} % done within their epoch.`,
    `A row agrees with the scenario when its distance is within a few sampling errors.\n`,
  ].join("\n");
}

/** Warns of rows without samples: they keep the scenario's probabilities. */
function warnUnseen(rows: readonly ComparedRow[]): void {
  const unseen = rows.filter(({ samples }) => samples === 0);
  if (unseen.length === 0) return;
  process.stderr.write(
    `${unseen.length} rows were never seen (first: ${unseen[0].row}) and keep the scenario's probabilities; give more --epochs\n`,
  );
}

/** Decimals of a measured probability. */
const DECIMALS = 5;

/**
 * The scenario's text with the measured arrays in place of its own; other keys and comments stay. A
 * generator is replaced by the arrays it made.
 * @param note the comment above each measured array
 */
export function withMeasuredArrays(
  text: string,
  game: Game,
  measured: Measurement,
  note: string,
): string {
  const { globalTransition, localTransition } = measured;
  const sizes = sizesOf(game);
  const document = parseDocument(text);
  const wasGenerated = document.delete("generator");
  const arrays = {
    ...game,
    globalTransition: roundRows(globalTransition, sizes.sG),
    localTransition: roundRows(localTransition, sizes.sL),
  };
  for (const [key, name, shape, isMeasured] of arraysOf(sizes)) {
    if (!isMeasured && !wasGenerated) continue;
    document.set(key, document.createNode(nest(arrays[name], shape)));
    if (isMeasured) setComment(document, key, note);
  }
  visit(document, {
    Seq: (_, node) => {
      if (node.items.every(isScalar)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Sets the comment above `key`, in place of that of a former run. */
function setComment(document: Document, key: string, comment: string): void {
  if (!isMap(document.contents)) return;
  for (const pair of document.contents.items) {
    if (isScalar(pair.key) && pair.key.value === key) pair.key.commentBefore = ` ${comment}`;
  }
}

/** Rounds rows so that each still sums to 1: the largest entry takes the rounding error. */
export function roundRows(flat: Float64Array, width: number): Float64Array {
  const unit = 10 ** DECIMALS;
  const rounded = new Float64Array(flat.length);
  for (let start = 0; start < flat.length; start += width) {
    const row = Array.from(flat.subarray(start, start + width), (p) => Math.round(p * unit));
    const rest = unit - row.reduce((sum, p) => sum + p, 0);
    row[row.indexOf(Math.max(...row))] += rest;
    row.forEach((p, i) => (rounded[start + i] = p / unit));
  }
  return rounded;
}

export async function main(options: OptionValues<typeof COMMAND.options>): Promise<void> {
  const { scenario, robots, epochs, seed, write } = options;
  if (write !== undefined) requireWritable("--write", write);
  const game = loadScenario(scenario);
  await loadPhysics();
  const began = performance.now();
  const measured = measureArrays(game, { robots, epochs, seed, onProgress: progressOf(epochs) });
  const seconds = (performance.now() - began) / 1000;
  const found = compareArrays(game, measured);
  warnUnseen([...found.global.rows, ...found.local.rows]);
  if (write !== undefined) {
    const note = `Measured in the motion world: npm run calibrate -- --robots ${robots} --epochs ${epochs} --seed ${seed}`;
    const source = readFileSync(scenarioFile(scenario), "utf8");
    writeWhole(write, withMeasuredArrays(source, game, measured, note), "the scenario");
  }
  if (!options.json) {
    process.stdout.write(reportOf(game.name, found, measured));
    if (write !== undefined) process.stdout.write(`Written: ${write}\n`);
    return;
  }
  const { drives, finishedDrives } = measured;
  const head = { scenario: game.name, robots, epochs, seed, seconds, drives, finishedDrives };
  const [globalTransition, localTransition] = [found.global, found.local].map(summaryOf);
  const summary = { ...head, globalTransition, localTransition, file: write };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

if (require.main === module) void runCommand(COMMAND, main);
