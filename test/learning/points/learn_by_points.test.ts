import { finish } from "../../../src/base/steps";
import { evaluate } from "../../../src/evaluation/evaluate";
import { limitOf } from "../../../src/game/limit";
import { scenarioOf } from "../../../src/game/scenario";
import { bestBlind } from "../../../src/learning/blind";
import { gapBound } from "../../../src/learning/gaps";
import { learnByPoints } from "../../../src/learning/points/learn_by_points";
import { learningHorizon } from "../../../src/learning/simulation";
import { boundSentences } from "../../../src/policy/bounds";
import { Lookahead, vectorsOf } from "../../../src/policy/lookahead";
import { decodePolicy, encodePolicy } from "../../../src/policy/policy_file";
import { randomGame, shipped } from "../../games";
import { madePair } from "../../policy/policies";
import { distributions } from "./plans_tried";

const dock = shipped("dock_dispatch");

test("what the file's float32 vectors promise is still at most their backup", async () => {
  for (const localForm of ["state", "command"] as const) {
    const { pair } = await learnByPoints(dock, { localForm, population: 100 });
    const limit = limitOf(dock, pair.localPolicy);
    const lookahead = new Lookahead(limit, vectorsOf(pair, limit.sizes));
    for (const shares of distributions(5, 200)) {
      for (const g of dock.globalStates.keys()) {
        lookahead.best(g, shares);
        const promised = lookahead.bestValue;
        // Double precision alone rounds here.
        expect(promised).toBeLessThan(lookahead.look(g, shares) + 1e-12);
      }
    }
  }
});

test("the same seed learns the same pair; an end by time keeps the best so far", async () => {
  const game = randomGame({ sG: 2, aG: 3, sL: 3, aL: 2 }, 4);
  const once = await learnByPoints(game, { population: 40 });
  expect(await learnByPoints(game, { population: 40 })).toEqual(once);
  const early = await learnByPoints(game, { population: 40, accuracy: 1e-6, isTimeUp: () => true });
  expect([early.iterations, early.metadata.pointsUsed?.stop]).toEqual([1, "time"]);
  // With many local states the turn with few points is the one turn.
  const many = randomGame({ sG: 2, aG: 2, sL: 24, aL: 2 }, 4);
  const first = await learnByPoints(many, { population: 40, points: 40, isTimeUp: () => true });
  expect([first.iterations, first.metadata.pointsUsed]).toEqual([1, { points: 10, stop: "time" }]);
  await expect(learnByPoints(game, { points: 0 })).rejects.toThrow(/number of points is 0/);
  const wide = randomGame({ sG: 50, aG: 2, sL: 2, aL: 2 }, 4);
  // The policy file holds 131,072 vectors.
  await expect(learnByPoints(wide, { points: 1311 })).rejects.toThrow(/1311; .*1 to 1310/);
  await expect(learnByPoints(game, { accuracy: 0 })).rejects.toThrow(/accuracy is 0; give a share/);
});

test("the pair is measured as far as there is time, and what is missing is told", async () => {
  const game = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 4);
  /** Learning where the time that is gone lies between two shares of it. */
  const learned = async (gone: number) => {
    const isTimeUp = (share = 1): boolean => share <= gone;
    const { metadata, unmeasured, pair } = await learnByPoints(game, {
      ...{ population: 9, accuracy: 1e-6, isTimeUp },
    });
    const file = decodePolicy(encodePolicy(pair, metadata, game), "file").metadata;
    return { unmeasured, ...file };
  };
  const { unmeasured, ...nothing } = await learned(1);
  expect(unmeasured).toEqual([
    ...["all rollouts of the return", "the bound of the global gap", "the team's bound"],
    ...["the bounds", "the local gap", "the global gap", "the team's estimate"],
  ]);
  const told = ["bounds", "globalGap", "localGap", "globalGapBound", "teamBound", "teamEstimate"];
  expect(told.filter((one) => one in nothing)).toEqual([]);
  const cut = await learned(0.99);
  expect(cut.unmeasured).toEqual(["a better estimate of the team"]);
  expect(told.filter((one) => !(one in cut))).toEqual([]);
  const reserved = await learned(0.7);
  expect([reserved.unmeasured, reserved.pointsUsed?.stop]).toEqual([[], "time"]);
});

test("no bound of the team is below what the pair earns at least, nor below the bound against it", async () => {
  for (let seed = 0; seed < 4; seed++) {
    const game = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, seed);
    const { metadata } = await learnByPoints(game, { population: 30, points: 12 });
    const { bounds, teamBound, teamEstimate, globalGapBound } = metadata;
    expect(teamBound).toBeGreaterThan(teamEstimate!);
    expect(teamEstimate).toBeGreaterThanOrEqual(bounds!.lower);
    expect(teamBound).toBeGreaterThan(bounds!.upper - 1e-3);
    expect(globalGapBound).toBeGreaterThanOrEqual(metadata.globalGap!);
  }
});

test.each([
  ["a Dirichlet law", { dirichlet: 1 }],
  ["a fixed law", [0.5, 0.1, 0.3, 0.1]],
])(
  "bounds of a game with kinds say for which numbers of robots they hold: %s",
  async (_, local) => {
    const map = {
      kinds: [
        { name: "A", share: 0.6 },
        { name: "B", share: 0.4 },
      ],
      ...{ ring: { radius: 5, zones: ["bay", "yard"] }, rewards: [{ kinds: "A", reward: 10 }] },
    };
    const game = scenarioOf({ name: "ab", discount: 0.9, initial: { local }, map }, "ab.yaml");
    const policy = await learnByPoints(game, { population: 3 });
    const { lower, upper } = policy.metadata.bounds!;
    const whole = "any number of robots in which each kind's share is whole";
    const [pair, , team, any] = boundSentences(policy.metadata, game);
    expect(pair).toMatch(
      new RegExp(
        `at least 59.* with ${whole}, and in the limit of many; no .* exceeds 60.* with any such number, nor`,
      ),
    );
    for (const said of [team, any]) expect(said).toContain(`with ${whole}, and in the limit`);
    const earned = (population: number, horizon = 200) =>
      evaluate(game, policy, { population, rollouts: 2, horizon }).return.mean;
    expect(earned(10)).toBeGreaterThan(lower);
    expect(earned(10)).toBeLessThan(upper);
    // Two of three robots are of the first kind: not the share that the bounds are of.
    expect(earned(3)).toBeGreaterThan(upper);
    const three = { population: 3, seed: 0 };
    const nothing = { mean: 0, standardError: 0 };
    const most = finish(gapBound(game, limitOf(game, policy.pair.localPolicy), three, nothing));
    // Whatever is commanded earns the same.
    expect(most).toBeCloseTo(earned(3, learningHorizon(game)), 9);
  },
);

test("the blind command is the one whose pair earns most in rollouts", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const game = randomGame({ sG: 3, aG: 3, sL: 3, aL: 2 }, seed);
    const options = { population: 30, horizon: 100, rollouts: 200 };
    const { references } = evaluate(game, { pair: madePair(game, 2) }, options);
    expect((await bestBlind(game, {})).action).toBe(references.blind.globalAction);
  }
});
