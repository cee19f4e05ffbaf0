/** `npm run calibrate`: measures a scenario's arrays in the motion world and compares them. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
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
import { type Counts, explorer, readRecording } from "./recorded";
import type { Game } from "../game/model";
import { loadScenario, scenarioFile } from "../game/scenario_file";
import { writeWhole } from "../base/whole_file";
import { PACKAGE_VERSION } from "../learning/version";
import { encodePolicy, savePolicy } from "../policy/policy_file";
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

function reportOf(name: string, { global, local }: WorldDistance, measured: Measured): string {
  const { drives, finishedDrives = 0 } = measured;
  const share = drives ? (100 * finishedDrives) / drives : 100;
  return [
    tableOf(`P_g of ${name}`, global),
    tableOf(`P_l of ${name}`, local),
    ...(drives === undefined
      ? []
      : [`${drives} drives to another zone, ${share.toFixed(2)} % done within their epoch.`]),
    `A row agrees with the scenario when its distance is within a few sampling errors.\n`,
  ].join("\n");
}

/** Rows with fewer samples are named. */
const SELDOM = 30;

/** Warns of rows with few samples; those without any keep the scenario's probabilities. */
function warnSeldom(rows: readonly ComparedRow[]): void {
  const named = (some: readonly ComparedRow[]): string =>
    some.map(({ row, samples }) => `\n  ${row}: ${samples}`).join("");
  const seldom = rows.filter(({ samples }) => samples < SELDOM);
  if (seldom.length === 0) return;
  const unseen = seldom.filter(({ samples }) => samples === 0).length;
  process.stderr.write(
    `${unseen} rows were never seen and keep the scenario's probabilities; ${seldom.length} were seen less than ${SELDOM} times, so measure for more epochs:${named(seldom)}\n`,
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

/** In a recording it is not known which drives were finished. */
type Measured = Counts & Partial<Pick<Measurement, "drives" | "finishedDrives">>;
type Options = OptionValues<typeof COMMANDS.calibrate.options>;

/** Writes the policy by which a swarm tries everything. */
function writeExplorer(
  file: string,
  game: Game,
  { robots: population, seed, json }: Options,
): void {
  requireWritable("--explore", file);
  const pair = explorer(game);
  const of = { scenario: game.name, scenarioSha256: game.sha256, discount: game.discount };
  const how = { backup: "sampled", backupError: 0, packageVersion: PACKAGE_VERSION } as const;
  const metadata = { ...of, ...how, tableSize: pair.tableSize, population, seed };
  savePolicy(file, encodePolicy(pair, metadata, game));
  const next = `as by npm start -- --policy ${file} --record FILE`;
  const said = `Written: ${file}. Let a swarm act by it and record that, ${next}`;
  process.stdout.write(`${json ? JSON.stringify({ scenario: game.name, file }) : said}\n`);
}

export async function main(options: Options): Promise<void> {
  const { scenario, robots, epochs, seed, write, recording, explore } = options;
  if (write !== undefined) requireWritable("--write", write);
  const game = loadScenario(scenario);
  if (explore !== undefined) return writeExplorer(explore, game, options);
  await loadPhysics();
  const began = performance.now();
  const measured: Measured = recording
    ? await readRecording(recording, game)
    : measureArrays(game, { robots, epochs, seed, onProgress: progressOf(epochs) });
  const seconds = (performance.now() - began) / 1000;
  const found = compareArrays(game, measured);
  warnSeldom([...found.global.rows, ...found.local.rows]);
  if (write !== undefined) {
    const note = recording
      ? `Measured in a recording: npm run calibrate -- --recording ${basename(recording)}`
      : `Measured in the motion world: npm run calibrate -- --robots ${robots} --epochs ${epochs} --seed ${seed}`;
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
  const how = recording ? { recording } : { robots, epochs, seed, drives, finishedDrives };
  const told = { scenario: game.name, seconds, ...how, ...arrays, file: write };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

if (require.main === module) void runCommand(COMMANDS.calibrate, main);
