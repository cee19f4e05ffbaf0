import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keyedUniform } from "../src/game/draws";
import type { Game, LocalForm, Sizes } from "../src/game/model";
import { parseScenario } from "../src/game/scenario";

/** Compiled tests lie in dist/test. */
export const root = join(__dirname, "..", "..");

/** A shipped scenario. */
export function shipped(name: string): Game {
  const file = join(root, "scenarios", `${name}.yaml`);
  return parseScenario(readFileSync(file, "utf8"), file);
}

/** How the numbers of a drawn scenario are made. */
export interface DrawnNumbers {
  readonly name: string;
  readonly discount: number;
  /** Of an entry of a probability row, before the row is scaled to sum to 1. */
  readonly weight: () => number;
  readonly globalReward: () => number;
  readonly localReward: () => number;
  /** The local initial law; default: a row drawn like the others. */
  readonly initialLocal?: (row: () => number[]) => object;
}

/** A scenario as an object, every array drawn. */
export function drawnScenario({ sG, aG, sL, aL }: Sizes, numbers: DrawnNumbers): object {
  const { name, discount, weight, globalReward, localReward } = numbers;
  const { initialLocal = (row) => row() } = numbers;
  const list = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const row = (length: number) => (): number[] => {
    const weights = list(length, weight);
    const total = weights.reduce((sum, entry) => sum + entry, 0);
    return weights.map((entry) => entry / total);
  };
  const names = (word: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${word}_${i}`);
  return {
    name,
    discount,
    global_states: names("g", sG),
    global_actions: names("c", aG),
    local_states: names("s", sL),
    local_actions: names("a", aL),
    global_transition: list(sG, () => list(aG, row(sG))),
    local_transition: list(sL, () => list(sG, () => list(aL, row(sL)))),
    global_reward: list(sG, () => list(aG, globalReward)),
    local_reward: list(sL, () => list(sG, () => list(aL, localReward))),
    initial: { global: row(sG)(), local: initialLocal(row(sL)) },
  };
}

export function randomScenario(sizes: Sizes, seed: number, discount = 0.9): object {
  const uniform = keyedUniform(seed, "learn", "test");
  const weight = (): number => 0.02 + uniform() ** 3;
  const rewards = { globalReward: uniform, localReward: uniform };
  return drawnScenario(sizes, { name: `random_${seed}`, discount, weight, ...rewards });
}

export function randomGame(sizes: Sizes, seed: number, discount = 0.9): Game {
  return parseScenario(JSON.stringify(randomScenario(sizes, seed, discount)), `random_${seed}`);
}

/** π_l with random rows, [sL][sG][aL]. */
export function randomLocalPolicy(
  { sG, aG, sL, aL }: Sizes,
  seed: number,
  form: LocalForm = "state",
): Float64Array {
  const uniform = keyedUniform(seed, "learn", "policy");
  const policy = new Float64Array(sL * sG * aL * (form === "command" ? aG : 1));
  for (let row = 0; row < policy.length; row += aL) {
    let total = 0;
    for (let a = 0; a < aL; a++) total += policy[row + a] = uniform() + 0.01;
    for (let a = 0; a < aL; a++) policy[row + a] /= total;
  }
  return policy;
}

/** What a call that must throw says. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("nothing was thrown");
}
