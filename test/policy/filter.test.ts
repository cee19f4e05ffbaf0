import fc from "fast-check";
import type { Game } from "../../src/game/model";
import { Population } from "../../src/game/population";
import { MeanFieldFilter } from "../../src/policy/filter";
import { randomGame, randomLocalPolicy } from "../games";
import { localKernel } from "../dense_kernels";

const sizes = { sG: 2, aG: 2, sL: 4, aL: 2 };
const unknown = { kind: "dirichlet", alpha: 0.5 } as const;
const game: Game = { ...randomGame(sizes, 3), initialLocal: unknown };
const localPolicy = randomLocalPolicy(sizes, 3);

const squaredDistance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, s) => sum + (x - b[s]) ** 2, 0);

/** A population that is sampled and filtered: the true shares are shown after each correction. */
function follow(
  options: { population: number; asked: number; epochs: number; rollouts: number; seed: number },
  filter: MeanFieldFilter,
  visit: (shares: number[], epoch: number) => void,
  between: (filter: MeanFieldFilter, epoch: number, population: Population) => void = () => {},
): void {
  const population = new Population(game, localPolicy, options);
  for (let rollout = 0; rollout < options.rollouts; rollout++) {
    population.start(rollout);
    filter.reset();
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      filter.observe(population.drawSample(options.asked));
      visit(
        Array.from(population.counts, (count) => count / options.population),
        epoch,
      );
      filter.predict(population.globalState, epoch % sizes.aG);
      population.step(epoch % sizes.aG);
      between(filter, epoch, population);
    }
  }
}

test("the belief is predicted with the kernel of the policy in force", () => {
  const filter = new MeanFieldFilter(game, localPolicy, 1000);
  filter.observe([10, 3, 2, 0]);
  const before = Array.from(filter.belief);
  filter.predict(1, 0);
  const kernel = localKernel(game, localPolicy, 1);
  filter.belief.forEach((share, t) => {
    const moved = before.reduce((sum, p, s) => sum + p * kernel[s * sizes.sL + t], 0);
    expect(share).toBeCloseTo(moved, 12);
  });
});

test("one who sees all knows all, and one sample from a known law changes as much as it should", () => {
  const all = new MeanFieldFilter(game, localPolicy, 20);
  all.observe([5, 5, 10, 0]);
  expect(Array.from(all.belief)).toEqual([0.25, 0.25, 0.5, 0]);
  expect(all.variance).toBe(0);
  // 20 independent draws of a law: of those unseen nothing is learned from 5 that were seen.
  const known: Game = {
    ...game,
    initialLocal: { kind: "fixed", probabilities: Float64Array.of(0.4, 0.3, 0.2, 0.1) },
  };
  const some = new MeanFieldFilter(known, localPolicy, 20);
  some.observe([0, 1, 2, 2]);
  [0.4, 0.3, 0.2, 0.1].forEach((p, s) =>
    expect(some.belief[s]).toBeCloseTo((15 * p + [0, 1, 2, 2][s]) / 20, 12),
  );
});

test("several initial laws are one law to it, with a variance of the right size", () => {
  const probabilities = Float64Array.of(1, 0, 0, 0, 0, 0.5, 0.5, 0);
  const two: Game = { ...game, initialLocal: { kind: "one_of", probabilities } };
  const filter = new MeanFieldFilter(two, localPolicy, 1e9);
  expect(Array.from(filter.belief)).toEqual([0.5, 0.25, 0.25, 0]);
  const spread = 1 - squaredDistance(filter.belief, [0, 0, 0, 0]);
  const laws = [probabilities.subarray(0, 4), probabilities.subarray(4)];
  const trace = laws.reduce((sum, law) => sum + squaredDistance(law, filter.belief) / 2, 0);
  expect(filter.variance * spread).toBeCloseTo(trace, 6);
});

test.each([
  [12, 1],
  [12, 4],
  [500, 1],
  [500, 10],
])(
  "with %d robots, %d asked, the belief is unbiased and errs as much as it says",
  (population, asked) => {
    const filter = new MeanFieldFilter(game, localPolicy, population);
    const bias = new Float64Array(sizes.sL);
    let squares = 0;
    let said = 0;
    let seen = 0;
    follow({ population, asked, epochs: 12, rollouts: 4000, seed: 5 }, filter, (shares, epoch) => {
      if (epoch < 6) return;
      seen++;
      shares.forEach((share, s) => (bias[s] += filter.belief[s] - share));
      squares += squaredDistance(filter.belief, shares);
      said += filter.variance * (1 - squaredDistance(filter.belief, [0, 0, 0, 0]));
    });
    const error = Math.sqrt(squares / seen);
    bias.forEach((sum) => expect(Math.abs(sum / seen)).toBeLessThan(0.04 * error));
    expect(squares / said).toBeGreaterThan(0.85);
    expect(squares / said).toBeLessThan(1.25);
  },
);

test("memory of samples of one robot errs less than a sample of five", () => {
  const filter = new MeanFieldFilter(game, localPolicy, 500);
  let squares = 0;
  let seen = 0;
  follow(
    { population: 500, asked: 1, epochs: 20, rollouts: 500, seed: 6 },
    filter,
    (shares, epoch) => {
      if (epoch < 10) return;
      seen++;
      squares +=
        squaredDistance(filter.belief, shares) / (1 - squaredDistance(shares, [0, 0, 0, 0]));
    },
  );
  expect(squares / seen).toBeLessThan(1 / 5);
});

