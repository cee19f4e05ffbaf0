import type { GlobalCommand } from "../../src/ros/messages";
import { toTime } from "../../src/ros/messages";
import { RosClock } from "../../src/ros/clock";
import { Commander } from "../../src/nodes/commander";
import { Epochs } from "../../src/nodes/epochs";
import { RESET_SERVICE } from "../../src/ros/topics";
import { drawSample } from "../../src/nodes/sampling";
import { encodePolicy } from "../../src/policy/policy_file";
import { createHash } from "node:crypto";
import { sizesOf } from "../../src/game/model";
import { randomGame } from "../games";
import { inclusionQuantile } from "../support/sampling_fit";
import { madeMetadata, madePair } from "../policy/policies";

const game = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 1);
const K = 4;
const ROBOTS = [...Array(12).keys()].map((i) => `robot_${i}`);
const bytes = encodePolicy(madePair(game, K), madeMetadata(game, K), sizesOf(game));
const SEED = 5;
const TIMEOUT_MS = 1000;
const POLICY = {
  scenario: game.name,
  policy_sha256: createHash("sha256").update(bytes).digest("hex"),
  data: bytes,
};

/** A global agent on a node that is no node: robots answer what the test has them answer. */
function setup(silent = new Set<string>(), robots = () => ROBOTS, acted = {}) {
  const hear = new Map<string, (message: unknown) => string | undefined>();
  const commands: GlobalCommand[] = [];
  const warnings: string[] = [];
  let reset: (() => { success: boolean; message: string }) | undefined;
  let most = 0;
  const clock = new RosClock(true);
  const live = () =>
    [...hear.keys()].filter((name) => name.endsWith("/state") && !name.startsWith("/global"));
  const node = {
    parameters: {
      population: ROBOTS.length,
      sample_size: K,
      observation: "sample",
      epoch_length: 6,
      max_state_age: 1,
      sample_timeout: TIMEOUT_MS / 1000,
      quarantine: 10,
      robot_names: [] as string[],
      policy_file: "",
      seed: SEED,
    },
    log: { info: () => undefined, warn: (line: string) => void warnings.push(line) },
    publisher:
      (topic: { name: string }) =>
      (message: GlobalCommand): void =>
        void (topic.name === "/global_agent/command" && commands.push(message)),
    subscribe: (topic: { name: string }, callback: (message: unknown) => string | undefined) => {
      hear.set(topic.name, callback);
      most = Math.max(most, live().length);
      return { destroy: () => void hear.delete(topic.name) };
    },
    triggerService: (name: string, answer: typeof reset) => {
      if (name === RESET_SERVICE) reset = answer;
    },
    robotsWithState: robots,
    safely: (work: () => void) => work(),
  };
  const commander = new Commander(node as never, game, clock);
  const agent = new Epochs(node as never, game, clock, commander);
  commander.configure();
  commander.activate();
  agent.activate();
  let now = 0;
  /** Time goes to `seconds`; the lead vehicle and all robots that are asked say where they are. */
  const tick = (seconds: number): void => {
    now = seconds;
    clock.hear(toTime(BigInt(Math.round(seconds * 1e9))));
    jest.advanceTimersByTime(1);
    answer();
    agent.poll();
    jest.advanceTimersByTime(1);
    answer();
    jest.advanceTimersByTime(1);
  };
  const answer = (): void => {
    const header = { stamp: toTime(BigInt(Math.round(now * 1e9))), frame_id: "map" };
    hear.get("/global_agent/state")!({ header, state: 1 });
    for (const name of live()) {
      const robot = name.slice(1, -"/state".length);
      if (silent.has(robot)) continue;
      hear.get(name)!({
        header,
        agent_id: robot,
        state: 2,
        acted: false,
        epoch: 0,
        decision_time: toTime(0n),
        ...acted,
        stopped: false,
      });
    }
  };
  expect(hear.get("/policy")!(POLICY)).toBeUndefined();
  return {
    commands,
    warnings,
    epochs: agent,
    tick,
    answer,
    /** A robot that is asked says something of its own. */
    say: (robot: string, seconds: number, state = 2) =>
      hear.get(`/${robot}/state`)!({
        header: { stamp: toTime(BigInt(Math.round(seconds * 1e9))), frame_id: "map" },
        agent_id: robot,
        state,
        acted: false,
        epoch: 0,
        decision_time: toTime(0n),
        stopped: false,
      }),
    set: (values: object) => void Object.assign(node.parameters, values),
    reset: () => reset!(),
    wait: (ms: number) => jest.advanceTimersByTime(ms),
    mostSubscriptions: () => most,
  };
}

const none = {
  missed_epochs: 0,
  missing_states: 0,
  silent_robots: 0,
  stale_states: 0,
  future_states: 0,
  unknown_states: 0,
  late_states: 0,
  clock_jumps: 0,
};

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
  const { commands, warnings, tick, wait, answer, mostSubscriptions } = setup(silent);
  tick(1);
  tick(6);
  tick(12);
  wait(0.4 * TIMEOUT_MS);
  expect(commands).toHaveLength(1);
  wait(0.2 * TIMEOUT_MS);
  expect(warnings.join()).toMatch(
    /epoch 1: robot_\d+ (silent|stale), robot_\d+ (silent|stale); asked robot_\d+, robot_\d+/,
  );
  answer();
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

