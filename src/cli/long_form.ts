/** A scenario with its arrays written out, in place of a map; `learn --game-only`. */
import { readFileSync } from "node:fs";
import { type Document, isScalar, parseDocument, visit } from "yaml";
import { parseYaml } from "../base/yaml";
import { writtenOut } from "../game/map";
import { type Game, type GameArrays, sizesOf } from "../game/model";
import { arraysOf, nest } from "../game/scenario";
import { loadScenario, scenarioFile } from "../game/scenario_file";
import { encodeGame, savePolicy } from "../policy/policy_file";
import { requireWritable, UsageError } from "./options";

/**
 * Other keys and comments stay. Without a map the transitions alone are written.
 * @param game what `text` holds; `arrays`, by default its own, are written
 */
export function longForm(text: string, game: Game, arrays: GameArrays = game): Document {
  const document = parseDocument(text);
  const set = (key: string, value: unknown): void =>
    document.set(document.createNode(key), document.createNode(value));
  const isMap = document.delete("map");
  const { arena = {}, ...keys } = writtenOut(parseYaml(text), game.name) as Record<string, object>;
  if (isMap) {
    for (const key of Object.keys(keys)) {
      if (!document.has(key)) set(key, keys[key]);
    }
    for (const [key, value] of Object.entries(arena)) {
      if (!document.hasIn(["arena", key]))
        document.setIn(["arena", key], document.createNode(value));
    }
  }
  for (const [key, name, shape, isLaw] of arraysOf(sizesOf(game))) {
    if (isLaw || isMap) set(key, nest(arrays[name], shape));
  }
  // A row, and a zone of a list, in a line.
  visit(document, {
    Seq: (_, node) => void (node.items.every(isScalar) && (node.flow = true)),
    Map: (key, node) => void (typeof key === "number" && (node.flow = true)),
  });
  return document;
}

export const textOf = (document: Document): string =>
  document.toString({ lineWidth: 0, flowCollectionPadding: false });

/**
 * Prints the scenario with its arrays written out, as YAML; or writes them to `out` (safetensors).
 * @throws UsageError where `out` is to be YAML
 */
export function tellGame(scenario: string, out?: string): void {
  if (out !== undefined) {
    if (/\.ya?ml$/.test(out)) {
      throw new UsageError(
        `--out ${out}: --game-only writes safetensors there; for YAML leave --out out and send what is printed to the file`,
      );
    }
    requireWritable("--out", out);
  }
  const game = loadScenario(scenario);
  if (out === undefined) {
    const document = longForm(readFileSync(scenarioFile(scenario), "utf8"), game);
    document.set("exact_rows", true);
    process.stdout.write(textOf(document));
    return;
  }
  savePolicy(out, encodeGame(game));
  process.stdout.write(`${out}: the game ${game.name}, without a policy\n`);
}
