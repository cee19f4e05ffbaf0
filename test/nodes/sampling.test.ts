import { drawSample, RobotKinds, Roster } from "../../src/nodes/sampling";
import { messageOf, shipped } from "../games";
import { inclusionQuantile, overlapFit } from "../support/sampling_fit";

const ROBOTS = [...Array(30).keys()].map((i) => `robot_${i}`);
const K = 10;
const EPOCHS = [...Array(300).keys()];
/** Both tails of a test on a fixed seed. */
const TAIL = 0.001;

test("samples are uniform, each of distinct robots, and successive ones are independent", () => {
  const samples = EPOCHS.map((epoch) => drawSample(5, epoch, ROBOTS, K));
  for (const sample of samples) expect(new Set(sample).size).toBe(K);
  const quantile = inclusionQuantile(samples, ROBOTS);
  expect(quantile).toBeGreaterThan(TAIL);
  expect(quantile).toBeLessThan(1 - TAIL);
  expect(overlapFit(samples, ROBOTS.length)).toBeGreaterThan(TAIL);
});

test("a sampler that always asks robot_0 fails the test of uniformity", () => {
  const biased = EPOCHS.map((epoch) => {
    const sample = drawSample(5, epoch, ROBOTS, K);
    return sample.includes("robot_0") ? sample : ["robot_0", ...sample.slice(1)];
  });
  expect(inclusionQuantile(biased, ROBOTS)).toBeGreaterThan(1 - TAIL);
});

test("a sampler that goes round by turns fails at the lower tail, and by its overlaps", () => {
  const turns = EPOCHS.map((epoch) =>
    [...Array(K).keys()].map((i) => ROBOTS[(epoch * K + i) % ROBOTS.length]),
  );
  expect(inclusionQuantile(turns, ROBOTS)).toBeLessThan(TAIL);
  expect(overlapFit(turns, ROBOTS.length)).toBeLessThan(TAIL);
});

test("a sample depends on seed and epoch alone", () => {
  expect(drawSample(1, 7, ROBOTS, K)).toEqual(drawSample(1, 7, ROBOTS, K));
  expect(drawSample(2, 7, ROBOTS, K)).not.toEqual(drawSample(1, 7, ROBOTS, K));
  expect(drawSample(1, 8, ROBOTS, K)).not.toEqual(drawSample(1, 7, ROBOTS, K));
});

test("where fewer than k are eligible, all of them are asked", () => {
  expect(drawSample(1, 0, ["robot_1", "robot_2"], K).sort()).toEqual(["robot_1", "robot_2"]);
  expect(drawSample(1, 0, [], K)).toEqual([]);
});

test("replacements are eligible robots that were not asked yet", () => {
  const asked = new Set(ROBOTS.slice(0, 27));
  const others = drawSample(1, 0, ROBOTS, 2, asked);
  expect(others).toHaveLength(2);
  for (const robot of others) expect(asked.has(robot)).toBe(false);
  expect(drawSample(1, 0, ROBOTS, 5, asked)).toHaveLength(3);
});

test("replacements are uniform, and a second draw of an epoch is independent of the first", () => {
  const asked = new Set(ROBOTS.slice(0, K));
  const rest = ROBOTS.slice(K);
  const firsts = EPOCHS.map((epoch) => drawSample(5, epoch, ROBOTS, 1, asked));
  const pairs = EPOCHS.map((epoch, i) => {
    const second = drawSample(5, epoch, ROBOTS, 1, new Set([...asked, ...firsts[i]]));
    return [...firsts[i], ...second];
  });
  for (const drawn of [firsts, pairs]) {
    const quantile = inclusionQuantile(drawn, rest);
    expect(quantile).toBeGreaterThan(TAIL);
    expect(quantile).toBeLessThan(1 - TAIL);
  }
  // By one stream of draws for both, the second would be the first's neighbour.
  const neighbours = pairs.filter(([a, b]) => Math.abs(rest.indexOf(a) - rest.indexOf(b)) === 1);
  expect(neighbours.length).toBeLessThan(0.25 * pairs.length);
});

test("a robot in quarantine is not eligible until its time is over, and none is known twice", () => {
  const roster = new Roster(
    () => ["robot_10", "robot_2", "robot_1", "robot_10"],
    () => 1000,
  );
  expect(roster.eligible(0)).toEqual([]);
  roster.refresh();
  roster.quarantine(["robot_2"], 500);
  expect(roster.robots).toHaveLength(3);
  expect(roster.eligible(1499)).toEqual(["robot_1", "robot_10"]);
  expect(roster.eligible(1500)).toEqual(["robot_1", "robot_2", "robot_10"]);
});

test("robots in quarantine come in the order in which they went there, until they answer", () => {
  const robots = ["robot_3", "robot_10", "robot_2", "robot_1"];
  const roster = new Roster(
    () => robots,
    () => 1000,
  );
  roster.refresh();
  roster.quarantine(["robot_3"], 0);
  roster.quarantine(["robot_10", "robot_2"], 200);
  roster.quarantine(["robot_3"], 500);
  expect(roster.quarantined(600)).toEqual(["robot_2", "robot_10", "robot_3"]);
  expect(roster.eligible(600)).toEqual(["robot_1"]);
  roster.release(["robot_10"]);
  expect(roster.quarantined(600)).toEqual(["robot_2", "robot_3"]);
  expect(roster.quarantined(1200)).toEqual(["robot_3"]);
});

test("a robot's kind is what it says, else as listed, else by its index; others have none", () => {
  const mixed = shipped("dock_dispatch_mixed");
  const kinds = new RobotKinds(mixed, ["cart_1=slow", "robot_2=slow"]);
  const robots = ["robot_0", "robot_1", "robot_2", "cart_1", "cart_2"];
  expect(kinds.groups(robots)).toEqual([["robot_0"], ["robot_1", "robot_2", "cart_1"]]);
  kinds.hear({ agent_id: "robot_1", state: 4 });
  kinds.hear({ agent_id: "cart_2", state: 5 });
  kinds.hear({ agent_id: "robot_2", state: 0 });
  expect(kinds.groups(robots)).toEqual([
    ["robot_0", "robot_1", "robot_2"],
    ["cart_1", "cart_2"],
  ]);
  expect(messageOf(() => new RobotKinds(mixed, ["cart_1=old"]))).toBe(
    "robot_kinds is old and the kinds of dock_dispatch_mixed are: fast, slow; give one of them, or leave it out",
  );
  expect(messageOf(() => new RobotKinds(shipped("dock_dispatch"), ["cart_1=fast"]))).toMatch(
    /^robot_kinds is fast and dock_dispatch has no kinds; leave it out$/,
  );
  const twice = ["cart_1=slow", "cart_1=slow", "cart_1=fast"];
  expect(messageOf(() => new RobotKinds(mixed, twice))).toBe(
    "robot_kinds gives cart_1 two kinds; give it one",
  );
});

test("groups of robots are drawn independently, each uniformly", () => {
  const [first, second] = [0, 1].map((group) =>
    EPOCHS.map((epoch) => drawSample(5, epoch, ROBOTS, K, undefined, group)),
  );
  expect(first).not.toEqual(second);
  const quantile = inclusionQuantile(second, ROBOTS);
  expect(quantile).toBeGreaterThan(TAIL);
  expect(quantile).toBeLessThan(1 - TAIL);
  const both = EPOCHS.flatMap((epoch) => [first[epoch], second[epoch]]);
  expect(overlapFit(both, ROBOTS.length)).toBeGreaterThan(TAIL);
});
