import { inner, limitOf, movedBy, rowTimes } from "../../src/game/limit";
import { localKernel, meanLocalReward } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { randomLocalPolicy, randomScenario } from "../games";

const sizes = { sG: 3, aG: 2, sL: 7, aL: 2 };
const scenario = randomScenario(sizes, 1) as { global_transition: number[][][] };
scenario.global_transition[1] = [
  [0, 1, 0],
  [0.25, 0.75, 0],
];
const game = parseScenario(JSON.stringify(scenario), "limit");
const policy = randomLocalPolicy(sizes, 1);
const limit = limitOf(game, policy);
const shares = Float64Array.of(0.3, 0, 0.2, 0.1, 0, 0.15, 0.25);

test("the population moves by the kernel, and a row times a vector is the kernel's mean", () => {
  const out = new Float64Array(7).fill(9);
  for (let g = 0; g < 3; g++) {
    const kernel = localKernel(game, policy, g);
    movedBy(limit.kernels[g], shares, out);
    for (let to = 0; to < 7; to++) {
      const wanted = shares.reduce((sum, share, s) => sum + share * kernel[s * 7 + to], 0);
      expect(out[to]).toBeCloseTo(wanted, 12);
    }
    for (let s = 0; s < 7; s++) {
      const row = kernel.subarray(s * 7, s * 7 + 7);
      expect(rowTimes(limit.kernels[g], s, shares)).toBeCloseTo(inner(row, 0, shares), 12);
    }
    expect(limit.rewards[g]).toEqual(meanLocalReward(game, policy, g));
  }
});

test("transitions that cannot happen are no entries, and lead nowhere", () => {
  expect(limit.reached).toEqual([
    [0, 1, 2],
    [1, 0],
    [0, 1, 2],
  ]);
  expect([...limit.lead.starts.subarray(2, 5)]).toEqual([6, 7, 9]);
});

test("an inner product begins at its offset, for any number of states", () => {
  for (let length = 1; length <= 9; length++) {
    const vector = Float64Array.from({ length: length + 2 }, (_, i) => i + 1);
    const ones = new Float64Array(length).fill(1);
    expect(inner(vector, 2, ones)).toBe((length * (length + 5)) / 2);
  }
});
