/** `npm run learn -- --game-only`: a scenario's arrays, without learning. */
import { readFileSync } from "node:fs";
import { loadScenario, scenarioFile } from "../game/scenario_file";
import { encodeGame, savePolicy } from "../policy/policy_file";
import { longForm, textOf } from "./long_form";
import { flagOf, type OptionSpecs, requireWritable, UsageError } from "./options";

/** What goes with it. */
const OWN = ["gameOnly", "scenario", "out"];

/**
 * Prints the scenario with its arrays written out, as YAML; or writes them to `out` (safetensors).
 * @param given all options of the command, `options` how they are declared
 * @throws UsageError for an option that does not go with it
 */
export function tellGame(
  given: { readonly scenario: string; readonly out: string | undefined },
  options: OptionSpecs,
): void {
  const other = Object.entries(given).find(
    ([name, value]) => !OWN.includes(name) && value !== options[name].default,
  );
  if (other) {
    throw new UsageError(
      `${flagOf(other[0])} does not go with --game-only, which learns nothing; leave it out`,
    );
  }
  const { scenario, out } = given;
  if (out !== undefined) requireWritable("--out", out);
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
