/** The scenario that an option or a parameter names: a file, or one that is shipped. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import type { Game } from "./model";
import { InvalidInputError, parseScenario, reasonOf } from "./scenario";

/** The folder of package.json: the checkout, or share/alternating_marl when installed. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package.json was not found above the program's files");
    folder = parent;
  }
  return folder;
}

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
