import { finish } from "../../../src/base/steps";
import { HistogramIndex } from "../../../src/game/histogram";
import { limitOf } from "../../../src/game/limit";
import { type Game, sizesOf } from "../../../src/game/model";
import { Population } from "../../../src/game/population";
import { estimate } from "../../../src/game/statistics";
import { Trial } from "../../../src/game/trial";
import { UpperBound } from "../../../src/learning/points/upper_bound";
import {
  boundSteps,
  type PointOptions,
  pointSteps,
} from "../../../src/learning/points/point_learner";
import { blindLocalPolicy, startSteps } from "../../../src/learning/starts";
import { randomGame, randomLocalPolicy, shipped } from "../../games";
import { jointOf, solveJointly } from "../brute_force";
import { contested, distributions, ROUNDING, lookaheadController, TINY } from "./plans_tried";

const learned = (game: Game, policy: ArrayLike<number>, options: PointOptions = {}) =>
  finish(pointSteps(game, policy, options));

function bounded(game: Game, policy: ArrayLike<number>, options: PointOptions = {}) {
  const result = learned(game, policy, options);
  const { limit } = result.plans;
  return { ...result, bounds: finish(boundSteps(game, limit, result.plans, options.seed ?? 0)) };
}

test.each(TINY)("over %d states no policy of %d robots exceeds their dispatchers", (sL, n) => {
  for (let seed = 0; seed < 6; seed++) {
    const { game, policy } = contested(seed, sL);
    const optimum = solveJointly(game, policy, n);
    const dispatchers = finish(new UpperBound(limitOf(game, policy)).solve({ accuracy: 1e-6 }));
    new HistogramIndex(sL, n).forEach((counts) => {
      const shares = Float64Array.from(counts, (count) => count / n);
      for (let g = 0; g < 2; g++) {
        expect(dispatchers.at(g, shares)).toBeGreaterThan(optimum[g][jointOf(counts)] - ROUNDING);
      }
    });
  }
});

test("the dispatcher of one robot earns what value iteration over its states says", () => {
  const { game, policy } = contested(3, 3);
  const { plans } = learned(game, policy, { points: 1 });
  const dispatchers = finish(new UpperBound(plans.limit).solve({ accuracy: 1e-8 }));
  const optimum = solveJointly(game, policy, 1);
  for (const g of [0, 1]) {
    optimum[g].forEach((value, s) => {
      const corner = Float64Array.from({ length: 3 }, (_, i) => (i === s ? 1 : 0));
      expect(dispatchers.at(g, corner)).toBeCloseTo(value, 6);
    });
  }
});

test("everywhere the plans are at most their backup, and that is at most a fine lattice's bound", () => {
  for (const [seed, sL] of [2, 3, 2, 3, 3].entries()) {
    const { game, policy } = contested(seed, sL);
    const { plans } = learned(game, policy, { seed, accuracy: 1e-4 });
    const bounds = [3, 6, 60].map((resolution) =>
      finish(new UpperBound(plans.limit, resolution).solve({ accuracy: 1e-6 })),
    );
    for (const shares of distributions(sL, 200)) {
      for (const g of [0, 1]) {
        const [lower, backedUp] = [plans.at(g, shares), plans.lookahead.look(g, shares)];
        const [coarse, middle, fine] = bounds.map((bound) => bound.at(g, shares));
        expect(lower).toBeLessThan(backedUp + ROUNDING);
        expect(backedUp).toBeLessThan(fine + ROUNDING);
        expect(fine).toBeLessThan(middle + 1e-5);
        expect(middle).toBeLessThan(coarse + 1e-5);
        expect(fine - lower).toBeLessThan(5e-3 * lower);
      }
    }
  }
});

test("over more states than a fine lattice has room for, one of pairs of robots bounds the limit", () => {
  const sizes = { sG: 3, aG: 3, sL: 24, aL: 2 };
  // Slow robots: where they are matters for long.
  const game = slowed(randomGame(sizes, 5), 0.95);
  const policy = randomLocalPolicy(sizes, 5);
  const { plans, bounds } = bounded(game, policy, { points: 40 });
  const dispatchers = finish(new UpperBound(plans.limit).solve({ accuracy: 1e-4 }));
  const { initialGlobal, initialLocal } = game;
  const start = initialLocal.kind === "fixed" ? initialLocal.probabilities : [];
  const most = initialGlobal.reduce((sum, p, g) => sum + p * dispatchers.at(g, start), 0);
  expect(bounds.limitUpper).toBeGreaterThan(bounds.lower);
  expect(bounds.limitUpper - bounds.lower).toBeLessThan(0.7 * (most - bounds.lower));
  expect(bounds.limitHorizonUpper).toBeLessThan(bounds.horizonUpper);
});

/** The game whose robots stay where they are with this probability, whatever they do. */
function slowed(game: Game, stay: number): Game {
  const { sG, sL, aL } = sizesOf(game);
  const localTransition = game.localTransition.map((p, i) => {
    const isStay = i % sL === Math.floor(i / (sL * aL * sG));
    return (1 - stay) * p + (isStay ? stay : 0);
  });
  return { ...game, localTransition };
}

