import { HistogramIndex } from "../../src/game/histogram";
import { type Game, type PolicyPair, sizesOf } from "../../src/game/model";
import { evaluate, rollouts } from "../../src/evaluation/evaluate";
import { learn, type LearnResult } from "../../src/learning/learn";
import { messageOf, shipped } from "../games";

const ring = shipped("ring_dispatch");
const dock = shipped("dock_dispatch");

/** Always command zone 0; every robot steps toward s_g the short way round. Nothing is observed. */
function stepTowardPair(game: Game): PolicyPair {
  const { sG, sL, aL } = sizesOf(game);
  const localPolicy = new Float32Array(sL * sG * aL);
  for (let l = 0; l < sL; l++) {
    for (let g = 0; g < sG; g++) {
      const ahead = (g - l + sL) % sL;
      localPolicy[(l * sG + g) * aL + (ahead === 0 ? 0 : ahead <= sL / 2 ? 1 : 2)] = 1;
    }
  }
  const entries = sG * new HistogramIndex(sL, 1).count;
  return {
    tableSize: 1,
    localPolicy,
    globalPolicy: new Uint8Array(entries),
    globalValues: new Float32Array(entries),
  };
}

test("the pair that never looks earns 97.39 by the paper's timing and 98.84 by the code's", () => {
  const pair = stepTowardPair(ring);
  const earn = (transitionTiming: "current" | "next") =>
    evaluate(ring, { pair }, { transitionTiming, rollouts: 1500, horizon: 50 }).return;
  const [paper, code] = [earn("current"), earn("next")];
  // Both exact, from the chain of (s_l, s_g) under a uniform start.
  expect(Math.abs(paper.mean - 97.3917)).toBeLessThan(3 * paper.standardError);
  expect(Math.abs(code.mean - 98.8428)).toBeLessThan(3 * code.standardError);
  // The timings would be told apart.
  expect(paper.standardError).toBeLessThan(0.25);
});

describe("dock_dispatch with 30 robots", () => {
  let [one, ten]: LearnResult[] = [];
  const options = { population: 30, rollouts: 1000 };
  beforeAll(async () => {
    [one, ten] = [
      await learn(dock, { tableSize: 1, population: 30 }),
      await learn(dock, { tableSize: 10, population: 30 }),
    ];
  });

  test("the learned pair is above the blind one, and k = 10 above k = 1, by more than errors", () => {
    const result = evaluate(dock, ten, options, one);
    const { blind, full, random } = result.references;
    for (const figure of ["return", "rewardPerStep"] as const) {
      const error = Math.hypot(result[figure].standardError, blind[figure].standardError);
      expect(result[figure].mean - blind[figure].mean).toBeGreaterThan(2 * error);
      const difference = result.difference![figure];
      expect(difference.mean).toBeGreaterThan(2 * difference.standardError);
      expect(full[figure].mean).toBeGreaterThan(result[figure].mean);
      expect(random[figure].mean).toBeLessThan(blind[figure].mean / 2);
    }
    expect(result.modeAccuracy).toBeGreaterThan(0.8);
  });

  test("the filter makes one robot an epoch worth more", () => {
    const seen = (observation: "sample" | "filter") =>
      evaluate(dock, ten, { ...options, sampleSize: 1, observation }).return;
    const [forgets, remembers] = [seen("sample"), seen("filter")];
    const error = Math.hypot(forgets.standardError, remembers.standardError);
    expect(remembers.mean - forgets.mean).toBeGreaterThan(3 * error);
  });

  test("single rollouts repeat for a seed, average to the mean, and start where they are told", () => {
    const start = { globalState: 2, localCounts: [0, 0, 30, 0, 0] };
    const given = { rollouts: 50, seed: 4, start, horizon: 80 };
    const first = rollouts(dock, ten.pair, given);
    expect(Array.from(rollouts(dock, ten.pair, given))).toEqual(Array.from(first));
    const mean = first.reduce((a, b) => a + b, 0) / 50;
    expect(evaluate(dock, ten, given).rewardPerStep.mean).toBeCloseTo(mean, 12);
    // All robots stand where the lead is: the first epoch pays 10, less what moving costs.
    const epoch = rollouts(dock, ten.pair, { ...given, horizon: 1, rollouts: 1 });
    expect(epoch[0]).toBeGreaterThan(9.6);
  });
});

test.each([
  [{ sampleSize: 40, population: 30 }, /sample size is 40; give a whole number from 0 to 30/],
  [{ population: 0 }, /population is 0/],
  [{ horizon: 0 }, /horizon is 0/],
  [{ rollouts: 1.5 }, /rollouts is 1.5/],
  [{ start: { globalState: 9, localCounts: [1, 0, 0, 0, 0] } }, /global state is 9/],
  [{ start: { globalState: 0, localCounts: [1, 0] } }, /give 5 whole numbers/],
  [{ population: 7, start: { globalState: 0, localCounts: [1, 0, 0, 0, 0] } }, /places 1 robots/],
])("%j is refused with what to do", (options, message) => {
  const pair = stepTowardPair(ring);
  expect(messageOf(() => evaluate(ring, { pair }, options))).toMatch(message);
});
