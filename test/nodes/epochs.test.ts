import { drawSample } from "../../src/nodes/sampling";
import { MeanFieldFilter } from "../../src/policy/filter";
import { toTime } from "../../src/ros/messages";
import { inclusionQuantile } from "../support/sampling_fit";
import { K, none, ROBOTS, SEED, setup, TIMEOUT_MS } from "./played_agent";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("an epoch starts at each boundary, with a command as soon as all asked have answered", () => {
  const { commands, tick, mostSubscriptions } = setup();
  for (const seconds of [1, 6, 7, 12, 18]) tick(seconds);
  expect(commands.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  expect(commands.map(({ decision_time }) => decision_time.sec)).toEqual([6, 12, 18]);
  for (const command of commands) {
    expect(command).toMatchObject({ missing: 0, histogram: [0, 0, K], global_state: 1 });
    expect(new Set(command.sampled_agents).size).toBe(K);
  }
  expect(mostSubscriptions()).toBeLessThanOrEqual(2 * K);
});

test("a robot that is not there is named after 10 s, once, and start_timeout begins without it", () => {
  const { commands, warnings, tick, wait, set } = setup({
    robots: () => ROBOTS.filter((name) => name !== "robot_7"),
  });
  tick(1);
  wait(9000);
  tick(2);
  expect(warnings).toEqual([]);
  for (const seconds of [3, 4, 5]) {
    wait(1000);
    tick(seconds);
  }
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(
    /^no epoch has begun for 1\d s: waiting for 12 robots: 11 are there; not there: robot_7; .*; the others must be in its ROS domain \(ROS_DOMAIN_ID=/,
  );
  set({ start_timeout: 5 });
  for (const seconds of [6, 12]) tick(seconds);
  expect(commands).toHaveLength(2);
});

test.each([
  [undefined, /^epoch 1 is missed: the lead vehicle's state did not come in time; look at lead_a/],
  [4, /did not come in time: it is stale, stamped 8.0 s ago; look at lead_agent$/],
])("an epoch without the lead vehicle's state is missed: %s", (stamped, words) => {
  const { commands, warnings, tick, leadSays, wait, two } = setup();
  for (const seconds of [1, 6]) tick(seconds);
  if (stamped === undefined) two.add("/global_agent/state");
  else leadSays(stamped);
  tick(12);
  wait(TIMEOUT_MS);
  expect(commands).toHaveLength(1);
  expect(warnings).toEqual([expect.stringMatching(words)]);
});

test("another length of epochs holds from the next boundary on", () => {
  const { commands, tick, set } = setup();
  for (const seconds of [1, 6]) tick(seconds);
  set({ epoch_length: 4 });
  for (const seconds of [7, 8, 12, 16]) tick(seconds);
  set({ epoch_length: 6 });
  for (const seconds of [18, 20, 24]) tick(seconds);
  set({ epoch_length: 9 });
  for (const seconds of [27, 30, 36, 45]) tick(seconds);
  // 55 is the next multiple of 5, and too near.
  set({ epoch_length: 5 });
  for (const seconds of [54, 55, 60, 65]) tick(seconds);
  const times = commands.map(({ decision_time }) => decision_time.sec);
  expect(times).toEqual([6, 12, 16, 20, 24, 30, 36, 45, 54, 60, 65]);
  expect(commands.map(({ epoch }) => epoch)).toEqual([...times.keys()]);
});

test("after ROS time went back, epochs go on at the boundaries of the new time", () => {
  const { commands, epochs, tick } = setup();
  for (const seconds of [1, 6, 12]) tick(seconds);
  expect(epochs.troubles).toEqual(none);
  for (const seconds of [3, 6, 12, 18]) tick(seconds);
  const times = commands.map(({ decision_time }) => decision_time.sec);
  expect(times.slice(-3)).toEqual([6, 12, 18]);
  const numbers = commands.map(({ epoch }) => epoch);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(epochs.troubles).toEqual({ ...none, clock_jumps: 1 });
});

test("a silent robot is replaced after half the time, within 2k subscriptions, and not asked again for 10 s", () => {
  const silent = new Set(drawSample(SEED, 1, ROBOTS, K).slice(0, 2));
  const { commands, warnings, tick, wait, answer, mostSubscriptions } = setup({ silent });
  tick(1);
  tick(6);
  tick(12);
  wait(0.4 * TIMEOUT_MS);
  expect(commands).toHaveLength(1);
  wait(0.2 * TIMEOUT_MS);
  answer();
  expect(warnings).toEqual([
    expect.stringMatching(/^epoch 1: asked robot_\d+, robot_\d+ instead of robot_\d+, robot_\d+$/),
  ]);
  expect(commands[1]).toMatchObject({ epoch: 1, missing: 0, histogram: [0, 0, K] });
  expect(commands[1].sampled_agents.filter((robot) => silent.has(robot))).toEqual([]);
  expect(mostSubscriptions()).toBeGreaterThan(K);
  expect(mostSubscriptions()).toBeLessThanOrEqual(2 * K);
  const asked = (from: number, to: number): Set<string> => {
    for (let epoch = from; epoch < to; epoch++) tick(6 * (epoch + 1));
    return new Set(commands.slice(from).flatMap(({ sampled_agents }) => sampled_agents));
  };
  const quiet = ROBOTS.filter((robot) => silent.has(robot));
  silent.clear();
  const soon = asked(2, 12);
  expect(ROBOTS.filter((robot) => !soon.has(robot))).toEqual(quiet);
  wait(10_000);
  const later = asked(12, 32);
  expect(ROBOTS.filter((robot) => !later.has(robot))).toEqual([]);
});

test.each(["stay", "leave"])(
  "who answered while the process was held up counts: they %s",
  (then) => {
    const sample = drawSample(SEED, 1, ROBOTS, K);
    const silent = new Set(sample.slice(0, 2));
    let robots = ROBOTS;
    const { commands, warnings, tick, holdUp, answer, wait } = setup({
      silent,
      robots: () => robots,
    });
    for (const seconds of [1, 6, 12]) tick(seconds);
    wait(0.4 * TIMEOUT_MS);
    if (then === "leave") robots = ROBOTS.filter((robot) => !silent.has(robot));
    silent.clear();
    holdUp(0.06 * TIMEOUT_MS);
    answer();
    wait(TIMEOUT_MS);
    expect(warnings).toEqual([]);
    expect(commands[1]).toMatchObject({ epoch: 1, missing: 0, sampled_agents: sample });
  },
);

test("samples stay uniform over the robots that are there, while others leave and join", () => {
  const there = (from: number, to: number): string[] =>
    [...Array(to).keys()].slice(from).map((i) => `robot_${i}`);
  let robots = ROBOTS;
  const silent = new Set<string>();
  const { commands, tick, wait, answer } = setup({ silent, robots: () => robots });
  tick(1);
  let epochs = 0;
  const phases = [ROBOTS, there(4, 12), there(4, 20), there(0, 10)];
  for (const phase of phases) {
    // Who leaves says nothing more, though it may have been asked already.
    robots.filter((robot) => !phase.includes(robot)).forEach((robot) => silent.add(robot));
    phase.forEach((robot) => silent.delete(robot));
    robots = phase;
    for (let i = 0; i < 300; i++) {
      tick(6 * ++epochs);
      wait(0.6 * TIMEOUT_MS);
      answer();
    }
    expect(commands).toHaveLength(epochs);
    // The first of them was drawn before.
    const samples = commands.slice(-299).map(({ sampled_agents }) => [...sampled_agents]);
    const quantile = inclusionQuantile(samples, phase);
    expect(quantile).toBeGreaterThan(0.001);
    expect(quantile).toBeLessThan(0.999);
  }
  expect(commands.filter(({ missing }) => missing > 0)).toEqual([]);
  expect(commands.map(({ epoch }) => epoch)).toEqual([...Array(epochs).keys()]);
});

test("with nobody left to ask instead, the decision uses what came and says what is missing", () => {
  const silent = new Set<string>();
  const { commands, warnings, tick, wait } = setup({ silent });
  tick(1);
  tick(6);
  ROBOTS.forEach((robot) => silent.add(robot));
  tick(12);
  wait(TIMEOUT_MS);
  expect(commands[1]).toMatchObject({ epoch: 1, missing: K, histogram: [0, 0, 0] });
  expect(warnings.join()).toMatch(/epoch 1: 4 of 4 states missing/);
});

test("boundaries that go by unseen are epochs too, and a clock that goes back stops nothing", () => {
  const { commands, tick } = setup();
  for (const seconds of [1, 6, 12, 30.5]) tick(seconds);
  tick(36);
  expect(commands.map(({ epoch }) => epoch)).toEqual([0, 1, 4, 5]);
  tick(2);
  tick(6);
  tick(12);
  expect(commands.slice(4).map(({ decision_time }) => decision_time.sec)).toEqual([0, 6, 12]);
  expect(commands.map(({ epoch }) => epoch)).toEqual([0, 1, 4, 5, 6, 7, 8]);
});

test("the filter's memory is moved on by each epoch that goes by, unseen or missed", () => {
  const silent = new Set<string>();
  const { commands, tick, wait, set, predicted } = setup({ silent });
  set({ observation: "filter" });
  for (const seconds of [1, 6]) tick(seconds);
  ROBOTS.forEach((robot) => silent.add(robot));
  // At 12, 18, 24: unseen. At 30 nobody answers.
  tick(30.5);
  wait(TIMEOUT_MS);
  expect(commands[1]).toMatchObject({ epoch: 4, missing: K });
  expect(commands[1].belief).toEqual(predicted(commands[0], 4));
  // So many went by that more would change nothing.
  const predict = jest.spyOn(MeanFieldFilter.prototype, "predict");
  tick(6e7 + 0.5);
  wait(TIMEOUT_MS);
  expect(predict.mock.calls.length).toBeLessThan(2000);
  predict.mockRestore();
  expect(commands[2].epoch).toBeGreaterThan(9_999_000);
  const last = Array.from(commands[2].belief);
  predicted(commands[0], 5000).forEach((share, i) => expect(last[i]).toBeCloseTo(share, 9));
});

test("the filter begins anew with the world's shifts", () => {
  const reset = jest.spyOn(MeanFieldFilter.prototype, "reset");
  const { commands, tick, set, tellPopulation } = setup();
  set({ observation: "filter" });
  tellPopulation(ROBOTS.length);
  tick(1);
  tick(6);
  tellPopulation(ROBOTS.length, 6, 24);
  reset.mockClear();
  for (const seconds of [12, 18, 24, 30]) tick(seconds);
  expect(commands).toHaveLength(5);
  expect(reset).toHaveBeenCalledTimes(1);
  reset.mockRestore();
});

test("a session counts the boundaries at which nobody commanded, as its robots tell", () => {
  const acted = { acted: true, epoch: 9, decision_time: toTime(60_000_000_000n) };
  const { commands, warnings, tick } = setup({ acted });
  // At 66, 72, ... 96.
  for (const seconds of [100, 101, 102, 108]) tick(seconds);
  expect(commands.map(({ epoch }) => epoch)).toEqual([16, 17]);
  expect(warnings).toEqual(["epochs 10 to 15 went by unseen"]);
});

test("a session of a time before that of its robots' last epoch goes on above it", () => {
  const acted = { acted: true, epoch: 9, decision_time: toTime(600_000_000_000n) };
  const { commands, warnings, tick } = setup({ acted });
  for (const seconds of [1, 2, 6, 12]) tick(seconds);
  expect(commands.map(({ epoch }) => epoch)).toEqual([10, 11]);
  expect(warnings).toEqual([]);
});

test("a session goes on with a stop that holds the lead vehicle alone", () => {
  const { commands, tick, reset } = setup({ leadStopped: true });
  for (const seconds of [1, 6]) tick(seconds);
  expect(commands.map(({ emergency_stop }) => emergency_stop)).toEqual([true]);
  reset();
  tick(12);
  expect(commands.at(-1)!.emergency_stop).toBe(false);
});

test("a reset that no robot can hear says so and changes nothing", () => {
  const { commands, tick, reset } = setup();
  expect(reset()).toMatchObject({ success: false, message: expect.stringMatching(/call again/) });
  tick(1);
  tick(6);
  expect(commands[0].resets).toBe(0);
  expect(reset().success).toBe(true);
  expect(commands.at(-1)!.resets).toBe(1);
});

test("while two sources tell the lead vehicle's state no epoch is decided, and it is said", () => {
  const { commands, health, tick, two, wait } = setup();
  for (const seconds of [1, 6]) tick(seconds);
  two.add("/global_agent/state");
  tick(12);
  wait(TIMEOUT_MS);
  expect(commands).toHaveLength(1);
  expect(health()).toMatchObject({ level: "error", message: "two sources of /global_agent/state" });
  two.clear();
  tick(18);
  expect(commands.map(({ epoch }) => epoch)).toEqual([0, 2]);
});

test("a number of robots that one of two sources tells counts for nothing", () => {
  const { epochs, tellPopulation, two } = setup();
  tellPopulation(20);
  two.add("/simulator/population");
  tellPopulation(100_000);
  const asks = (size: number) => () => epochs.requireSampleSize(size);
  expect(asks(20)).not.toThrow();
  expect(asks(21)).toThrow(/sample_size/);
});

test("a large policy is read between commands; a newer one takes its place", async () => {
  const { commands, tick, publishPolicy, repeat } = setup();
  for (const seconds of [1, 6]) tick(seconds);
  const [{ policy_sha256: before }] = commands;
  const large = publishPolicy(600);
  expect(large.refusal).not.toBeUndefined();
  repeat();
  tick(12);
  expect(commands.at(-1)!.policy_sha256).toBe(before);
  await jest.advanceTimersByTimeAsync(1000);
  tick(18);
  expect(commands.at(-1)!.policy_sha256).toBe(large.sha256);
  const overtaken = publishPolicy(601);
  const newest = publishPolicy(3);
  expect(newest.refusal).toBeUndefined();
  await jest.advanceTimersByTimeAsync(1000);
  expect(await Promise.all([large.refusal, overtaken.refusal])).toEqual([undefined, undefined]);
  tick(24);
  expect(commands.at(-1)!.policy_sha256).toBe(newest.sha256);
});
