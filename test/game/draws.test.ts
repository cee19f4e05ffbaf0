import cdf from "@stdlib/stats-base-dists-chisquare-cdf";
import {
  compareAgentIds,
  drawGamma,
  drawIndex,
  drawWithoutReplacement,
  keyedUniform,
} from "../../src/game/draws";
import { KeyedStream } from "../../src/game/keyed_stream";
import { chiSquaredP } from "./exact_laws";

test("a draw depends on its whole key and on nothing else", () => {
  const keys: Parameters<typeof keyedUniform>[] = [
    [1, "sample", "robot_1", 2],
    [2, "sample", "robot_1", 2],
    [1, "learn", "robot_1", 2],
    [1, "sample", "robot_2", 2],
    [1, "sample", "robot_1", 3],
  ];
  const first = keys.map((key) => keyedUniform(...key)());
  expect(new Set(first).size).toBe(keys.length);
  expect(keys.map((key) => keyedUniform(...key)()).reverse()).toEqual([...first].reverse());
});

test("an index is drawn by the sums of the probabilities before it", () => {
  const law = [9, 0.2, 0, 0.8, 9];
  expect([0, 0.19, 0.21, 0.99].map((u) => drawIndex(u, law, 1, 3))).toEqual([0, 0, 2, 2]);
  // Rounding may leave a little: it goes to the last entry that can be drawn.
  expect(drawIndex(0.9999, [0.5, 0.4, 0])).toBe(1);
});

test("a draw without replacement swaps its choice to the front", () => {
  const items = ["a", "b", "c"];
  expect(drawWithoutReplacement(() => 0, items, 2)).toEqual(["a", "b"]);
  // Picks the last of three, c <-> a, then the last of the two left, b <-> a.
  expect(drawWithoutReplacement(() => 0.99, items, 2)).toEqual(["c", "a"]);
  expect(drawWithoutReplacement(() => 0, items, 9)).toHaveLength(3);
  expect(items).toEqual(["a", "b", "c"]);
});

test("first uniforms of keys are in (0, 1) and have the mean and variance of uniforms", () => {
  const stream = new KeyedStream(7);
  const draws = Array.from({ length: 10_000 }, (_, i) => {
    stream.key(7, i, 0);
    return stream.next();
  });
  const mean = draws.reduce((sum, u) => sum + u, 0) / draws.length;
  const variance = draws.reduce((sum, u) => sum + (u - mean) ** 2, 0) / draws.length;
  expect(Math.min(...draws)).toBeGreaterThan(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  // Four standard errors of 1/√12 / 100.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.012);
  expect(variance).toBeCloseTo(1 / 12, 2);
});

test.each([0.05, 0.3, 1, 7])(
  "gamma draws of shape %d fit their law, and not one of 3 %% more",
  (shape) => {
    const fit = (tested: number): number => {
      const stream = new KeyedStream(8);
      const bins = new Array<number>(40).fill(0);
      for (let i = 0; i < 100_000; i++) {
        bins[Math.floor(40 * cdf(2 * drawGamma(shape, stream.next), 2 * tested))] += 1;
      }
      return chiSquaredP(bins, new Array<number>(40).fill(1 / 40));
    };
    expect(fit(shape)).toBeGreaterThan(1e-3);
    expect(fit(1.03 * shape)).toBeLessThan(1e-3);
  },
);

test("robots are sorted by the numbers in their names", () => {
  expect(["robot_10", "robot_9", "lead"].sort(compareAgentIds)).toEqual([
    "lead",
    "robot_9",
    "robot_10",
  ]);
});
