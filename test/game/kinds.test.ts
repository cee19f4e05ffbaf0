import { keyedUniform } from "../../src/game/draws";
import { drawEpisodeStart, drawLocalLaw, localLawMoments } from "../../src/game/episode";
import {
  groupsOf,
  kindCounts,
  kindOfRobot,
  kindsProblem,
  kindTotals,
  samplingProblem,
  splitSample,
  zoneNames,
} from "../../src/game/kinds";
import type { Game } from "../../src/game/model";
import { Population } from "../../src/game/population";
import { nest, scenarioOf } from "../../src/game/scenario";
import { writtenOut } from "../../src/game/map";
import { messageOf } from "../games";

const FILE = {
  ...{ name: "bays", discount: 0.9, initial: { local: { dirichlet: 1 } } as object },
  map: {
    kinds: [
      { name: "fast", share: 0.7 },
      { name: "slow", share: 0.3 },
    ],
    zones: [
      { name: "bay_0", at: [0, 0] },
      { name: "yard", at: [5, 0] },
    ],
    lanes: [{ along: ["bay_0", "yard"], actions: ["out", "in"], probability: 0.8 }],
    jobs: [
      { zones: "*", end: 0.5 },
      { zones: "bay_0", kinds: "slow", end: 0.25 },
    ],
    rewards: [
      { lead: "here", reward: 10 },
      { kinds: ["slow"], zones: "yard", reward: 2 },
    ],
  } as object,
};

const gameOf = (change: object = {}, others: object = {}): Game =>
  scenarioOf({ ...FILE, ...others, map: { ...FILE.map, ...change } }, "bays.yaml");
const game = gameOf();
const KINDS = game.kinds!;
/** What stands for the map. */
const longForm = () => writtenOut(FILE, "bays.yaml") as Record<string, unknown>;

test("each kind has states of its own, by its jobs and rewards, and no lane leads to another kind", () => {
  expect(game.localStates).toEqual(["fast/bay_0", "fast/yard", "slow/bay_0", "slow/yard"]);
  const laws = nest(game.localTransition, [4, 2, 3, 4]) as number[][][][];
  expect(laws.map((row) => row[0][1])).toEqual([
    [0.6, 0.4, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0.8, 0.2],
    [0, 0, 0, 1],
  ]);
  expect(laws[3][1][2].map((p) => Number(p.toFixed(9)))).toEqual([0, 0, 0.4, 0.6]);
  // Lead at bay_0, then at the yard.
  const rewards = nest(game.localReward, [4, 2, 3]) as number[][][];
  expect(rewards.map((row) => row.map(([stay]) => stay))).toEqual([
    [10, 0],
    [0, 10],
    [10, 0],
    [2, 12],
  ]);
  const { zones, targets, jobEndProbability } = game.arena;
  expect(zones).toHaveLength(2);
  expect(targets).toEqual([
    [0, 1, 0],
    [1, 1, 0],
  ]);
  expect(jobEndProbability).toEqual([0.5, 0.5, 0.25, 0.5]);
});

test("written out, the file is the same game", () => {
  const long = longForm();
  expect(scenarioOf(long, "long.yaml")).toEqual(game);
});

test("zones are named without a kind, and where there are no kinds, or no such names, as states are", () => {
  expect(zoneNames(game)).toEqual(["bay_0", "yard"]);
  const localStates = ["north/bay", "south/bay", "c", "d"];
  const { zones } = game.arena;
  expect(zoneNames({ ...game, localStates })).toEqual(["north/bay", "south/bay"]);
  const arena = { ...game.arena, zones: [...zones, ...zones] };
  expect(zoneNames({ ...game, arena, kinds: undefined })).toEqual(game.localStates);
});

test.each([[[0.6, 0.4]], [[0.05, 0.95]], [[0.5, 0.3, 0.2]], [[0.4, 0.2, 0.2, 0.2]]])(
  "of shares %j every robot has one kind, near its share, that it keeps when others join",
  (shares) => {
    const kinds = shares.map((share, i) => ({ name: `kind_${i}`, share }));
    const counts = shares.map(() => 0);
    for (let n = 1; n < 300; n++) {
      counts[kindOfRobot(kinds, n - 1)]++;
      expect(kindCounts(kinds, n)).toEqual(counts);
      shares.forEach((share, c) => expect(Math.abs(counts[c] - share * n)).toBeLessThan(1));
    }
    expect(kindCounts(kinds, 1e9)).toEqual(shares.map((share) => Math.round(share * 1e9)));
  },
);

