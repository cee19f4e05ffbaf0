/** Whether what is learned hangs on the learning seed. */
import { evaluate, type EvaluateOptions } from "../src/evaluation/evaluate";
import type { Game } from "../src/game/model";
import { loadScenario } from "../src/game/scenario_file";
import { learn } from "../src/learning/learn";
import { say } from "./measure";
import { drawnGame, GAMES, POPULATION } from "./learning";

const SEEDS = [...Array(10).keys()];
const SHIPPED = [
  { name: "ring_dispatch", tableSize: 20, timing: "next" },
  { name: "ring_dispatch", tableSize: 10, timing: "next" },
  { name: "dock_dispatch", tableSize: 10, timing: "current" },
] as const;

/** Returns of the pairs of all seeds, all robots seen; and of random play. */
async function returnsOf(game: Game, tableSize: number, options: EvaluateOptions) {
  const { population } = options;
  const earned: number[] = [];
  let random = NaN;
  for (const seed of SEEDS) {
    const learned = await learn(game, { tableSize, population, seed });
    const { references } = evaluate(game, learned, options);
    earned.push(references.full.return.mean);
    random = references.random.return.mean;
  }
  const mean = earned.reduce((sum, value) => sum + value / earned.length, 0);
  return { mean, least: Math.min(...earned), most: Math.max(...earned), random };
}

export async function benchSeeds(): Promise<void> {
  say(
    `returns of the pairs learned with ${SEEDS.length} seeds, all robots seen: mean, least, most`,
  );
  for (const { name, tableSize, timing } of SHIPPED) {
    const options = { population: 1000, horizon: 50, rollouts: 1000, transitionTiming: timing };
    const { mean, least, most } = await returnsOf(loadScenario(name), tableSize, options);
    say(`  ${name}, k = ${tableSize}: ${[mean, least, most].map((v) => v.toFixed(2)).join(", ")}`);
  }
  say(`${GAMES} drawn games: the worst seed below the best, as a share of best over random play`);
  const shares: number[] = [];
  for (let game = 1; game <= GAMES; game++) {
    const drawn = drawnGame(game);
    const options = { population: POPULATION, rollouts: 500, seed: 77, horizon: 100 };
    const { least, most, random } = await returnsOf(drawn.game, drawn.tableSize, options);
    shares.push((100 * (most - least)) / Math.max(most - random, 1e-9));
    say(
      `  ${drawn.game.name}: ${shares.at(-1)!.toFixed(2)} % (${least.toFixed(2)} to ${most.toFixed(2)})`,
    );
  }
  say(`  at most ${Math.max(...shares).toFixed(2)} %`);
}
