/** The games by name: shipped ones or files, the authors' continuous one on a grid, rings of zones, drawn ones. */
import { keyedUniform } from "../../src/game/draws";
import type { Game, Sizes } from "../../src/game/model";
import { scenarioOf } from "../../src/game/scenario";
import { loadScenario } from "../../src/game/scenario_file";
import { drawnScenario } from "../../test/games";
import { corridorGame } from "../corridor/grid";

/** Cells of robots' positions in each of its bins. */
const CELLS_IN_BIN = 12;

/** @param isFile a scenario of the user's own, whatever it is called */
export function gameOf(scenario: string, isFile = false): Game {
  if (isFile) return loadScenario(scenario);
  if (scenario === "corridor_dispatch") return corridorGame(CELLS_IN_BIN);
  if (scenario.startsWith("ring_of_")) return ringOf(Number(scenario.replace("ring_of_", "")));
  return scenario.startsWith("drawn_") ? drawnGame(scenario).game : loadScenario(scenario);
}

/** Many zones: the lead goes where it is told, or stays, or goes one too far; robots are slow. */
function ringOf(zones: number): Game {
  const ids = [...Array(zones).keys()];
  const law = (...entries: readonly (readonly [zone: number, p: number])[]): number[] =>
    ids.map((id) =>
      entries.reduce((sum, [at, p]) => sum + (id === (at + zones) % zones ? p : 0), 0),
    );
  const names = (word: string): string[] => ids.map((i) => `${word}_${i}`);
  const distance = (a: number, b: number): number =>
    Math.min(...[a - b, b - a].map((steps) => (steps + zones) % zones));
  const scenario = {
    name: `ring_of_${zones}`,
    discount: 0.95,
    global_states: names("at"),
    global_actions: names("to"),
    local_states: names("zone"),
    local_actions: ["stay", "up", "down"],
    global_transition: ids.map((g) => ids.map((a) => law([a, 0.8], [g, 0.15], [a + 1, 0.05]))),
    local_transition: ids.map((s) => {
      const drives = [0, 1, -1].map((step) => law([s, 0.75], [s + step, 0.2], [s + 1, 0.05]));
      return ids.map(() => drives);
    }),
    global_reward: ids.map(() => ids.map(() => 1)),
    local_reward: ids.map((s) =>
      ids.map((g) => [0.5, 0, 0].map((bonus) => bonus + (s === g ? 10 : 2 / (1 + distance(s, g))))),
    ),
    initial: { global: ids.map(() => 1 / zones), local: { dirichlet: 1.5 / zones } },
  };
  return scenarioOf(scenario, scenario.name);
}

/**
 * Sizes, kernels and rewards are drawn: rows near one entry or flat, the start known or not.
 * @param name drawn_<seed>
 * @returns with the k of a table
 */
export function drawnGame(name: string): { readonly game: Game; readonly tableSize: number } {
  const uniform = keyedUniform(Number(name.replace("drawn_", "")), "learn", "bench");
  const pick = (low: number, high: number): number =>
    low + Math.floor(uniform() * (high - low + 1));
  const sizes: Sizes = { sG: pick(2, 5), aG: pick(2, 5), sL: pick(2, 5), aL: pick(2, 4) };
  const peak = 1 + 6 * uniform();
  const scenario = drawnScenario(sizes, {
    name,
    discount: 0.8 + 0.18 * uniform(),
    weight: () => 1e-3 + uniform() ** peak,
    globalReward: () => 0.3 * (uniform() - 0.5),
    localReward: () => 10 * (uniform() ** 3 - 0.2),
    initialLocal: (row) => (uniform() < 0.5 ? row() : { dirichlet: 0.3 }),
  });
  return { game: scenarioOf(scenario, name), tableSize: pick(3, 12) };
}
