import { lowestBest } from "../../src/policy/lookahead";
import { Convergence, rewardRange } from "../../src/learning/value_iteration";
import { randomGame } from "../games";

test("MacQueen's bounds give the error and the shift", () => {
  // γ/(1-γ) = 3: V* - T V lies in [3, 9], so 6 ± 3.
  const run = new Convergence(0.75, 3);
  expect([run.isAccurate, run.isOver]).toEqual([false, false]);
  run.take({ least: 1, greatest: 3 });
  expect([run.error, run.shift, run.sweeps]).toEqual([3, 6, 1]);
  expect([run.isAccurate, run.isOver]).toEqual([true, true]);
});

test("sweeps end where contraction has used up the digits", () => {
  // 0.5^47 < 1e-14 < 0.5^46, and ten more.
  for (const [reserve, most] of [
    [1, 57],
    [2, 114],
  ]) {
    const run = new Convergence(0.5, 0, reserve);
    while (!run.isOver) run.take({ least: 0, greatest: 1 });
    expect(run.sweeps).toBe(most);
  }
});

test("ties go to the lowest action", () => {
  expect(lowestBest([1, 3, 2.9], 0.2)).toBe(1);
  expect(lowestBest([2.9, 3, 1], 0.2)).toBe(0);
});

test("the rewards' range is 1 where all rewards are equal", () => {
  const game = randomGame({ sG: 1, aG: 2, sL: 2, aL: 1 }, 1);
  const rewards = (globalReward: number[], localReward: number[]) => ({
    ...game,
    globalReward: Float64Array.from(globalReward),
    localReward: Float64Array.from(localReward),
  });
  expect(rewardRange(rewards([-1, 2], [5, 9]))).toBe(3 + 4);
  expect(rewardRange(rewards([1, 1], [2, 2]))).toBe(1);
});
