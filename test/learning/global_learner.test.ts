import { finish } from "../../src/base/steps";
import { HistogramIndex } from "../../src/game/histogram";
import type { Game } from "../../src/game/model";
import { learnGlobal } from "../../src/learning/global_learner";
import { localSteps } from "../../src/learning/local_learner";
import { surrogateOf } from "../../src/learning/sweeper";
import { lowestBest } from "../../src/policy/lookahead";
import { Sweeps } from "../../src/learning/sweeps";
import { randomGame, randomLocalPolicy } from "../games";
import { jointBackup, jointOf, solveJointly } from "./brute_force";

const learnLocal = (...asked: Parameters<typeof localSteps>) => finish(localSteps(...asked));

async function learned(game: Game, localPolicy: Float64Array, k: number, actions?: number[]) {
  const index = new HistogramIndex(game.localStates.length, k);
  const sweeps = new Sweeps(game, index, 1);
  const surrogate = surrogateOf(game, index, localPolicy, actions);
  await sweeps.prepare(surrogate, { kind: "exact", draws: 1, seed: 0 });
  const result = await learnGlobal(game, sweeps);
  return { index, ...result };
}

test.each([
  [{ sG: 2, aG: 2, sL: 2, aL: 2 }, 4, "state"],
  [{ sG: 3, aG: 2, sL: 3, aL: 2 }, 3, "state"],
  [{ sG: 2, aG: 3, sL: 4, aL: 2 }, 2, "state"],
  [{ sG: 1, aG: 2, sL: 1, aL: 1 }, 3, "state"],
  [{ sG: 2, aG: 3, sL: 2, aL: 2 }, 4, "command"],
  [{ sG: 3, aG: 2, sL: 3, aL: 2 }, 3, "command"],
] as const)(
  "G-LEARN of %j at k = %d agrees with all joint states and moves to 1e-6 (form %s)",
  async (sizes, k, form) => {
    for (const seed of [1, 2]) {
      const game = randomGame(sizes, seed);
      const localPolicy = randomLocalPolicy(sizes, seed, form);
      const { index, globalValues, globalPolicy, errorBound } = await learned(game, localPolicy, k);
      const exact = solveJointly(game, localPolicy, k);
      const q = jointBackup(game, localPolicy, k)(exact);
      index.forEach((counts, h) =>
        exact.forEach((values, g) => {
          const [at, joint] = [g * index.count + h, jointOf(counts)];
          const error = Math.abs(globalValues[at] - values[joint]);
          expect(error).toBeLessThan(1e-6);
          expect(error).toBeLessThanOrEqual(errorBound + 1e-9);
          expect(q[g][joint][globalPolicy[at]]).toBeGreaterThan(values[joint] - 1e-5);
        }),
      );
    }
  },
);

test("allowed one command alone, a table repeats it, and is worth what it earns (form command)", async () => {
  const sizes = { sG: 2, aG: 3, sL: 3, aL: 2 };
  const game = randomGame(sizes, 5);
  const localPolicy = randomLocalPolicy(sizes, 5, "command");
  const { globalValues, globalPolicy } = await learned(game, localPolicy, 2, [1]);
  const only = (array: Float64Array, width: number): Float64Array =>
    array.filter((_, i) => Math.floor(i / width) % 3 === 1);
  const alone = {
    ...{ ...game, globalActions: ["c_1"], globalReward: only(game.globalReward, 1) },
    globalTransition: only(game.globalTransition, sizes.sG),
  };
  const its = await learned(alone, only(localPolicy, sizes.aL), 2);
  expect(new Set(globalPolicy)).toEqual(new Set([1]));
  its.globalValues.forEach((value, i) => expect(globalValues[i]).toBeCloseTo(value, 9));
});

test("ties go to the lowest action, and what is below the tolerance is a tie", () => {
  expect(lowestBest([1, 1 + 1e-9, 1], 1e-6)).toBe(0);
  expect(lowestBest([1, 1.1, 1.1], 1e-6)).toBe(1);
});

test("L-LEARN solves a hand-made game: a robot walks to the state that pays, the rest stays", () => {
  const sizes = { sG: 1, aG: 1, sL: 2, aL: 2 };
  const game: Game = {
    ...randomGame(sizes, 1),
    discount: 0.5,
    // [sL][sG][aL][sL']: action 0 stays, action 1 changes sides.
    localTransition: Float64Array.from([1, 0, 0, 1, 0, 1, 1, 0]),
    // Side 1 pays 1; changing sides costs 0.25.
    localReward: Float64Array.from([0, -0.25, 1, 0.75]),
  };
  expect(Array.from(learnLocal(game, [1, 1]))).toEqual([0, 1, 1, 0]);
  // Q(0) = (0.375, 0.75) and Q(1) = (2, 1.125): V(0) = -0.25 + 2/2, V(1) = 2.
  const soft = learnLocal(game, [1, 1], 0.5);
  expect(soft[1] / soft[0]).toBeCloseTo(Math.exp((0.75 - 0.375) / 0.5), 4);
  expect(soft[2] / soft[3]).toBeCloseTo(Math.exp((2 - 1.125) / 0.5), 4);
});

test("with one command alone both forms of L-LEARN are the same", () => {
  const sizes = { sG: 2, aG: 1, sL: 4, aL: 2 };
  const game = randomGame(sizes, 3);
  const law = new Float64Array(8).fill(1);
  expect(learnLocal(game, law, undefined, "command")).toEqual(learnLocal(game, law));
});

test("L-LEARN with the command solves the MDP over (s_l, s_g, a_g) whose next command is drawn", () => {
  const sizes = { sG: 3, aG: 2, sL: 4, aL: 2 };
  const { sG, aG, sL, aL } = sizes;
  for (let seed = 0; seed < 5; seed++) {
    const game = randomGame(sizes, seed);
    const law = randomLocalPolicy({ sG, aG: 1, sL, aL: aG }, seed);
    const rows = [...Array(sL * sG * aG).keys()].map((row) => {
      const g = Math.floor(row / aG) % sG;
      return { s: Math.floor(row / aG / sG), g, a: row % aG };
    });
    // Plainly: Q over all (s, g, a_g, a), 2,000 sweeps.
    let q = rows.map(() => new Array<number>(aL).fill(0));
    for (let sweep = 0; sweep < 2000; sweep++) {
      const best = q.map((values) => Math.max(...values));
      q = rows.map(({ s, g, a }) =>
        [...Array(aL).keys()].map((act) => {
          let future = 0;
          for (let g2 = 0; g2 < sG; g2++) {
            for (let s2 = 0; s2 < sL; s2++) {
              const p =
                game.globalTransition[(g * aG + a) * sG + g2] *
                game.localTransition[((s * sG + g) * aL + act) * sL + s2];
              const state = (s2 * sG + g2) * aG;
              for (let a2 = 0; a2 < aG; a2++) future += p * law[state + a2] * best[state + a2];
            }
          }
          return game.localReward[(s * sG + g) * aL + act] + game.discount * future;
        }),
      );
    }
    const wanted = q.flatMap((values) => {
      const greedy = values.indexOf(Math.max(...values));
      return values.map((_, act) => (act === greedy ? 1 : 0));
    });
    expect(Array.from(learnLocal(game, law, undefined, "command"))).toEqual(wanted);
  }
});
