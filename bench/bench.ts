/** `npm run bench`: measures the figures that the documents quote. */
import { InvalidInputError } from "../src/base/errors";
import { loadScenario } from "../src/game/scenario_file";
import { benchBackups, benchPopulation } from "./backups";
import { benchCorridor } from "./corridor";
import { benchImperfections } from "./imperfections";
import { benchGames, benchLearning } from "./learning";
import { benchKinds } from "./kinds";
import { benchNodes } from "./nodes";
import { benchPage } from "./page";
import { benchSeeds } from "./seeds";
import { benchWorld } from "./world";
import { benchZones } from "./zones";

const ring = loadScenario("ring_dispatch");
/** Each may be given a number, as in "corridor:24". */
const SECTIONS: Record<string, (number?: number) => void | Promise<void>> = {
  backups: () => benchBackups(ring),
  population: () => benchPopulation(ring),
  learning: () => benchLearning(ring),
  games: benchGames,
  seeds: benchSeeds,
  kinds: benchKinds,
  corridor: benchCorridor,
  zones: benchZones,
  world: benchWorld,
  nodes: benchNodes,
  page: benchPage,
  imperfections: benchImperfections,
};

/** What is asked for: names of sections, with their numbers. @throws InvalidInputError */
function sectionsOf(words: readonly string[]): (readonly [string, number?])[] {
  const names = Object.keys(SECTIONS);
  if (words.length === 0) return names.map((name) => [name]);
  return words.map((word) => {
    const [, name, number] = /^(\w+)(?::(\d+))?$/.exec(word) ?? [];
    if (names.includes(name)) return [name, number === undefined ? undefined : Number(number)];
    throw new InvalidInputError(
      `there is no bench "${word}"; give some of ${names.join(", ")}, or none for all`,
    );
  });
}

async function main(): Promise<void> {
  try {
    for (const [name, number] of sectionsOf(process.argv.slice(2))) await SECTIONS[name](number);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

void main();
