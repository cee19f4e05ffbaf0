import { HistogramIndex } from "../../src/game/histogram";
import { KeyedStream } from "../../src/game/keyed_stream";
import { sizesOf } from "../../src/game/model";
import { drawBinomial, drawSampleCounts, MultinomialRows } from "../../src/game/multinomial";
import { type EpochVisitor, Population } from "../../src/game/population";
import { Trial } from "../../src/game/trial";
import { randomGame, randomLocalPolicy, shipped } from "../games";
import { binomialLaw, chiSquaredP, hypergeometric } from "./exact_laws";
import { localKernel } from "../dense_kernels";

/** Fixed seeds: a p-value below this would be a fault, not bad luck. */
const ALPHA = 1e-3;

test.each([
  [1, 0.3],
  [7, 0.02],
  [30, 0.1],
  [200, 0.5],
  [1000, 0.97],
  [10_000, 0.4],
  [40, 0.3],
])("binomial draws of %d trials at %d fit the exact law, and not one shifted by 3 %%", (n, p) => {
  const stream = new KeyedStream(1);
  const observed = new Array<number>(n + 1).fill(0);
  for (let i = 0; i < 40_000; i++) observed[drawBinomial(n, p, stream.next)] += 1;
  const sd = Math.sqrt(p * (1 - p)) / Math.sqrt(n);
  const off = p + Math.max(0.03 * p, 0.05 * sd) * (p > 0.5 ? -1 : 1);
  expect(chiSquaredP(observed, binomialLaw(n, p))).toBeGreaterThan(ALPHA);
  expect(chiSquaredP(observed, binomialLaw(n, off))).toBeLessThan(ALPHA * (n < 10 ? 1000 : 1));
});

test("each of several initial laws starts its share of the episodes, for all robots", () => {
  const drawn = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 5);
  const probabilities = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0.2, 0.8);
  const game = { ...drawn, initialLocal: { kind: "one_of" as const, probabilities } };
  const policy = randomLocalPolicy(sizesOf(game), 5);
  const population = new Population(game, policy, { population: 60, seed: 1 });
  const starts = [0, 0, 0];
  for (let rollout = 0; rollout < 3000; rollout++) {
    population.start(rollout);
    const law = population.counts.indexOf(60);
    starts[law < 0 ? 2 : law] += 1;
    if (law < 0) expect(population.counts[0]).toBe(0);
  }
  expect(chiSquaredP(starts, [1 / 3, 1 / 3, 1 / 3])).toBeGreaterThan(ALPHA);
});

test("binomial draws at the ends of their ranges are what they must be", () => {
  const draw = (n: number, p: number) => drawBinomial(n, p, new KeyedStream(2).next);
  expect([draw(0, 0.3), draw(5, 0), draw(5, 1), draw(1e9, 0)]).toEqual([0, 0, 5, 0]);
});

test.each([10, 100])("multinomial draws of %d robots fit the exact law of each state", (count) => {
  const law = [0.2, 0, 0.5, 0.3];
  const rows = new MultinomialRows([1, 0, 0, 0, ...law], 4);
  const stream = new KeyedStream(3);
  const observed = law.map(() => new Array<number>(count + 1).fill(0));
  for (let i = 0; i < 20_000; i++) {
    const out = new Int32Array(4);
    rows.add(count, 1, out, stream.next);
    expect(out.reduce((a, b) => a + b, 0)).toBe(count);
    out.forEach((c, s) => (observed[s][c] += 1));
  }
  [0, 2, 3].forEach((s) =>
    expect(chiSquaredP(observed[s], binomialLaw(count, law[s]))).toBeGreaterThan(ALPHA),
  );
  expect(observed[1][0]).toBe(20_000);
});

test.each([3, 9])(
  "samples of %d of 12 robots fit the exact law, not that with replacement",
  (k) => {
    const counts = [5, 4, 3];
    const index = new HistogramIndex(3, k);
    const stream = new KeyedStream(4);
    const out = new Int32Array(3);
    const observed = new Array<number>(index.count).fill(0);
    for (let i = 0; i < 30_000; i++) {
      drawSampleCounts(Int32Array.from(counts), 12, k, out, stream.next);
      observed[index.indexOf(out)] += 1;
    }
    const law: number[] = [];
    const replaced: number[] = [];
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
    index.forEach((drawn) => {
      const d = Array.from(drawn);
      law.push(hypergeometric(counts, d));
      replaced.push(
        d.reduce((p, c, s) => (p * (counts[s] / 12) ** c) / factorial(c), factorial(k)),
      );
    });
    expect(chiSquaredP(observed, law)).toBeGreaterThan(ALPHA);
    expect(chiSquaredP(observed, replaced)).toBeLessThan(ALPHA);
  },
);