test("samples stay uniform over the robots that are there, while others leave and join", () => {
  const there = (from: number, to: number): string[] =>
    [...Array(to).keys()].slice(from).map((i) => `robot_${i}`);
  let robots = ROBOTS;
  const silent = new Set<string>();
  const { commands, tick, wait, answer } = setup(silent, () => robots);
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
  const { commands, warnings, tick, wait } = setup(silent);
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

test("a session counts the boundaries at which nobody commanded, as its robots tell", () => {
  const acted = { acted: true, epoch: 9, decision_time: toTime(60_000_000_000n) };
  const { commands, warnings, tick } = setup(undefined, undefined, acted);
  // At 66, 72, ... 96.
  for (const seconds of [100, 101, 102, 108]) tick(seconds);
  expect(commands.map(({ epoch }) => epoch)).toEqual([16, 17]);
  expect(warnings).toEqual(["epochs 10 to 15 went by unseen"]);
});

test("a session of a time before that of its robots' last epoch goes on above it", () => {
  const acted = { acted: true, epoch: 9, decision_time: toTime(600_000_000_000n) };
  const { commands, warnings, tick } = setup(undefined, undefined, acted);
  for (const seconds of [1, 2, 6, 12]) tick(seconds);
  expect(commands.map(({ epoch }) => epoch)).toEqual([10, 11]);
  expect(warnings).toEqual([]);
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

test("where fewer than k robots are there all are asked, and it is said once", () => {
  const { commands, warnings, tick } = setup(undefined, () => ["robot_2", "robot_7"], {
    acted: true,
  });
  for (const seconds of [1, 2, 6, 12, 18]) tick(seconds);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    expect([...command.sampled_agents].sort()).toEqual(["robot_2", "robot_7"]);
    expect(command).toMatchObject({ population: 2, sample_size: K, missing: 0 });
  }
  const said = warnings.filter((line) =>
    /only 2 robots can be asked and sample_size is 4/.test(line),
  );
  expect(said).toHaveLength(1);
});

test("robots of the list are asked though the graph does not show them, and none twice", () => {
  const hidden = ["robot_20", "robot_21"];
  const { commands, tick, set } = setup();
  set({ robot_names: [...hidden, "robot_0"] });
  for (let epoch = 0; epoch <= 20; epoch++) tick(6 * epoch + 1);
  expect(commands.length).toBeGreaterThan(15);
  const asked = new Set(commands.flatMap(({ sampled_agents }) => sampled_agents));
  for (const robot of hidden) expect(asked).toContain(robot);
  for (const command of commands) {
    expect(command.population).toBe(ROBOTS.length + hidden.length);
    expect(new Set(command.sampled_agents).size).toBe(K);
  }
});

describe("a state that cannot be used is counted by what is wrong with it, and its robot replaced", () => {
  const [robot] = drawSample(SEED, 1, ROBOTS, K);
  /** At the boundary of epoch 1, with the first of its sample silent. */
  function atEpochOne() {
    const run = setup(new Set([robot]));
    for (const seconds of [1, 6, 7]) run.tick(seconds);
    return run;
  }
  test.each([
    ["stale_states", 10],
    ["future_states", 14],
  ])("%s", (name, stamp) => {
    const { commands, epochs, tick, wait, answer, say } = atEpochOne();
    tick(12);
    say(robot, stamp);
    expect(commands).toHaveLength(1);
    wait(0.6 * TIMEOUT_MS);
    answer();
    expect(commands).toHaveLength(2);
    expect(commands[1].sampled_agents).not.toContain(robot);
    expect(epochs.troubles).toEqual({ ...none, [name]: 1 });
  });

  test("stale_states, by their arrival: stamped in time, and not heard again", () => {
    const { commands, epochs, wait, tick, say, answer } = atEpochOne();
    tick(11.5);
    say(robot, 11.5);
    wait(1100);
    tick(12);
    expect(commands).toHaveLength(1);
    wait(0.6 * TIMEOUT_MS);
    answer();
    expect(commands).toHaveLength(2);
    expect(epochs.troubles).toEqual({ ...none, stale_states: 1 });
  });

  test("late and unknown ones are passed over, repeats change nothing", () => {
    const { commands, epochs, tick, say } = atEpochOne();
    tick(11.5);
    expect(say(robot, 11.9, 3)).toMatch(/is in state 3 and the scenario has 3/);
    expect(say(robot, 11.9, 1)).toBeUndefined();
    expect(say(robot, 11.2, 0)).toBeUndefined();
    const repeats = epochs.values.repeated_states;
    expect(say(robot, 11.9, 1)).toBeUndefined();
    expect(epochs.values.repeated_states).toBe(repeats + 1);
    tick(12);
    expect(commands[1]).toMatchObject({ missing: 0, histogram: [0, 1, K - 1] });
    expect(epochs.troubles).toEqual({ ...none, unknown_states: 1, late_states: 1 });
  });
});
