import { readFileSync } from "node:fs";
import { join } from "node:path";
import { corridorGame, normalLaw } from "../../bench/corridor/grid";
import { corridorFile } from "../../bench/corridor/scenario";
import {
  leadReward,
  RANDOM,
  robotReward,
  shiftsBy,
  type Way,
  wayOf,
} from "../../bench/corridor/task";
import { Trial } from "../../src/game/trial";
import { type Estimate, estimate } from "../../src/game/statistics";
import { blindLocalPolicy } from "../../src/learning/starts";
import { constantController } from "../../src/policy/controllers";
import { sizesOf } from "../../src/game/model";
import { root, shipped } from "../games";

const returnsOf = (way: Way): Float64Array => shiftsBy(way, 1, 90);

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
  const robots = 500;

  test("the shipped scenario is the one that is made of the task", () => {
    const file = join(root, "scenarios", "corridor_dispatch.yaml");
    expect(readFileSync(file, "utf8")).toBe(corridorFile());
  });

  test("where cells are wider than a step, a robot still drives as far on average", () => {
    const game = shipped("corridor_dispatch");
    const { sL, sG, aL } = sizesOf(game);
    const width = 4 / sL;
    const middle = Math.floor(sL / 2);
    const moved = (action: string): number => {
      const row = (middle * sG * aL + game.localActions.indexOf(action)) * sL;
      const law = game.localTransition.slice(row, row + sL);
      const mean = law.reduce((sum, p, s) => sum + p * s, 0);
      return width * (mean - middle);
    };
    expect(["stay", "up", "down"].map(moved)).toEqual([
      expect.closeTo(0, 3),
      expect.closeTo(0.05, 3),
      expect.closeTo(-0.05, 3),
    ]);
  });

  test("the blind pair earns in the game of cells what it earns in the task", () => {
    const game = corridorGame(12);
    const policy = blindLocalPolicy(game, 2);
    const options = { population: robots, seed: 5, horizon: 50, rollouts: 300 };
    const inCells = new Trial(game, policy, constantController(2), options).play().earned.return;
    const inTask = estimate(returnsOf(wayOf(game, policy, constantController(2))));
    expect(distance(inCells, inTask)).toBeLessThan(3);
    expect(inTask.mean).toBeGreaterThan(140);
  });
});
