import { finish } from "../../../src/base/steps";
import { limitOf } from "../../../src/game/limit";
import { Trial } from "../../../src/game/trial";
import { UpperBound } from "../../../src/learning/points/upper_bound";
import { learnByPoints } from "../../../src/learning/points/learn_by_points";
import { pairOf } from "../../../src/learning/points/pair";
import { teamGame, teamSteps } from "../../../src/learning/points/team";
import { repeatedSteps, toldBy } from "../../../src/learning/starts";
import { policyController } from "../../../src/policy/controllers";
import { randomGame, shipped } from "../../games";
import { sizes, Team } from "../joint_team";
import { ROUNDING } from "./plans_tried";

test.each([
  [2, 3],
  [3, 2],
  [4, 1],
])(
  "%d robots: no estimate of the team exceeds what they earn jointly, no bound is below",
  async (n, seeds) => {
    for (let seed = 0; seed < seeds; seed++) {
      const game = randomGame(sizes, seed);
      const optimum = new Team(game, n).optimum();
      const { metadata } = await learnByPoints(game, { population: n, points: 20 });
      expect(metadata.teamEstimate).toBeLessThan(optimum + ROUNDING);
      expect(metadata.teamEstimate).toBeGreaterThanOrEqual(metadata.bounds!.lower);
      expect(metadata.teamBound).toBeGreaterThan(optimum - ROUNDING);
    }
  },
);

test("a team of all rules is near its optimum in the limit, as a fine lattice has it", () => {
  for (let seed = 0; seed < 5; seed++) {
    const game = randomGame(sizes, seed);
    const policies = [0, 1, 2, 3].map(ruleAlways);
    const each = policies.length;
    const all = {
      ...game,
      globalActions: game.globalActions.flatMap((name) => policies.map((_, i) => `${name} ${i}`)),
      globalTransition: repeated(game.globalTransition, sizes.sG, each),
      globalReward: repeated(game.globalReward, 1, each),
    };
    const policy = toldBy(all, (action) => policies[action % each]);
    const optimum = finish(new UpperBound(limitOf(all, policy), 60).solve({ accuracy: 1e-6 }));
    const given = policies.map((one) => toldBy(game, () => one));
    const { plans } = finish(teamSteps(game, given, { points: 60, accuracy: 0.002 }));
    for (const share of [0, 0.3, 1]) {
      for (const g of [0, 1]) {
        const [earned, most] = [plans, optimum].map((one) => one.at(g, [share, 1 - share]));
        expect(earned).toBeLessThan(most + 1e-5);
        expect(earned).toBeGreaterThan(0.998 * most);
      }
    }
  }
});

/** π_l of the form `state` by which the action in a state is that bit of `rule`. */
const ruleAlways = (rule: number): Float64Array =>
  Float64Array.from({ length: sizes.sL * sizes.sG * sizes.aL }, (_, i) =>
    ((rule >> Math.floor(i / (sizes.sG * sizes.aL))) & 1) === i % sizes.aL ? 1 : 0,
  );

/** Each row that often. */
const repeated = (array: Float64Array, width: number, times: number): Float64Array =>
  Float64Array.from({ length: array.length * times }, (_, i) => {
    const row = Math.floor(Math.floor(i / width) / times);
    return array[row * width + (i % width)];
  });

test.each([
  ["ring_dispatch", "current", 114.3],
  ["ring_dispatch", "next", 115.7],
  ["dock_dispatch", "current", 146.3],
] as const)(
  "the team of %s, moved by the %s state, earns what is known as its optimum",
  (...row) => {
    const [name, timing, optimum] = row;
    const given = [finish(repeatedSteps(shipped(name)))];
    const team = teamGame(shipped(name), given);
    const { plans } = finish(teamSteps(shipped(name), given, { points: 200, accuracy: 0.005 }));
    const localPolicy = Float32Array.from(team.localPolicy);
    const pair = pairOf(team.game, localPolicy, plans);
    const controller = policyController(team.game, pair, "sample", 1000, 1000);
    const options = { population: 1000, seed: 3, rollouts: 600, horizon: 50, timing };
    const trial = new Trial(team.game, localPolicy, controller, options).play();
    const { mean, standardError } = trial.earned.return;
    expect(mean).toBeGreaterThan(optimum - 2 * standardError);
    expect(mean).toBeLessThan(optimum + 0.7 + 3 * standardError);
  },
);
