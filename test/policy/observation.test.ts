import fc from "fast-check";
import { HistogramIndex } from "../../src/game/histogram";
import { localKernel } from "../../src/game/model";
import { Observation } from "../../src/policy/observation";
import { randomGame, shipped } from "../games";
import { madePair } from "./policies";

const game = randomGame({ sG: 2, aG: 3, sL: 3, aL: 2 }, 1);
const pair = madePair(game, 10);
const index = new HistogramIndex(3, 10);

test("a received count enters by largest-remainder rounding, and the table is looked up there", () => {
  const observation = new Observation(game, pair, "sample", 30);
  observation.observe([1, 1, 1]);
  expect(Array.from(observation.histogram)).toEqual([4, 3, 3]);
  expect(observation.decide(1)).toBe(pair.globalPolicy[index.count + index.indexOf([4, 3, 3])]);
  observation.observe([0, 0, 10]);
  expect(Array.from(observation.histogram)).toEqual([0, 0, 10]);
});

test("nothing received keeps the last belief; before any sample it is the initial law", () => {
  const observation = new Observation(game, pair, "sample", 30);
  expect(game.initialLocal.kind).toBe("fixed");
  const law = game.initialLocal.kind === "fixed" ? game.initialLocal.probabilities : [];
  expect(Array.from(observation.belief)).toEqual(Array.from(law));
  observation.observe([0, 0, 0]);
  expect(Array.from(observation.belief)).toEqual(Array.from(law));
  observation.observe([2, 0, 2]);
  observation.predict(0);
  observation.observe([0, 0, 0]);
  expect(Array.from(observation.belief)).toEqual([0.5, 0, 0.5]);
  observation.reset();
  expect(Array.from(observation.belief)).toEqual(Array.from(law));
  const dirichlet = shipped("dock_dispatch");
  const unknown = new Observation(dirichlet, madePair(dirichlet, 5), "sample", 30);
  expect(Array.from(unknown.belief)).toEqual(new Array(5).fill(0.2));
});

test("the filter predicts with the kernel of the policy in force", () => {
  const observation = new Observation(game, pair, "filter", 1000);
  const before = Array.from(observation.belief);
  observation.predict(1);
  const kernel = localKernel(game, pair.localPolicy, 1);
  [0, 1, 2].forEach((t) => {
    const moved = before.reduce((sum, p, s) => sum + p * kernel[s * 3 + t], 0);
    expect(observation.belief[t]).toBeCloseTo(moved, 6);
  });
});

test("the filter corrects by its Dirichlet weight, which forgets 2 % a step and is capped at n", () => {
  const dirichlet = { ...game, initialLocal: { kind: "dirichlet" as const, alpha: 2 } };
  const observation = new Observation(dirichlet, pair, "filter", 20);
  observation.observe([6, 0, 0]);
  // Prior 3 x 2, six seen in state 0: (2 + 6)/12.
  expect(observation.belief[0]).toBeCloseTo(8 / 12, 12);
  observation.observe([0, 50, 0]);
  expect(observation.belief[1]).toBeCloseTo((2 + 50) / 62, 12);
  // Capped at 20: ten more in state 2 move it to (20 μ + 10)/30.
  const before = observation.belief[2];
  observation.observe([0, 0, 10]);
  expect(observation.belief[2]).toBeCloseTo((20 * before + 10) / 30, 12);
});

test("whatever comes, the belief sums to 1, the histogram to k, and the action exists", () => {
  const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 });
  const steps = fc.array(fc.tuple(counts, fc.integer({ min: 0, max: 1 })), { maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.constantFrom("sample" as const, "filter" as const), (all, mode) => {
      const observation = new Observation(game, pair, mode, 100);
      for (const [seen, globalState] of all) {
        observation.observe(seen);
        expect(observation.decide(globalState)).toBeLessThan(3);
        observation.predict(globalState);
        expect(observation.belief.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(observation.belief.every((p) => p >= 0)).toBe(true);
        expect(observation.histogram.reduce((a, b) => a + b, 0)).toBe(10);
      }
    }),
    { seed: 1 },
  );
});

test("a pair of another game's shape is refused", () => {
  expect(() => new Observation(shipped("dock_dispatch"), pair, "sample", 30)).toThrow(
    /use a policy/,
  );
});