/** Mean squared error `after` epochs after all robots were put into state 3. */
function errorAfterReplacement(asked: number, after: number, isDoubting: boolean): number {
  const stays: Game = {
    ...game,
    localTransition: game.localTransition.map((_, i) => {
      const from = Math.floor(i / (sizes.sL * sizes.sG * sizes.aL));
      return i % sizes.sL === from ? 0.97 : 0.01;
    }),
  };
  let squares = 0;
  const rollouts = 200;
  for (let rollout = 0; rollout < rollouts; rollout++) {
    const filter = new MeanFieldFilter(stays, localPolicy, 1000);
    const options = { population: 1000, seed: rollout };
    const start = (counts: number[]) =>
      new Population(stays, localPolicy, {
        ...options,
        start: { globalState: 0, localCounts: counts },
      });
    let population = start([700, 300, 0, 0]);
    population.start(rollout);
    for (let epoch = 0; epoch <= 30 + after; epoch++) {
      if (epoch === 30) {
        population = start([0, 0, 0, 1000]);
        population.start(rollout);
      }
      if (!isDoubting) filter.doubt = 0;
      filter.observe(population.drawSample(asked));
      if (epoch === 30 + after) {
        const shares = Array.from(population.counts, (count) => count / 1000);
        squares += squaredDistance(filter.belief, shares);
      }
      filter.predict(population.globalState, 0);
      population.step(0);
    }
  }
  return squares / rollouts;
}

test.each([
  [1, 30],
  [3, 8],
  [10, 1],
])("asking %d, a population replaced in one step is known again %d steps later", (asked, after) => {
  // The squared distance of the two populations is 1.58.
  expect(errorAfterReplacement(asked, after, true)).toBeLessThan(0.1);
});

test("a filter that trusted its model whatever it sees would need far longer", () => {
  for (const [asked, after] of [
    [3, 8],
    [10, 1],
  ]) {
    const trusting = errorAfterReplacement(asked, after, false);
    expect(trusting).toBeGreaterThan(3 * errorAfterReplacement(asked, after, true));
  }
});

test("a filter with a wrong model errs hardly more than the plain sample", () => {
  const wrong = randomLocalPolicy(sizes, 9);
  const other: Game = { ...randomGame(sizes, 11), initialLocal: unknown };
  const filter = new MeanFieldFilter(other, wrong, 1000);
  let own = 0;
  let plain = 0;
  const options = { population: 1000, asked: 20, epochs: 30, rollouts: 200, seed: 8 };
  const population = new Population(game, localPolicy, options);
  for (let rollout = 0; rollout < options.rollouts; rollout++) {
    population.start(rollout);
    filter.reset();
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const sample = population.drawSample(options.asked);
      filter.observe(sample);
      const shares = Array.from(population.counts, (count) => count / options.population);
      own += squaredDistance(filter.belief, shares);
      plain += squaredDistance(
        Array.from(sample, (count) => count / options.asked),
        shares,
      );
      filter.predict(population.globalState, epoch % sizes.aG);
      population.step(epoch % sizes.aG);
    }
  }
  expect(own / plain).toBeLessThan(1.15);
});

test("whatever comes, probabilities stay probabilities", () => {
  const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 4, maxLength: 4 });
  const steps = fc.array(fc.tuple(counts, fc.integer({ min: 0, max: 1 })), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 1000 }), (all, population) => {
      const filter = new MeanFieldFilter(game, localPolicy, population);
      for (const [seen, globalState] of all) {
        filter.observe(seen);
        filter.predict(globalState, 0);
        expect(filter.belief.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(filter.belief.every((p) => p >= 0 && p <= 1 + 1e-12)).toBe(true);
        expect(filter.variance).toBeGreaterThanOrEqual(0);
        expect(filter.variance).toBeLessThanOrEqual(1);
      }
    }),
    { seed: 1 },
  );
});

test("robots that join or leave change the belief and its variance by as much as they should", () => {
  const probabilities = Float64Array.of(0.4, 0.3, 0.2, 0.1);
  const known: Game = { ...game, initialLocal: { kind: "fixed", probabilities } };
  // n independent draws of a known law stay that, however many join or leave: v = 1/n.
  const drawn = new MeanFieldFilter(known, localPolicy, 30);
  for (const population of [40, 20, 20, 21, 1]) {
    drawn.resize(population);
    expect(drawn.variance).toBeCloseTo(1 / population, 12);
    expect(Array.from(drawn.belief)).toEqual(Array.from(probabilities));
  }
  // All 20 were seen and 20 join: half of the shares are known.
  const seen = new MeanFieldFilter(known, localPolicy, 20);
  seen.observe([5, 5, 10, 0]);
  seen.resize(40);
  const mixed = [0.25, 0.25, 0.5, 0].map((p, s) => (p + probabilities[s]) / 2);
  mixed.forEach((p, s) => expect(seen.belief[s]).toBeCloseTo(p, 12));
  const spread = (law: readonly number[]): number => 1 - squaredDistance(law, [0, 0, 0, 0]);
  const expected = (0.25 / 20) * (spread([...probabilities]) / spread(mixed));
  expect(seen.variance).toBeCloseTo(expected, 12);
  // One of two that were seen is left: either of them.
  const pair = new MeanFieldFilter(known, localPolicy, 2);
  pair.observe([1, 1, 0, 0]);
  pair.resize(1);
  expect([...pair.belief, pair.variance]).toEqual([0.5, 0.5, 0, 0, 1]);
});
