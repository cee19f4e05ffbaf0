/** `npm run bench`: every figure that README names, in one run. */
import { loadScenario } from "../src/game/scenario_file";
import { benchBackups } from "./backups";
import { benchGames } from "./games";
import { benchImperfections } from "./imperfections";
import { benchNodes } from "./nodes";
import { benchPage } from "./page";
import { benchLearning, benchPopulation } from "./returns";
import { benchWorld } from "./world";

const ring = loadScenario("ring_dispatch");
const SECTIONS: Record<string, () => void | Promise<void>> = {
  backups: () => benchBackups(ring),
  population: () => benchPopulation(ring),
  learning: benchLearning,
  games: benchGames,
  world: benchWorld,
  nodes: benchNodes,
  page: benchPage,
  imperfections: benchImperfections,
};

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in SECTIONS));
  if (unknown !== undefined) {
    process.stderr.write(
      `there is no bench "${unknown}"; give some of ${Object.keys(SECTIONS).join(", ")}, or none for all\n`,
    );
    process.exitCode = 2;
    return;
  }
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (asked.length === 0 || asked.includes(name)) await section();
  }
}

void main();
