/** What a policy of recorded transitions earns by how many there are, beside that of the true arrays. */
import { compareArrays, Counts, withMeasured } from "../src/cli/counts";
import { evaluate } from "../src/evaluation/evaluate";
import { keyedUniform } from "../src/game/draws";
import { drawEpisodeStart } from "../src/game/episode";
import { type Game, sizesOf } from "../src/game/model";
import { loadScenario } from "../src/game/scenario_file";
import { estimate, Z95 } from "../src/game/statistics";
import { learn } from "../src/learning/learn";
import { robotNames } from "../sim/run";
import { AbstractWorld } from "../sim/world/abstract";
import { say } from "./measure";
import { mistaken } from "./reproduce/faults";

const game = loadScenario("dock_dispatch");
/** The scenario before anything was recorded: robots go anywhere, whatever they do. */
const guess = mistaken(game, 1);
const ROBOTS = robotNames(30);
const [SEEDS, TABLE_SIZE, ROLLOUTS, SHIFT] = [10, 10, 400, game.horizon!];
const LEVELS = [1e2, 1e3, 1e4, 1e5, 1e6];

/** Counts robots' transitions up to each level, while all try everything. The same object grows. */
function* recorded(seed: number): Generator<Counts> {
  const { aL, aG } = sizesOf(game);
  const counts = new Counts(game);
  const world = new AbstractWorld(game, ROBOTS, seed, drawEpisodeStart(game, ROBOTS, seed, 0));
  let [epoch, count] = [0, 0];
  for (const level of LEVELS) {
    for (; count < level; epoch++) {
      if (epoch % SHIFT === 0) world.place(drawEpisodeStart(game, ROBOTS, seed, epoch / SHIFT));
      const uniform = keyedUniform(seed, "local-action", "", epoch);
      const actions = Uint8Array.from(ROBOTS, () => Math.floor(uniform() * aL));
      const [lead, action] = [world.globalState(), Math.floor(uniform() * aG)];
      const before = world.localStates().slice();
      world.step(epoch, action, actions);
      counts.countGlobal(lead, action, world.globalState());
      const after = world.localStates();
      for (let i = 0; i < ROBOTS.length && count < level; i++, count++)
        counts.countLocal(before[i], lead, actions[i], after[i]);
    }
    yield counts;
  }
}

/** Return in the true game of the pair learned by a model. */
async function earned(model: Game, seed: number): Promise<number> {
  const { pair } = await learn(model, { tableSize: TABLE_SIZE, population: ROBOTS.length, seed });
  return evaluate(game, { pair }, { population: ROBOTS.length, rollouts: ROLLOUTS }).return.mean;
}

export async function benchFit(): Promise<void> {
  const names = ["none", ...LEVELS.map((level) => level.toLocaleString("en")), "true arrays"];
  const returns = names.map((): number[] => []);
  for (let seed = 0; seed < SEEDS; seed++) {
    let row = 0;
    returns[row++].push(await earned(guess, seed));
    for (const counts of recorded(seed)) {
      const model = withMeasured(guess, compareArrays(guess, counts, 1));
      returns[row++].push(await earned(model, seed));
    }
    returns[row].push(await earned(game, seed));
  }
  say(`A policy of recorded transitions: return of ${game.name} over ${SEEDS} learning seeds`);
  names.forEach((name, row) => {
    const { mean, standardError } = estimate(returns[row]);
    const [half, least] = [Z95 * standardError, Math.min(...returns[row])];
    say(`| ${name} | ${mean.toFixed(1)} ± ${half.toFixed(1)} | ${least.toFixed(1)} |`);
  });
}