test("one epoch moves the population by the law of the current or the next global state", () => {
  const sizes = { sG: 2, aG: 2, sL: 3, aL: 2 };
  const game = randomGame(sizes, 7);
  const policy = randomLocalPolicy(sizes, 7);
  const start = { globalState: 0, localCounts: [40, 0, 0] };
  for (const timing of ["current", "next"] as const) {
    const population = new Population(game, policy, { population: 40, seed: 5, timing, start });
    const observed = [0, 1].map(() => new Array<number>(41).fill(0));
    for (let i = 0; i < 20_000; i++) {
      population.start(i);
      population.step(1);
      observed[population.globalState][population.counts[0]] += 1;
    }
    // Actions are drawn by s_g = 0; what they lead to depends on the timing.
    const stays = (moving: number): number =>
      [0, 1].reduce((p, a) => p + policy[a] * game.localTransition[(moving * 2 + a) * 3], 0);
    const other = timing === "next" ? 0 : 1;
    expect(chiSquaredP(observed[1], binomialLaw(40, stays(1 - other)))).toBeGreaterThan(ALPHA);
    expect(chiSquaredP(observed[1], binomialLaw(40, stays(other)))).toBeLessThan(ALPHA);
    const lead = observed.map((row) => row.reduce((a, b) => a + b, 0));
    const law = Array.from(game.globalTransition.subarray(2, 4));
    expect(chiSquaredP(lead, law)).toBeGreaterThan(ALPHA);
  }
});

test("the reward of an epoch is r_g + (1/n) Σ r_l of the states before the move", () => {
  const game = shipped("ring_dispatch");
  const { sG, sL, aL } = sizesOf(game);
  const stay = new Float64Array(sL * sG * aL).map((_, i) => (i % aL === 0 ? 1 : 0));
  const start = { globalState: 1, localCounts: [1, 2, 0, 0, 1] };
  const population = new Population(game, stay, { population: 4, seed: 1, start });
  population.start(0);
  // r_g = 1; at zone 1: 10 twice; zone 0 is 1 away: 2/2; zone 4 is 2 away: 2/3.
  expect(population.step(3)).toBeCloseTo(1 + (20 + 1 + 2 / 3) / 4, 12);
});

test("a robot that deviates is one of the n, moves by its own policy and earns its own reward", () => {
  const sizes = { sG: 2, aG: 2, sL: 3, aL: 2 };
  const game = randomGame(sizes, 8);
  const policy = randomLocalPolicy(sizes, 8);
  const deviator = new Float64Array(policy.length).map((_, i) => (i % 2 === 0 ? 1 : 0));
  const options = { population: 10, seed: 2, deviator };
  const population = new Population(game, policy, options);
  const moved = [0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    population.start(i);
    const from = population.deviatorState;
    const globalState = population.globalState;
    expect(population.step(0)).toBe(game.localReward[(from * 2 + globalState) * 2]);
    expect(population.counts.reduce((a, b) => a + b, 0)).toBe(10);
    if (from === 0 && globalState === 1) moved[population.deviatorState] += 1;
  }
  const kernel = localKernel(game, deviator, 1);
  expect(chiSquaredP(moved, Array.from(kernel.subarray(0, 3)))).toBeGreaterThan(ALPHA);
  const others = localKernel(game, policy, 1);
  expect(chiSquaredP(moved, Array.from(others.subarray(0, 3)))).toBeLessThan(ALPHA);
});

test("rollouts are the same for a seed, differ between seeds, and restart after the horizon", () => {
  const game = { ...shipped("dock_dispatch"), horizon: 5 };
  const play = (seed: number): number[] => {
    const { sG, sL, aL } = sizesOf(game);
    const stay = new Float64Array(sL * sG * aL).map((_, i) => (i % aL === 0 ? 1 : 0));
    const seen: string[] = [];
    const visit: EpochVisitor = ({ counts }) => seen.push(counts.join());
    const options = { population: 30, seed, horizon: 15, rollouts: 4, visit };
    const controller = { sampleSize: 3, decide: () => 0 };
    const { returns } = new Trial(game, stay, controller, options).play();
    // Robots that stay move only when a new shift starts.
    expect(new Set(seen).size).toBe(4 * 3);
    return Array.from(returns);
  };
  expect(play(1)).toEqual(play(1));
  expect(play(1)).not.toEqual(play(2));
});

test("where a rollout starts does not hang on the rollouts before it", () => {
  const game = shipped("ring_dispatch");
  const startsOf = (...rollouts: number[]): string[] => {
    const population = new Population(game, randomLocalPolicy(sizesOf(game), 1), {
      population: 100,
      seed: 1,
    });
    return rollouts.map((rollout) => {
      population.start(rollout);
      return population.counts.join();
    });
  };
  expect(startsOf(3, 2, 1, 0).reverse()).toEqual(startsOf(0, 1, 2, 3));
});

test("keyed streams are uniform, and two keys do not share their numbers", () => {
  const stream = new KeyedStream(9);
  const bins = new Array<number>(50).fill(0);
  const first = new Set<number>();
  for (let rollout = 0; rollout < 200; rollout++) {
    for (let epoch = 0; epoch < 50; epoch++) {
      stream.key(rollout, epoch, 3);
      const u = stream.next();
      first.add(u);
      bins[Math.floor(u * 50)] += 1;
    }
  }
  expect(first.size).toBe(10_000);
  expect(chiSquaredP(bins, new Array<number>(50).fill(1 / 50))).toBeGreaterThan(ALPHA);
});
