import { corridorGame, gridOf, normalLaw, onGrid } from "../../bench/corridor/grid";
import {
  cellOf,
  leadReward,
  RANDOM,
  robotReward,
  Shifts,
  type Way,
} from "../../bench/corridor/task";
import { binPolicies, lawMemory, wayOf } from "../../bench/corridor/ways";
import { InvalidInputError } from "../../src/base/errors";
import { Trial } from "../../src/game/trial";
import { type Estimate, estimate, pairedDifference } from "../../src/game/statistics";
import { learnByPoints } from "../../src/learning/points/learn_by_points";
import { blindLocalPolicy } from "../../src/learning/starts";
import { constantController, policyController } from "../../src/policy/controllers";
import { messageOf } from "../games";

const GIGABYTES = 1e9;
const shifts = new Shifts([1, 2, 3], 30);
const returnsOf = (way: Way): Float64Array =>
  Float64Array.from(shifts.play(way).flatMap((returns) => [...returns]));

/** Whether two means differ by no more than chance. */
const distance = (a: Estimate, b: Estimate): number =>
  Math.abs(a.mean - b.mean) / Math.hypot(a.standardError, b.standardError);

test("random play earns what the authors say", () => {
  // Their ± 10.9 is the standard deviation of 300 single shifts.
  const theirs = { mean: 37.8, standardError: 10.9 / Math.sqrt(300) };
  expect(distance(estimate(returnsOf(RANDOM)), theirs)).toBeLessThan(3);
});

test("rewards are those of the authors' code", () => {
  expect(leadReward(0.5, 3)).toBeCloseTo(5 * Math.exp(-0.5), 12);
  expect(robotReward(-0.8, -0.8, 0)).toBe(10);
  expect(robotReward(0.1, -0.1, 2)).toBeCloseTo(10 * Math.exp(-0.5) - 0.25, 12);
});

test("a row of a kernel has the mean and the variance of the normal law, and what is clipped", () => {
  const cells = 80;
  const centre = (i: number): number => (4 * (i + 0.5)) / cells - 2;
  const law = normalLaw(0.33, 0.08, cells);
  const mean = law.reduce((sum, p, i) => sum + p * centre(i), 0);
  const variance = law.reduce((sum, p, i) => sum + p * (centre(i) - mean) ** 2, 0);
  expect(mean).toBeCloseTo(0.33, 5);
  // Sheppard: cells add a twelfth of their width squared.
  expect(variance).toBeCloseTo(0.08 ** 2 + 0.05 ** 2 / 12, 6);
  expect(normalLaw(2, 0.08, cells)[cells - 1]).toBeCloseTo(0.5 + (0.734 - 0.5), 3);
});

describe("on a grid", () => {
  const game = corridorGame(gridOf(6, GIGABYTES));
  const robots = 500;

  test("the blind pair earns in the game of cells what it earns in the task", () => {
    const game = corridorGame(gridOf(12, GIGABYTES));
    const policy = blindLocalPolicy(game, 2);
    const options = { population: robots, seed: 5, horizon: 50, rollouts: 300 };
    const inCells = new Trial(game, policy, constantController(2), options).play().earned.return;
    const inTask = estimate(returnsOf(wayOf(game, policy, constantController(2))));
    expect(distance(inCells, inTask)).toBeLessThan(3);
    expect(inTask.mean).toBeGreaterThan(140);
  });

  test("a rule keeps its places on a finer grid", () => {
    const [coarse, fine] = [1, 20].map((perBin) => corridorGame(gridOf(perBin, GIGABYTES)));
    const rule = Float32Array.from({ length: 5 * 15 * 3 }, (_, i) =>
      i % 3 === (i / 3) % 2 ? 1 : 0,
    );
    expect(coarse.localStates).toHaveLength(5);
    const refined = onGrid(rule, coarse, fine);
    expect(refined).toHaveLength(fine.localStates.length * fine.globalStates.length * 3);
    for (const [robot, lead] of [
      [-1.99, 1.99],
      [0.3, -1],
      [1.3, 0.01],
    ]) {
      const rows = [rule, refined].map((policy, i) => {
        const { localStates, globalStates } = [coarse, fine][i];
        const cell = cellOf(robot, localStates.length) * globalStates.length;
        const first = (cell + cellOf(lead, globalStates.length)) * 3;
        return [...policy.subarray(first, first + 3)];
      });
      expect(rows[1]).toEqual(rows[0]);
    }
  });

  test("seeing pays as far as what was seen is weighed or remembered", async () => {
    const isTimeUp = (share = 1): boolean => share > 0.6;
    const asked = { population: robots, points: 30, accuracy: 0.02, isTimeUp };
    const { pair } = await learnByPoints(game, asked);
    const play = (controller: Parameters<typeof wayOf>[2]): Float64Array =>
      returnsOf(wayOf(game, pair.localPolicy, controller));
    const blind = returnsOf(wayOf(game, blindLocalPolicy(game, 2), constantController(2)));
    const gain = (returns: Float64Array): number => {
      const { mean, standardError } = pairedDifference(returns, blind);
      return mean / standardError;
    };
    const all = play(policyController(game, pair, "sample", robots, robots));
    expect(gain(all)).toBeGreaterThan(3);
    expect(estimate(all).mean).toBeGreaterThan(estimate(blind).mean + 10);
    expect(gain(play(policyController(game, pair, "sample", robots, 1)))).toBeLessThan(-3);
    expect(gain(play(lawMemory(game, pair, 1)))).toBeGreaterThan(3);
    const bins = (await binPolicies(game, pair, 5, 1)).map(play);
    expect(gain(bins[0])).toBeLessThan(0);
    expect(gain(bins.at(-1)!)).toBeGreaterThan(3);
  });
});

test("a grid that is too fine is refused with the finest that fits", () => {
  const said = messageOf(() => gridOf(40, GIGABYTES));
  const finest = Number(/the finest that fits has (\d+) cells in a bin/.exec(said)?.[1]);
  expect(gridOf(finest, GIGABYTES).cells).toBe(5 * finest);
  expect(() => gridOf(finest + 1, GIGABYTES)).toThrow(InvalidInputError);
  expect(messageOf(() => gridOf(52, 1e12))).toMatch(/has 260 local states .* where 255 /);
});