test("shares that miss 1 by what is allowed are divided by their sum: no more robots than there are", () => {
  const shared = [0.6, 0.4000009].map((share, i) => ({ name: `kind_${i}`, share }));
  const { kinds } = gameOf({ kinds: shared, jobs: [], rewards: [] });
  const n = 1e7;
  const counts = kindCounts(kinds!, n);
  expect(counts[0] + counts[1]).toBe(n);
  expect(Math.abs(counts[0] - (0.6 * n) / 1.0000009)).toBeLessThan(1);
});

/** Two laws in which 0.7 of the robots are of the first kind. */
const LAWS = [
  [0.7, 0, 0.1, 0.2],
  [0.2, 0.5, 0.3, 0],
];

test.each([
  ["a Dirichlet law for each kind", { dirichlet: 0.4 }],
  ["one of two laws", { one_of: LAWS }],
])("starts: %s, and each kind has its number of robots", (_, local) => {
  const started = gameOf({}, { initial: { local } });
  const n = 21;
  const counts = kindCounts(KINDS, n);
  const ids = Array.from({ length: n }, (_, i) => `robot_${i}`);
  const population = new Population(started, new Float64Array(24).fill(1 / 3), {
    population: n,
    seed: 3,
  });
  const means = [new Float64Array(4), new Float64Array(4)];
  const EPISODES = 4000;
  for (let episode = 0; episode < EPISODES; episode++) {
    population.start(episode);
    const seen = new Float64Array(4);
    const { localStates } = drawEpisodeStart(started, ids, 3, episode);
    localStates.forEach((state, robot) => {
      seen[state]++;
      if (Math.floor(state / 2) !== kindOfRobot(KINDS, robot)) throw new Error("another kind");
    });
    for (const [i, states] of [seen, Float64Array.from(population.counts)].entries()) {
      expect([states[0] + states[1], states[2] + states[3]]).toEqual(counts);
      states.forEach((count, s) => (means[i][s] += count / n / EPISODES));
    }
  }
  const { mean } = localLawMoments(started);
  const shares = counts.map((count) => count / n);
  mean.forEach((p, s) => {
    const c = Math.floor(s / 2);
    for (const seen of means) expect(seen[s]).toBeCloseTo((p * shares[c]) / KINDS[c].share, 1.7);
  });
});

test.each([
  ["a Dirichlet law", { dirichlet: 0.4 }],
  ["one of two laws", { one_of: LAWS }],
])("the moments of all robots' law and of each kind's are those of its draws: %s", (_, local) => {
  const started = gameOf({}, { initial: { local } });
  const uniform = keyedUniform(2, "learn");
  const laws = Array.from({ length: 20_000 }, () => Array.from(drawLocalLaw(started, uniform)));
  for (const kind of [undefined, 0, 1]) {
    const own = laws.map((law) =>
      law.map((p, s) =>
        kind === undefined ? p : Math.floor(s / 2) === kind ? p / KINDS[kind].share : 0,
      ),
    );
    const { mean, variance } = localLawMoments(started, kind);
    const average = mean.map((_, s) => own.reduce((sum, law) => sum + law[s], 0) / own.length);
    mean.forEach((p, s) => expect(p).toBeCloseTo(average[s], 1.9));
    const trace = own
      .flatMap((law) => law.map((p, s) => (p - mean[s]) ** 2))
      .reduce((sum, square) => sum + square / own.length, 0);
    const spread = 1 - mean.reduce((sum, p) => sum + p * p, 0);
    expect(variance * spread).toBeCloseTo(trace, 1.9);
  }
});

const faults: [string, object, object, RegExp][] = [
  ["kinds outside a map", {}, { kinds: [] }, /^bays.yaml: kinds stand outside a map; say them/],
  [
    "shares that sum to less than 1",
    { kinds: [{ name: "fast", share: 0.7 }] },
    {},
    /map\.kinds: the shares of all kinds sum to 0\.7; make them sum to 1/,
  ],
  [
    "a share of 0",
    {
      kinds: [
        { name: "fast", share: 1 },
        { name: "slow", share: 0 },
      ],
    },
    {},
    /map\.kinds\[1\]\.share is 0: .*>0/,
  ],
  [
    "two kinds of one name",
    {
      kinds: [
        { name: "fast", share: 0.5 },
        { name: "fast", share: 0.5 },
      ],
    },
    {},
    /map\.kinds: two kinds have one name; give each/,
  ],
  [
    "a kind's name with a stroke",
    { kinds: [{ name: "fast/new", share: 1 }] },
    {},
    /map\.kinds\[0\]\.name is [^:]*: a kind's name holds a \/, which ends it .*; leave the \/ out/,
  ],
  [
    "jobs of a kind that is not there",
    { jobs: [{ zones: "*", kinds: "old", end: 1 }] },
    {},
    /map jobs\[0\] names old, which is no kind; its kinds are fast, slow/,
  ],
  [
    "rewards of kinds where there are none",
    { kinds: undefined, jobs: [], rewards: [{ kinds: "fast", reward: 1 }] },
    {},
    /map rewards\[0\] names fast, which is no kind; its kinds are none/,
  ],
  [
    "a start with other shares",
    {},
    { initial: { local: [0.25, 0.25, 0.25, 0.25] } },
    /initial\.local gives the kind fast 0\.5 of the robots and its share is 0\.7; make them agree/,
  ],
];
test.each(faults)("%s is refused with what is wrong and what to do", (_, change, others, said) => {
  expect(messageOf(() => gameOf(change, others))).toMatch(said);
});

