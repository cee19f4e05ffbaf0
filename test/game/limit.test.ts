import { broughtBack, inner, limitOf, movedBy, moveOf } from "../../src/game/limit";
import { parseScenario } from "../../src/game/scenario";
import { randomLocalPolicy, randomScenario } from "../games";
import { localKernel, meanLocalReward } from "../dense_kernels";

const sizes = { sG: 3, aG: 2, sL: 7, aL: 2 };
const scenario = randomScenario(sizes, 1) as { global_transition: number[][][] };
scenario.global_transition[1] = [
  [0, 1, 0],
  [0.25, 0.75, 0],
];
const game = parseScenario(JSON.stringify(scenario), "limit");
const shares = Float64Array.of(0.3, 0, 0.2, 0.1, 0, 0.15, 0.25);

test.each(["state", "command"] as const)(
  "the population moves by the kernel, and a vector is brought back by it (form %s)",
  (form) => {
    const policy = randomLocalPolicy(sizes, 1, form);
    const limit = limitOf(game, policy);
    expect(limit.moves.map((moves) => moves.length)).toEqual(
      Array(3).fill(form === "state" ? 1 : 2),
    );
    for (let g = 0; g < 3; g++) {
      for (let a = 0; a < 2; a++) {
        const kernel = localKernel(game, policy, g, a);
        const move = moveOf(limit, g, a);
        expect(move.globalState).toBe(g);
        const moved = movedBy(limit, move, shares, new Float64Array(7).fill(9));
        for (let to = 0; to < 7; to++) {
          const wanted = shares.reduce((sum, share, s) => sum + share * kernel[s * 7 + to], 0);
          expect(moved[to]).toBeCloseTo(wanted, 12);
        }
        const back = broughtBack(limit, move, shares, new Float64Array(7).fill(9));
        const reward = meanLocalReward(game, policy, g, a);
        for (let s = 0; s < 7; s++) {
          const row = kernel.subarray(s * 7, s * 7 + 7);
          expect(back[s]).toBeCloseTo(inner(row, shares), 12);
          expect(move.reward[s]).toBeCloseTo(reward[s], 12);
        }
      }
    }
  },
);

test("transitions that cannot happen are no entries, and lead nowhere", () => {
  const reached = (form: "state" | "command") =>
    limitOf(game, randomLocalPolicy(sizes, 1, form)).moves.map((moves) =>
      moves.map((move) => move.reached),
    );
  const all = [0, 1, 2];
  expect(reached("state")).toEqual([[all], [[1, 0]], [all]]);
  expect(reached("command")).toEqual([
    [all, all],
    [[1], [0, 1]],
    [all, all],
  ]);
  const limit = limitOf(game, randomLocalPolicy(sizes, 1));
  expect([...limit.lead.starts.subarray(2, 5)]).toEqual([6, 7, 9]);
});
