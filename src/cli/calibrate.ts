/** `npm run calibrate`: measures a scenario's arrays in the motion world and compares them. */
import { readFileSync } from "node:fs";
import { type Document, isMap, isScalar } from "yaml";
import {
  compareArrays,
  type ComparedArray,
  type ComparedRow,
  measureArrays,
  type Measurement,
  type WorldDistance,
} from "./calibration";
import { COMMANDS } from "./generated/commands";
import { longForm, textOf } from "./long_form";
import { type OptionValues, requireWritable, runCommand } from "./options";
import type { Game } from "../game/model";
import { loadScenario, scenarioFile } from "../game/scenario_file";
import { writeWhole } from "../base/whole_file";
import { loadPhysics } from "../../sim/world/physics";

function progressOf(epochs: number): (done: number) => void {
  let said = performance.now();
  return (done) => {
    if (performance.now() - said < 5000) return;
    said = performance.now();
    process.stderr.write(`${done} of ${epochs} epochs\n`);
  };
}

function tableOf(title: string, { rows, largestDistance, meanDistance }: ComparedArray): string {
  const width = Math.max(...rows.map(({ row }) => row.length));
  const lines = rows.map(
    ({ row, distance, samples, samplingError }) =>
      `  ${row.padEnd(width)}  ${distance.toFixed(4)}  ${samplingError.toFixed(4)}  ${samples}`,
  );
  return [
    `${title}: total variation from the scenario's row, sampling error, samples`,
    ...lines,
    `  largest ${largestDistance.toFixed(4)}, mean ${meanDistance.toFixed(4)}\n`,
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
 * map is replaced by the arrays it made.
 * @param note the comment above each measured array
 */
export function withMeasuredArrays(
  text: string,
  game: Game,
  { global, local }: WorldDistance,
  note: string,
): string {
  const document = longForm(text, game, {
    ...game,
    globalTransition: Float64Array.from(global.rows.flatMap(({ measured }) => rounded(measured))),
    localTransition: Float64Array.from(local.rows.flatMap(({ measured }) => rounded(measured))),
  });
  setComment(document, "global_transition", note);
  setComment(document, "local_transition", note);
  return textOf(document);
}

/** Sets the comment above `key`, in place of that of a former run. */
function setComment(document: Document, key: string, comment: string): void {
  if (!isMap(document.contents)) return;
  for (const pair of document.contents.items) {
    if (isScalar(pair.key) && pair.key.value === key) pair.key.commentBefore = ` ${comment}`;
  }
}

/** A row in whole units that still sums to 1: the largest entry takes the rounding error. */
export function rounded(row: readonly number[]): number[] {
  const unit = 10 ** DECIMALS;
  const units = row.map((p) => Math.round(p * unit));
  units[units.indexOf(Math.max(...units))] += unit - units.reduce((sum, p) => sum + p, 0);
  return units.map((p) => p / unit);
}

export async function main(
  options: OptionValues<typeof COMMANDS.calibrate.options>,
): Promise<void> {
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
    writeWhole(write, withMeasuredArrays(source, game, found, note), "the scenario");
  }
  if (!options.json) {
    process.stdout.write(reportOf(game.name, found, measured));
    if (write !== undefined) process.stdout.write(`Written: ${write}\n`);
    return;
  }
  const { drives, finishedDrives } = measured;
  const arrays = { globalTransition: found.global, localTransition: found.local };
  const head = { scenario: game.name, robots, epochs, seed, seconds, drives, finishedDrives };
  process.stdout.write(`${JSON.stringify({ ...head, ...arrays, file: write })}\n`);
}

if (require.main === module) void runCommand(COMMANDS.calibrate, main);
