/** The scenario that an option or a parameter names: a file, or one that is shipped. */
import { readOrRefuse } from "../base/errors";
import { packageRoot } from "../base/package_root";
import { namesIn, readText } from "../base/platform";
import type { Game } from "./model";
import { parseScenario } from "./scenario";

const EXTENSION = ".yaml";

/** The file of a scenario: a shipped one's by its name (scenarios/NAME.yaml), or the file named. */
export function scenarioFile(nameOrFile: string): string {
  return shippedNames().includes(nameOrFile)
    ? `${shippedFolder()}/${nameOrFile}${EXTENSION}`
    : nameOrFile;
}

/**
 * A scenario by its file, or a shipped one by its name.
 * @throws InvalidInputError when there is none or it cannot be used
 */
export function loadScenario(nameOrFile: string): Game {
  const file = scenarioFile(nameOrFile);
  const remedy = `give a file, or one that is shipped: ${shippedNames().join(", ")}`;
  const what = `the scenario "${nameOrFile}"`;
  return parseScenario(
    readOrRefuse(what, remedy, () => readText(file)),
    file,
  );
}

const shippedFolder = (): string => `${packageRoot()}/scenarios`;

const shippedNames = (): string[] =>
  namesIn(shippedFolder())
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length));
