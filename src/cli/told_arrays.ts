/** Measured arrays as a person reads them, as JSON, and in a scenario file. */
import { readFileSync } from "node:fs";
import { visit } from "yaml";
import { writeWhole } from "../base/whole_file";
import type { Game } from "../game/model";
import { scenarioFile } from "../game/scenario_file";
import { type ComparedArray, type ComparedRow, withMeasured, type WorldDistance } from "./counts";
import { longForm, textOf } from "./long_form";

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

/** Rows with fewer samples are named. */
const SELDOM = 30;

/** Warns of rows with few samples; those without any keep the scenario's probabilities. */
function warnSeldom(rows: readonly ComparedRow[]): void {
  const seldom = rows.filter(({ samples }) => samples < SELDOM);
  if (seldom.length === 0) return;
  const unseen = seldom.filter(({ samples }) => samples === 0).length;
  const named = seldom.map(({ row, samples }) => `\n  ${row}: ${samples}`).join("");
  process.stderr.write(
    `${unseen} rows were never seen and keep the scenario's probabilities; ${seldom.length} were seen less than ${SELDOM} times, so measure for more epochs:${named}\n`,
  );
}

/**
 * The scenario's text with the measured arrays in place of its own; other keys and comments stay. A
 * map is replaced by the arrays it made.
 * @param note the comment above each measured array
 */
export function withMeasuredArrays(
  text: string,
  game: Game,
  found: WorldDistance,
  note: string,
): string {
  const document = longForm(text, game, withMeasured(game, found));
  visit(document, {
    Scalar: (at, node) => {
      const isName = at === "key" && /^(global|local)_transition$/.test(String(node.value));
      // In place of that of a former run.
      if (isName) node.commentBefore = ` ${note}`;
    },
  });
  return textOf(document);
}

/**
 * Writes the scenario, if that is asked for, and tells each row.
 * @param note the comment above each array that is written
 * @param how in the JSON, beside the arrays
 * @param line below the tables
 */
export function tellArrays(
  { scenario, write, json }: { scenario: string; write: string | undefined; json: boolean },
  game: Game,
  found: WorldDistance,
  { note, how, line }: { readonly note: string; readonly how: object; readonly line: string },
): void {
  const { global, local } = found;
  warnSeldom([...global.rows, ...local.rows]);
  if (write !== undefined) {
    const source = readFileSync(scenarioFile(scenario), "utf8");
    writeWhole(write, withMeasuredArrays(source, game, found, note), "the scenario");
  }
  const object = { scenario: game.name, ...how, globalTransition: global, localTransition: local };
  const text = [
    tableOf(`P_g of ${game.name}`, global),
    tableOf(`P_l of ${game.name}`, local),
    line,
    "A row agrees with the scenario when its distance is within a few sampling errors.",
    ...(write === undefined ? [] : [`Written: ${write}`]),
  ].join("\n");
  process.stdout.write(`${json ? JSON.stringify({ ...object, file: write }) : text}\n`);
}