test("arrays that change a robot's kind, or share states unevenly, are refused", () => {
  const long = longForm();
  const laws = structuredClone(long.local_transition) as number[][][][];
  laws[3][0][0] = [0.5, 0, 0, 0.5];
  expect(messageOf(() => scenarioOf({ ...long, local_transition: laws }, "long.yaml"))).toBe(
    "long.yaml: local_kinds do not fit local_transition; give each kind as many local states, none of which leads to another kind's",
  );
  const three = [0.5, 0.3, 0.2].map((share, i) => ({ name: `kind_${i}`, share }));
  expect(
    messageOf(() => scenarioOf({ ...long, arena: {}, local_kinds: three }, "long.yaml")),
  ).toMatch(/local_kinds do not fit local_transition; give each kind as many local states/);
});

test("a kind that no robot is of is told, with how many robots are enough", () => {
  expect(kindsProblem(game, 1)).toBe(
    "with n = 1 no robot is of the kind slow of bays, whose share is 0.3; have at least 2, or give it a larger share",
  );
  expect(kindsProblem(game, 2)).toBeUndefined();
  const rare = [1 - 1e-9, 1e-9].map((share, i) => ({ name: `kind_${i}`, share }));
  expect(kindsProblem({ ...game, kinds: rare }, 1)).toMatch(/have at least 500000001,/);
  expect(kindsProblem({ ...game, kinds: undefined }, 1)).toBeUndefined();
});

test("a sample is split in proportion, with at least one of each kind, and never more than there are", () => {
  expect(splitSample([18, 12], 5)).toEqual([3, 2]);
  expect(splitSample([27, 3], 5)).toEqual([4, 1]);
  expect(splitSample([29, 1], 2)).toEqual([1, 1]);
  expect(splitSample([28, 1, 1], 3)).toEqual([1, 1, 1]);
  expect(splitSample([30, 0], 4)).toEqual([4, 0]);
  expect(splitSample([30], 7)).toEqual([7]);
  // Fewer than kinds, as an overloaded agent asks.
  expect(splitSample([20, 10], 1)).toEqual([1, 0]);
  for (const groups of [
    [18, 12],
    [29, 1],
    [5, 4, 1],
    [1, 1, 28],
  ]) {
    const all = groups.reduce((sum, n) => sum + n, 0);
    for (let size = groups.length; size <= all; size++) {
      const sizes = splitSample(groups, size);
      expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(size);
      sizes.forEach((own, c) => {
        expect(own).toBeGreaterThanOrEqual(1);
        expect(own).toBeLessThanOrEqual(groups[c]);
        expect(Math.abs(own - (size * groups[c]) / all)).toBeLessThan(groups.length);
      });
    }
  }
});

test("how robots can be sampled depends on the kinds", () => {
  expect([groupsOf(game, "uniform", 20), groupsOf(game, "by_kind", 20)]).toEqual([[20], [14, 6]]);
  expect(kindTotals(game, [3, 4, 0, 5])).toEqual([7, 5]);
  expect(samplingProblem(game, "by_kind", 2)).toBeUndefined();
  expect(samplingProblem(game, "by_kind")).toBeUndefined();
  expect(samplingProblem(game, "uniform", 1)).toBeUndefined();
  expect(samplingProblem(game, "by_kind", 1)).toMatch(
    /at least one robot of each kind is asked, and 1 of 2 kinds are not enough; ask at least 2/,
  );
  expect(samplingProblem({ ...game, kinds: undefined }, "by_kind", 5)).toMatch(
    /cannot be sampled by_kind: bays has no kinds; sample uniform, or give/,
  );
});
