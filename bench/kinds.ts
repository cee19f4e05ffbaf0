/** Which kind of policy earns most, by how many robots are seen. */
import { evaluate } from "../src/evaluation/evaluate";
import type { PolicyPair } from "../src/game/model";
import { loadScenario } from "../src/game/scenario_file";
import { learn } from "../src/learning/learn";
import { learnByPoints } from "../src/learning/points/learn_by_points";
import { say } from "./measure";

const SWARMS = [
  { name: "dock_dispatch", population: 30 },
  { name: "dock_dispatch", population: 1000 },
  { name: "ring_dispatch", population: 1000 },
];
const ROLLOUTS = 1500;
const told = { localForm: "command" } as const;

export async function benchKinds(): Promise<void> {
  say("return over 50 epochs: one with memory, ten, ten with memory, twenty, all");
  for (const { name, population } of SWARMS) {
    const game = loadScenario(name);
    const kinds: Record<string, { readonly pair: PolicyPair }> = {
      "table, k = 10": await learn(game, { tableSize: 10, population }),
      "table, k = 20": await learn(game, { tableSize: 20, population }),
      "table, k = 10, command": await learn(game, { tableSize: 10, population, ...told }),
      "table, k = 20, command": await learn(game, { tableSize: 20, population, ...told }),
      "points, state": await learnByPoints(game, { population }),
      "points, command": await learnByPoints(game, { population, ...told }),
    };
    for (const [kind, policy] of Object.entries(kinds)) {
      const earned = (sampleSize: number, observation: "sample" | "filter"): string => {
        const options = { population, sampleSize, observation, rollouts: ROLLOUTS, horizon: 50 };
        return evaluate(game, policy, options).return.mean.toFixed(1);
      };
      const figures = [
        ...[earned(1, "filter"), earned(10, "sample"), earned(10, "filter")],
        ...[earned(20, "sample"), earned(population, "sample")],
      ];
      say(`  ${name}, n = ${population}, ${kind}: ${figures.join(", ")}`);
    }
  }
}
