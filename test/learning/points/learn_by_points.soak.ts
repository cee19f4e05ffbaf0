/** What pairs that are learned at points earn on the shipped scenarios: half a minute. */
import { evaluate } from "../../../src/evaluation/evaluate";
import { learnByPoints } from "../../../src/learning/points/learn_by_points";
import { shipped } from "../../games";

const ring = shipped("ring_dispatch");
const dock = shipped("dock_dispatch");

/** With all robots seen, by the authors' rule. */
const seen = { sampleSize: 1000, transitionTiming: "next", rollouts: 800, horizon: 50 } as const;

test("whatever the seed, the ring's pair of the paper's form is the best that is known", async () => {
  const returns = [];
  for (const seed of [0, 5]) {
    const policy = await learnByPoints(ring, { seed });
    returns.push(evaluate(ring, policy, seen).return.mean);
  }
  expect(Math.min(...returns)).toBeGreaterThan(111.2);
  expect(Math.max(...returns) - Math.min(...returns)).toBeLessThan(0.5);
});

test("robots that use the command close the gap to the team, on both scenarios", async () => {
  const policy = await learnByPoints(ring, { localForm: "command" });
  expect(evaluate(ring, policy, seen).return.mean).toBeGreaterThan(115.2);
  const told = await learnByPoints(dock, { localForm: "command" });
  const { return: earned, overBlind } = evaluate(dock, told, { ...seen, rollouts: 1500 });
  expect(earned.mean).toBeGreaterThan(145);
  expect(overBlind.return.mean).toBeGreaterThan(35);
  const { bounds, teamBound } = told.metadata;
  expect(bounds!.horizonUpper).toBeGreaterThan(earned.mean);
  expect(teamBound).toBeGreaterThan(bounds!.limitUpper);
});
