/** `npm run bench`: measures the figures that the documents quote. */
import { loadScenario } from "../src/game/scenario_file";
import { benchBackups, benchPopulation } from "./backups";
import { benchImperfections } from "./imperfections";
import { benchGames, benchLearning } from "./learning";
import { benchKinds } from "./kinds";
import { benchNodes } from "./nodes";
import { benchPage } from "./page";
import { benchSeeds } from "./seeds";
import { benchWorld } from "./world";
import { benchZones } from "./zones";

const ring = loadScenario("ring_dispatch");
const SECTIONS: Record<string, () => void | Promise<void>> = {
  backups: () => benchBackups(ring),
  population: () => benchPopulation(ring),
  learning: () => benchLearning(ring),
  games: benchGames,
  seeds: benchSeeds,
  kinds: benchKinds,
  zones: benchZones,
  world: benchWorld,
  nodes: benchNodes,
  page: benchPage,
  imperfections: benchImperfections,
};

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const names = Object.keys(SECTIONS);
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(
      `there is no bench "${unknown}"; give some of ${names.join(", ")}, or none for all\n`,
    );
    process.exitCode = 2;
    return;
  }
  for (const name of names) {
    if (asked.length === 0 || asked.includes(name)) await SECTIONS[name]();
  }
}

void main();
