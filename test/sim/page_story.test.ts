/** What the page shows, from messages in any order. */
import { PageStory } from "../../sim/page_story";
import { robotNames } from "../../sim/run";
import { decodePoses, lackOf, type EpochReport } from "../../sim/protocol";
import { type GlobalCommand, toTime, type WorldState } from "../../src/ros/messages";
import { randomGame } from "../games";

const game = randomGame({ sG: 2, aG: 3, sL: 2, aL: 2 }, 1);
const EPOCH_NS = 6_000_000_000n;
const timeOf = (epoch: number) => toTime(BigInt(epoch) * EPOCH_NS);
const header = { stamp: toTime(0n), frame_id: "map" };

function command(epoch: number, more: Partial<GlobalCommand> = {}): GlobalCommand {
  return {
    header,
    session: 1,
    epoch,
    decision_time: timeOf(epoch),
    global_state: 0,
    action: 1,
    sampled_agents: ["robot_2", "robot_0", "robot_9"],
    histogram: [1, 1],
    belief: [0.5, 0.5],
    belief_variance: 0.25,
    missing: 0,
    sample_size: 2,
    observation: "filter",
    population: 3,
    policy_sha256: "",
    emergency_stop: false,
    resets: 0,
    ...more,
  };
}

function world(more: Partial<WorldState> = {}): WorldState {
  return {
    header,
    world: "gazebo",
    node: "reporter",
    paused: false,
    speed: 1,
    real_time_factor: 0.5,
    controls: [],
    faults: [],
    population: 3,
    since: toTime(0n),
    decision_time: toTime(0n),
    histogram: [],
    ...more,
  };
}

const over = (epoch: number, more = {}) => ({
  header: { stamp: timeOf(epoch), frame_id: "map" },
  epoch,
  global_state: 1,
  histogram: [3, 0],
  reward: 2,
  mean_reward: 1.5,
  epochs: 4,
  missed_epochs: 1,
  real_time_factor: 1,
  ...more,
});

function setup() {
  const story = new PageStory(game, robotNames(3));
  const told: EpochReport[] = [];
  const calls = { worlds: 0, restarts: 0 };
  story.pages = {
    publish: (message) => {
      if (!("type" in message)) throw new Error("a frame");
      if (message.type === "epoch") told.push(structuredClone(message));
      else calls.worlds++;
    },
    restart: () => void calls.restarts++,
  };
  /** What was told since the last call: of which epoch, with which truth and reward. */
  const since = () =>
    told.splice(0).map(({ epoch, trueHistogram, reward }) => [epoch, trueHistogram, reward]);
  return { story, since, calls };
}

test("an epoch is told once its truth is known, and again with its reward", () => {
  const { story, since } = setup();
  expect(story.hearWorld(world())).toBeUndefined();
  expect(story.hearCommand(command(1))).toBeUndefined();
  expect(since()).toEqual([]);
  story.hearWorld(world({ decision_time: timeOf(1), histogram: [1, 2] }));
  expect(since()).toEqual([[1, [1, 2], null]]);
  story.hearWorld(world({ decision_time: timeOf(1), histogram: [1, 2] }));
  story.hearCommand(command(1));
  expect(since()).toEqual([]);
  story.hearEpoch(over(1));
  expect(since()).toEqual([[1, [3, 0], 2]]);
  expect(story.history).toMatchObject([
    { sampled: [2, 0], globalState: 1, meanReward: 1.5, epochsCounted: 4, missedEpochs: 1 },
  ]);
});

test("the world may be faster than the command, or say no truth at all", () => {
  const { story, since } = setup();
  story.hearWorld(world({ decision_time: timeOf(1), histogram: [1, 2] }));
  story.hearCommand(command(1));
  expect(since()).toEqual([[1, [1, 2], null]]);
  story.hearCommand(command(2));
  expect(since()).toEqual([]);
  story.hearCommand(command(2));
  expect(since()).toEqual([[2, [0, 0], null]]);
  const alone = setup();
  alone.story.hearCommand(command(1));
  expect(alone.since()).toEqual([[1, [0, 0], null]]);
});

test("a reward that comes after the next command leaves that one the newest", () => {
  const { story, since } = setup();
  story.hearCommand(command(1));
  story.hearCommand(command(2));
  since();
  story.hearEpoch(over(1));
  expect(since().map(([epoch, , reward]) => [epoch, reward])).toEqual([
    ...[
      [1, 2],
      [2, null],
    ],
  ]);
  expect(story.history.map(({ meanReward }) => meanReward)).toEqual([1.5, 1.5]);
});