test("rollouts lie between the bounds at the start", () => {
  const game = { ...shipped("ring_dispatch"), discount: 0.9 };
  const policy = randomLocalPolicy(sizesOf(game), 2);
  const { plans, bounds } = bounded({ ...game, horizon: 12 }, policy);
  expect([bounds.horizon, bounds.upperPopulation]).toEqual([12, 1]);
  for (const population of [5, 200]) {
    const controller = lookaheadController(plans.lookahead, population);
    const earned = (horizon: number) =>
      new Trial(game, policy, controller, { population, seed: 3, horizon, rollouts: 1000 }).play()
        .earned.return;
    const [forever, early] = [earned(150), earned(12)];
    const noise = 4 * Math.hypot(forever.standardError, bounds.error!);
    expect(forever.mean).toBeGreaterThan(bounds.lower - noise);
    expect(forever.mean).toBeLessThan(bounds.upper + noise);
    expect(early.mean).toBeGreaterThan(bounds.horizonLower - noise);
    expect(early.mean).toBeLessThan(bounds.horizonUpper + noise);
    expect(bounds.horizonUpper).toBeLessThan(bounds.upper);
    // Five robots spread more than the limit: seeing them pays more.
    if (population === 5) expect(forever.mean).toBeGreaterThan(bounds.limitUpper);
    else expect(early.mean).toBeLessThan(bounds.limitHorizonUpper + noise);
  }
});

test("at five zones learning stops where the bounds are as near as asked", () => {
  const game = shipped("dock_dispatch");
  const [, staying] = finish(startSteps(game, blindLocalPolicy(game, 0)));
  const { bounds, stop, points } = bounded(game, staying.localPolicy, { accuracy: 0.02 });
  expect(stop).toBe("accuracy");
  expect(points).toBeLessThanOrEqual(200);
  const gap = bounds.limitUpper - bounds.lower;
  expect(gap).toBeGreaterThan(0);
  expect(gap).toBeLessThan(0.03 * bounds.lower);
  expect(bounds.upper).toBeGreaterThan(bounds.limitUpper);
});

test("learning ends by its points or when the time is up, and says so", () => {
  const { game, policy } = contested(1, 3);
  const exact = { accuracy: 0 };
  const byPoints = learned(game, policy, { ...exact, points: 25 });
  expect([byPoints.stop, byPoints.points]).toEqual(["points", 25]);
  let asked = 0;
  const isTimeUp = (): boolean => ++asked === 2;
  const byTime = learned(game, policy, { ...exact, isTimeUp });
  expect([byTime.stop, byTime.points, asked]).toEqual(["time", 20, 2]);
});

test("the same seed learns the same plans, another seed others", () => {
  const game = shipped("ring_dispatch");
  const policy = randomLocalPolicy(sizesOf(game), 3);
  const [once, again, other] = [5, 5, 6].map((seed) => {
    const { plans, bounds } = bounded(game, policy, { points: 40, seed });
    const found = plans.blocks.map(({ plans }) =>
      plans.map(({ action, vector }) => [action, ...vector]),
    );
    return { found, bounds };
  });
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

test("whatever the seed, no zone is missed: the plans are worth the same", () => {
  const game = shipped("dock_dispatch");
  const [, staying] = finish(startSteps(game, blindLocalPolicy(game, 0)));
  const tried = distributions(5, 100);
  const worths = [0, 1, 2, 3].map((seed) => {
    const { plans } = learned(game, staying.localPolicy, { seed });
    return tried.reduce((sum, shares) => sum + plans.at(0, shares) / tried.length, 0);
  });
  expect(Math.max(...worths)).toBeLessThan(1.005 * Math.min(...worths));
});

test("what is learned from few points promises no more than looking one epoch ahead keeps", () => {
  const game = shipped("dock_dispatch");
  const { plans } = learned(game, randomLocalPolicy(sizesOf(game), 1), { points: 15 });
  for (const shares of distributions(5, 300)) {
    for (const g of plans.blocks.keys()) {
      expect(plans.at(g, shares)).toBeLessThan(plans.lookahead.look(g, shares) + ROUNDING);
    }
  }
});

test("at a start that is drawn no global agent exceeds the bound, for one robot and for many", () => {
  for (let seed = 0; seed < 4; seed++) {
    const { game, policy } = contested(seed, 3);
    const initialLocal = { kind: "dirichlet" as const, alpha: 0.5 };
    const drawn = { ...game, initialLocal, horizon: 5 };
    const { bounds } = bounded(drawn, policy);
    for (const n of [1, 2, 3]) {
      const optimum = solveJointly(drawn, policy, n);
      const { mean, standardError } = earnedBy(drawn, policy, optimum, n);
      expect(mean).toBeLessThan(bounds.upper + 4 * Math.hypot(standardError, bounds.error));
      // With one robot its dispatcher is the global agent.
      if (n > 1) continue;
      expect(mean).toBeGreaterThan(bounds.upper - 4 * Math.hypot(standardError, bounds.error));
    }
  }
});

/** The optimum of n robots at 4,000 drawn starts. */
function earnedBy(
  game: Game,
  policy: ArrayLike<number>,
  optimum: readonly Float64Array[],
  n: number,
) {
  const population = new Population(game, policy, { population: n, seed: 9 });
  const values = Array.from({ length: 4000 }, (_, rollout) => {
    population.start(rollout);
    return optimum[population.globalState][jointOf(population.counts)];
  });
  return estimate(values);
}

test("one local state alone, and one command alone, end", () => {
  for (const sizes of [
    { sG: 2, aG: 2, sL: 1, aL: 2 },
    { sG: 2, aG: 1, sL: 2, aL: 2 },
  ]) {
    const game = randomGame(sizes, 1);
    const { bounds } = bounded(game, randomLocalPolicy(sizes, 1), { points: 20 });
    expect(bounds.lower).toBeLessThan(bounds.upper + ROUNDING);
  }
});
