/** The scenario that an option or a parameter names: a file, or one that is shipped. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import { InvalidInputError, reasonOf } from "../base/errors";
import { packageRoot } from "../base/package_root";
import type { Game } from "./model";
import { parseScenario } from "./scenario";

/** The file of a scenario: a shipped one's by its name (scenarios/NAME.yaml), or the file named. */
export function scenarioFile(nameOrFile: string): string {
  const shipped = join(packageRoot(), "scenarios", `${nameOrFile}.yaml`);
  const isName = /^[a-z][a-z0-9_]*$/.test(nameOrFile);
  return isName && existsSync(shipped) ? shipped : nameOrFile;
}

/**
 * A scenario by its file, or a shipped one by its name (scenarios/NAME.yaml).
 * @throws InvalidInputError when there is none or it cannot be used
 */
export function loadScenario(nameOrFile: string): Game {
  const file = scenarioFile(nameOrFile);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const shipped = readdirSync(join(packageRoot(), "scenarios")).map((name) => parse(name).name);
    throw new InvalidInputError(
      `the scenario "${nameOrFile}" cannot be read: ${reasonOf(error)}; give a file, or one that is shipped: ${shipped.join(", ")}`,
    );
  }
  return parseScenario(text, file);
}