test("a page that comes late takes on what is counted", () => {
  const { story, since } = setup();
  story.hearEpoch(over(6));
  story.hearWorld(world({ since: timeOf(3) }));
  story.hearCommand(command(7));
  story.hearCommand(command(7));
  expect(since()).toEqual([[7, [0, 0], null]]);
  expect(story.history[0]).toMatchObject({ meanReward: 1.5, epochsCounted: 4 });
});

test("after a reset only epochs from then on are shown, whichever was heard first", () => {
  const { story, calls } = setup();
  story.hearWorld(world());
  for (const epoch of [1, 2, 3]) story.hearCommand(command(epoch));
  story.hearEpoch(over(2));
  story.hearWorld(world({ since: timeOf(3) }));
  expect(calls.restarts).toBe(1);
  expect(story.history).toMatchObject([{ epoch: 3, meanReward: null, epochsCounted: 0 }]);
  story.hearWorld(world({ since: timeOf(3) }));
  expect(calls.restarts).toBe(1);
});

test("robots join as the world says, and faults are shown of robots that are there", () => {
  const { story, calls } = setup();
  const faults = [
    { robot: "robot_3", fault: "mute" },
    { robot: "robot_4", fault: "mute" },
    { robot: "robot_0", fault: "sulks" },
  ];
  story.hearWorld(world({ population: 4, faults }));
  expect(calls.restarts).toBe(1);
  expect(story.snapshot(6, [1, 2, 3])).toMatchObject({
    robots: ["robot_0", "robot_1", "robot_2", "robot_3"],
    references: { random: 1, blind: 2, full: 3 },
  });
  expect(story.state().faults).toEqual([{ robot: 3, fault: "mute" }]);
});

test("a world that lacks controls is told as such, one that is not heard has none", () => {
  const { story } = setup();
  story.silentSince = 5;
  expect(story.state()).toMatchObject({ world: "", controls: [], silentSince: 5 });
  expect(lackOf(story.state(), "pause")).toBe("a world of which nothing is heard has no pause");
  story.hearWorld(world({ controls: ["fault", "fly"] }));
  const state = story.state();
  expect(state).toMatchObject({ world: "gazebo", controls: ["fault"], realTimeFactor: 0.5 });
  for (const command of ["pause", "resume", "step", "reset", "speed", "population"])
    expect(lackOf(state, command)).toMatch(/^this world \(gazebo\) has no \w+$/);
  for (const command of ["fault", "stop", "release", "sampleSize", "observation"])
    expect(lackOf(state, command)).toBeUndefined();
});

test("an emergency stop is told from any copy of a command", () => {
  const { story, calls } = setup();
  for (const emergency_stop of [false, true, true, false]) {
    story.hearCommand(command(1, { emergency_stop }));
    expect(story.state().emergencyStop).toBe(emergency_stop);
  }
  expect(calls.worlds).toBe(3);
});

test("what does not fit the scenario is refused and changes nothing", () => {
  const { story, since, calls } = setup();
  expect(story.hearCommand(command(1, { histogram: [1] }))).toMatch(/does not fit the scenario/);
  expect(story.hearEpoch(over(1, { histogram: [1, 2, 3] }))).toMatch(/does not fit/);
  expect(story.hearEpoch(over(1, { reward: NaN }))).toMatch(/does not fit/);
  expect(story.hearWorld(world({ histogram: [1] }))).toMatch(/does not fit/);
  expect(story.hearWorld(world({ population: 1e9 }))).toMatch(/does not fit/);
  expect(story.hearWorld(world({ speed: NaN }))).toMatch(/its speed is no number/);
  expect([story.history, story.world, since(), calls]).toEqual([
    ...[[], undefined, [], { worlds: 0, restarts: 0 }],
  ]);
});

test("poses become a frame, those not known too; lists that do not fit are refused", () => {
  const { story } = setup();
  const poses = [1, 2, 3, NaN, NaN, NaN];
  const [locked, states] = [Uint8Array.of(1), Uint8Array.of(255)];
  const frame = story.frameOf({ header, poses, locked, states });
  if (typeof frame === "string") throw new Error(frame);
  const { buffer } = Uint8Array.from(frame);
  expect(decodePoses(buffer)).toEqual({ poses: Float32Array.from(poses), locked, states });
  expect(story.frameOf({ header, poses: [1], locked, states })).toMatch(/do not fit each other/);
  const endless = [1, 2, 3, Infinity, 0, 0];
  expect(story.frameOf({ header, poses: endless, locked, states })).toMatch(/endless/);
});
