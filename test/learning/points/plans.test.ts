import { finish } from "../../../src/base/steps";
import { limitOf } from "../../../src/game/limit";
import { type Game, sizesOf } from "../../../src/game/model";
import { estimate } from "../../../src/game/statistics";
import { Trial } from "../../../src/game/trial";
import { Paths } from "../../../src/learning/points/paths";
import { Plans } from "../../../src/learning/points/plans";
import { randomLocalPolicy, shipped } from "../../games";
import { jointOf, solveJointly } from "../brute_force";
import {
  commandOf,
  contested,
  distributions,
  greedyValues,
  ROUNDING,
  lookaheadController,
  TINY,
} from "./plans_tried";

/** Plans from backups at `count` points of paths, until none gains 0.001. */
function raised(game: Game, policy: ArrayLike<number>, count: number, seed: number) {
  const limit = limitOf(game, policy);
  const paths = new Paths(game, limit, seed);
  const plans = new Plans(limit);
  for (const action of game.globalActions.keys()) plans.repeat(action, 0.01);
  const points: Float64Array[] = [];
  while (points.length < count) {
    const met = paths.walk((g, shares) => commandOf(plans, g, shares));
    points.push(...met.map(({ shares }) => shares));
  }
  points.length = count;
  finish(plans.addPoints(points));
  for (let gained = 1; gained > 0;) {
    gained = 0;
    for (const g of plans.blocks.keys()) gained += plans.raise(g, 1e-3);
  }
  plans.close();
  return { plans, points, paths };
}

test.each(TINY)(
  "over %d states plans bound the optimum of %d robots, and the policy keeps them",
  (sL, n) => {
    for (let seed = 0; seed < 6; seed++) {
      const { game, policy } = contested(seed, sL);
      const { plans } = raised(game, policy, 12, seed);
      const optimum = solveJointly(game, policy, n);
      const { values, index } = greedyValues(game, policy, plans, n);
      index.forEach((counts, h) => {
        const shares = Float64Array.from(counts, (count) => count / n);
        for (let g = 0; g < 2; g++) {
          const best = optimum[g][jointOf(counts)];
          expect(plans.lookahead.look(g, shares)).toBeLessThan(best + ROUNDING);
          expect(plans.at(g, shares)).toBeLessThan(values[g][h] + ROUNDING);
          expect(plans.at(g, shares)).toBeGreaterThan(0.95 * best);
        }
      });
    }
  },
);

test("plans of few points are at most their backup everywhere, though most were dropped", () => {
  const game = shipped("dock_dispatch");
  const { plans } = raised(game, randomLocalPolicy(sizesOf(game), 1), 15, 0);
  for (const shares of distributions(5, 300)) {
    for (let g = 0; g < 5; g++) {
      expect(plans.at(g, shares)).toBeLessThan(plans.lookahead.look(g, shares) + ROUNDING);
    }
  }
});

test("rollouts earn at least what the plans promise at the start", () => {
  const game = { ...shipped("dock_dispatch"), discount: 0.9 };
  const policy = randomLocalPolicy(sizesOf(game), 1);
  const { plans, paths } = raised(game, policy, 40, 0);
  const promised = estimate(
    paths
      .starts(400, "measure")
      .map((shares) => game.initialGlobal.reduce((sum, p, g) => sum + p * plans.at(g, shares), 0)),
  );
  for (const population of [5, 200]) {
    const controller = lookaheadController(plans.lookahead, population);
    const options = { population, seed: 3, horizon: 150, rollouts: 400 };
    const earned = new Trial(game, policy, controller, options).play().earned.return;
    const noise = 4 * Math.hypot(earned.standardError, promised.standardError);
    expect(earned.mean).toBeGreaterThan(promised.mean - noise);
  }
});

test("the same seed gives the same points and plans, another seed others", () => {
  const game = shipped("dock_dispatch");
  const policy = randomLocalPolicy(sizesOf(game), 1);
  const [once, again, other] = [5, 5, 6].map((seed) => {
    const { plans, points, paths } = raised(game, policy, 20, seed);
    // Draws are keyed: a start is the same whatever was drawn before.
    const unused = new Paths(game, plans.limit, seed);
    expect(paths.starts(3, "watch")).toEqual(unused.starts(3, "watch"));
    const found = plans.blocks.map(({ plans: all }) =>
      all.map(({ action, vector }) => [action, ...vector]),
    );
    return { found, points };
  });
  expect(again).toEqual(once);
  expect(other.points).not.toEqual(once.points);
  expect(other.found).not.toEqual(once.found);
});
