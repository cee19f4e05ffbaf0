/** Robots sampled by kind: what is believed of all, by each kind's share of them. */
import { groupsOf, kindTotals, splitSample } from "../../src/game/kinds";
import { type Game, sizesOf } from "../../src/game/model";
import { Population } from "../../src/game/population";
import { estimate } from "../../src/game/statistics";
import { evaluate } from "../../src/evaluation/evaluate";
import { Observation, type ObservationMode } from "../../src/policy/observation";
import { messageOf, randomLocalPolicy, shipped } from "../games";
import { madePair, madePoints } from "./policies";

const game = shipped("dock_dispatch_mixed");
const { sL } = sizesOf(game);
const n = 20;
/** 12 fast robots and 8 slow ones, of which 2 and 1 are asked. */
const GROUPS = groupsOf(game, "by_kind", n);
const K = 3;
const ROLLOUTS = 4000;
const pair = madePair(game, K);

const sum = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((total, number) => total + number, 0);

/** Belief minus truth in each local state, in the epoch `epochs` of each rollout, [rollouts][sL]. */
function errorsOf(
  mode: ObservationMode,
  epochs: number,
  believed: (observation: Observation, sample: Int32Array) => ArrayLike<number>,
): { errors: number[][]; squares: number; said: number } {
  const population = new Population(game, pair.localPolicy, {
    ...{ population: n, seed: 7, sampling: "by_kind" as const },
  });
  const observation = new Observation(game, pair, mode, GROUPS);
  let [squares, said] = [0, 0];
  const errors = Array.from({ length: ROLLOUTS }, (_, rollout) => {
    population.start(rollout);
    observation.reset();
    for (let epoch = 0; ; epoch++) {
      const sample = population.drawSample(K);
      observation.observe(sample);
      if (epoch === epochs) {
        const belief = believed(observation, sample);
        const error = Array.from(population.counts, (count, s) => belief[s] - count / n);
        squares += sum(error.map((e) => e * e));
        said += observation.variance * (1 - sum(observation.belief.map((p) => p * p)));
        return error;
      }
      observation.predict(population.globalState, epoch % 5);
      population.step(epoch % 5);
    }
  });
  return { errors, squares, said };
}

/** The largest bias of a state, in standard errors. */
const biasOf = (errors: readonly number[][]): number =>
  Math.max(
    ...[...Array(sL).keys()].map((s) => {
      const { mean, standardError } = estimate(errors.map((row) => row[s]));
      return Math.abs(mean / standardError);
    }),
  );

/** Eleven states' biases are all within this, unless something is wrong. */
const MOST = 4;

test("a sample of each kind estimates the shares of all without bias", () => {
  expect(GROUPS).toEqual([12, 8]);
  expect(splitSample(GROUPS, K)).toEqual([2, 1]);
  const { errors } = errorsOf("sample", 2, ({ belief }) => belief);
  expect(biasOf(errors)).toBeLessThan(MOST);
});

test("the test of bias catches weights other than the kinds' shares", () => {
  const pooled = errorsOf("sample", 2, (_, sample) => Array.from(sample, (count) => count / K));
  expect(biasOf(pooled.errors)).toBeGreaterThan(MOST);
  const alike = errorsOf("sample", 2, (_, sample) => {
    const heard = kindTotals(game, sample);
    return Array.from(sample, (count, s) => count / heard[Math.floor(s / 5)] / 2);
  });
  expect(biasOf(alike.errors)).toBeGreaterThan(MOST);
});

test("memory by kind is unbiased, errs as much as it says and less than a sample", () => {
  const filter = errorsOf("filter", 8, ({ belief }) => belief);
  const sample = errorsOf("sample", 8, ({ belief }) => belief);
  expect(biasOf(filter.errors)).toBeLessThan(MOST);
  expect(filter.squares).toBeLessThan(0.6 * sample.squares);
  expect(filter.squares / filter.said).toBeGreaterThan(0.8);
  expect(filter.squares / filter.said).toBeLessThan(1.25);
});

test.each(["sample", "filter"] as const)(
  "each kind keeps its share in the belief, mode %s, and who joins counts from the first epoch on",
  (mode) => {
    const observation = new Observation(game, pair, mode, GROUPS);
    const shares = () => kindTotals(game, observation.belief);
    const counts = new Array<number>(sL).fill(0);
    expect(observation.groupCount).toBe(2);
    const expectShares = (groups: readonly number[]): void => {
      shares().forEach((share, c) => expect(share).toBeCloseTo(groups[c] / sum(groups), 12));
    };
    for (let epoch = 0; epoch < 20; epoch++) {
      counts.fill(0);
      // Of the slow ones, who are asked less often, none or all that were asked answer.
      counts[epoch % 5] = 2;
      counts[5 + (epoch % 3)] = epoch % 2;
      observation.observe(counts);
      expectShares(GROUPS);
      observation.predict(epoch % 5, 0);
      expectShares(GROUPS);
    }
    const before = Array.from(observation.belief);
    // Four slow ones join.
    observation.resize([12, 12]);
    expectShares([12, 12]);
    for (let s = 0; s < 5; s++)
      expect(observation.belief[s]).toBeCloseTo((before[s] * 20) / 24, 12);
    observation.resize([12, 0]);
    expectShares([12, 0]);
    expect(observation.variance).toBeLessThanOrEqual(1);
    observation.resize([12, 3]);
    expectShares([12, 3]);
    observation.resize([0, 0]);
    expectShares([12, 3]);
    expect(observation.decide(1)).toBeLessThan(5);
  },
);

test("a pair of vectors acts by the same belief", () => {
  const points = { ...madePoints(game), localPolicy: pair.localPolicy };
  const observation = new Observation(game, points, "sample", GROUPS);
  observation.observe([2, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  expect(Array.from(observation.belief)).toEqual([0.6, 0, 0, 0, 0, 0, 0, 0.4, 0, 0]);
});

test("evaluate samples by kind, and refuses what cannot be", () => {
  const localPolicy = Float32Array.from(randomLocalPolicy(sizesOf(game), 1));
  const policy = { pair: { ...madePair(game, 2), localPolicy } };
  const options = { population: n, rollouts: 20, horizon: 10 };
  const byKind = evaluate(game, policy, { ...options, sampling: "by_kind" });
  expect(byKind.settings).toMatchObject({ sampleSize: 2, sampling: "by_kind" });
  expect(evaluate(game, policy, options).settings).toMatchObject({
    ...{ sampleSize: 2, sampling: "uniform" },
  });
  const all = { ...options, sampleSize: n };
  const [uniform, kinds] = (["uniform", "by_kind"] as const).map((sampling) =>
    evaluate(game, policy, { ...all, sampling }),
  );
  expect(kinds.return).toEqual(uniform.return);
  expect(kinds.return).toEqual(kinds.references.full.return);
  const start = { globalState: 0, localCounts: [0, 0, 0, 0, 5, 9, 0, 0, 0, 0] };
  const started = { ...options, population: 14, start, sampling: "by_kind" as const };
  expect(evaluate(game, policy, started).return.mean).toBeGreaterThan(0);
  const refused = (played: Game, change: object): string =>
    messageOf(() => evaluate(played, policy, { ...options, sampling: "by_kind", ...change }));
  expect(refused(game, { sampleSize: 1 })).toMatch(/ask at least 2/);
  expect(refused(shipped("dock_dispatch"), {})).toMatch(/dock_dispatch has no kinds/);
  expect(refused(game, { population: 1 })).toMatch(
    /no robot is of the kind slow .*have at least 2/,
  );
});
