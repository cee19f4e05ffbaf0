import fc from "fast-check";
import { HistogramIndex, roundToSize } from "../../src/game/histogram";
import { limitOf } from "../../src/game/limit";
import { type PointsPair, sizesOf } from "../../src/game/model";
import { MeanFieldFilter } from "../../src/policy/filter";
import { Lookahead, vectorsOf } from "../../src/policy/lookahead";
import { Observation } from "../../src/policy/observation";
import { randomGame, randomLocalPolicy, shipped } from "../games";
import { madePair } from "./policies";

const game = randomGame({ sG: 2, aG: 3, sL: 3, aL: 2 }, 1);
const pair = madePair(game, 10);
const index = new HistogramIndex(3, 10);

test("a received count enters by largest-remainder rounding, and the table is looked up there", () => {
  const observation = new Observation(game, pair, "sample", 30);
  observation.observe([1, 1, 1]);
  expect(observation.decide(1)).toBe(pair.globalPolicy[index.count + index.indexOf([4, 3, 3])]);
  observation.observe([0, 0, 10]);
  expect(observation.decide(1)).toBe(pair.globalPolicy[index.count + index.indexOf([0, 0, 10])]);
});

test("nothing received keeps the last belief; before any sample it is the initial law", () => {
  const observation = new Observation(game, pair, "sample", 30);
  expect(game.initialLocal.kind).toBe("fixed");
  const law = game.initialLocal.kind === "fixed" ? game.initialLocal.probabilities : [];
  expect(Array.from(observation.belief)).toEqual(Array.from(law));
  observation.observe([0, 0, 0]);
  expect(Array.from(observation.belief)).toEqual(Array.from(law));
  observation.observe([2, 0, 2]);
  observation.predict(0, 0);
  observation.observe([0, 0, 0]);
  expect(Array.from(observation.belief)).toEqual([0.5, 0, 0.5]);
  observation.reset();
  expect(Array.from(observation.belief)).toEqual(Array.from(law));
  const dirichlet = shipped("dock_dispatch");
  const unknown = new Observation(dirichlet, madePair(dirichlet, 5), "sample", 30);
  expect(Array.from(unknown.belief)).toEqual(new Array(5).fill(0.2));
});

test("with memory the belief is the filter's, and it is what is looked up", () => {
  const observation = new Observation(game, pair, "filter", 1000);
  const filter = new MeanFieldFilter(game, pair.localPolicy, 1000);
  for (const counts of [
    [6, 0, 0],
    [0, 0, 0],
    [1, 0, 1],
  ]) {
    observation.observe(counts);
    filter.observe(counts);
    const histogram = roundToSize(filter.belief, 10);
    expect(Array.from(observation.belief)).toEqual(Array.from(filter.belief));
    expect(observation.decide(1)).toBe(pair.globalPolicy[index.count + index.indexOf(histogram)]);
    observation.predict(1, 0);
    filter.predict(1, 0);
  }
});

test("whatever comes, the belief sums to 1 and the action exists", () => {
  const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 });
  const steps = fc.array(fc.tuple(counts, fc.integer({ min: 0, max: 1 })), { maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.constantFrom("sample" as const, "filter" as const), (all, mode) => {
      const observation = new Observation(game, pair, mode, 100);
      for (const [seen, globalState] of all) {
        observation.observe(seen);
        expect(observation.decide(globalState)).toBeLessThan(3);
        observation.predict(globalState, 0);
        expect(observation.belief.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(observation.belief.every((p) => p >= 0)).toBe(true);
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

test("a sample's variance is that of drawing without replacement, and stays while nobody is heard", () => {
  const game = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 1);
  const observation = new Observation(game, madePair(game, 4), "sample", 101);
  const before = observation.variance;
  observation.observe([2, 1, 1]);
  expect(observation.variance).toBeCloseTo(97 / 400, 12);
  observation.observe([0, 0, 0]);
  expect(observation.variance).toBeCloseTo(97 / 400, 12);
  observation.observe([1, 0, 0]);
  expect(observation.variance).toBe(1);
  observation.reset();
  expect(observation.variance).toBe(before);
});

test.each(["state", "command"] as const)(
  "a pair of vectors looks one epoch ahead from the belief as it is, local form %s",
  (form) => {
    const localPolicy = Float32Array.from(randomLocalPolicy(sizesOf(game), 4, form));
    const points: PointsPair = {
      localPolicy,
      vectors: Float32Array.from({ length: 12 }, (_, i) => 50 + 40 * Math.sin(9 * i)),
      vectorState: Uint16Array.of(0, 0, 0, 1),
      vectorAction: Uint16Array.of(0, 1, 2, 0),
    };
    const limit = limitOf(game, localPolicy);
    const [first, second] = vectorsOf(points, limit.sizes);
    expect([first.count, second.count]).toEqual([3, 1]);
    const corners = [0, 1, 2].map((corner) => [0, 1, 2].map((s) => (s === corner ? 1 : 0)));
    const entries = corners.map((corner) => second.times(corner)[0]);
    expect(entries).toEqual(Array.from(points.vectors.subarray(9)));
    const lookahead = new Lookahead(limit, [first, second]);
    const [sample, filter] = [
      new Observation(game, points, "sample", 30),
      new Observation(game, points, "filter", 30),
    ];
    const own = new MeanFieldFilter(game, localPolicy, 30);
    const commands = new Set<number>();
    for (let epoch = 0; epoch < 60; epoch++) {
      const counts = [epoch % 3, (5 * epoch) % 7, 1];
      const heard = counts.reduce((sum, count) => sum + count, 0);
      const g = epoch % 2;
      for (const one of [sample, filter, own]) one.observe(counts);
      lookahead.look(
        g,
        counts.map((count) => count / heard),
      );
      const command = sample.decide(g);
      expect(command).toBe(lookahead.action);
      lookahead.look(g, own.belief);
      expect(filter.decide(g)).toBe(lookahead.action);
      for (const one of [sample, filter, own]) one.predict(g, command);
      expect(Array.from(filter.belief)).toEqual(Array.from(own.belief));
      commands.add(command);
    }
    expect(commands.size).toBeGreaterThan(1);
    const short = { ...points, vectors: points.vectors.subarray(3) };
    expect(() => new Observation(game, short, "sample", 30)).toThrow(
      /9 vector entries .* needs 12/,
    );
  },
);
