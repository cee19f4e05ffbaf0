/** Invalid messages are refused with a logged reason, and the nodes go on as before. */
import { sizesOf } from "../../src/game/model";
import { toLocalPolicy } from "../../src/nodes/policy_source";
import { encodePolicy } from "../../src/policy/policy_file";
import { codecOf } from "../../src/ros/codec";
import {
  type GlobalCommand,
  type MessageTypes,
  type Odometry,
  toTime,
} from "../../src/ros/messages";
import { type Topic, TOPICS, topicOf } from "../../src/ros/topics";
import { secondsOfProduct } from "./lateness";
import { monotonic, Peer } from "./peer";
import { readTrace } from "./run_trace";
import { shared } from "./shared";
import { PACED, startSwarm, type Swarm } from "./swarm";

const ROBOTS = ["robot_0", "robot_1", "robot_2", "robot_3", "robot_4", "robot_5"];
/** Population in the peer's own commands, to tell them from the global agent's. */
const OWN = 666;
/** Robots stand without a command for so long, s. */
const WATCHDOG = 0.35;
/** The flood lasts so long, s. */
const FLOOD = 3;
/** The first command comes within this time of a swarm's start, s. */
const STARTED_S = 60;
/** A hostile message is sent again this often until a node has refused it, ms. */
const AGAIN_MS = 150;
/** The same of one that takes long to send. */
const LONG_AGAIN_MS = 3000;

let swarm: Swarm;
let peer: Peer;

shared(
  async (own) => {
    const size = { robots: ROBOTS.length, sampleSize: 3, tableSize: 3 };
    swarm = own(await startSwarm({ programs: PACED, ...size }));
    peer = own(new Peer(swarm.environment, ["--log"]));
    await peer.first("command", 0, undefined, STARTED_S);
  },
  async () => {
    expect(swarm.crashes).toEqual([]);
    expect(heard().at(-1)!.message.emergency_stop).toBe(false);
  },
);

const header = { stamp: { sec: 1, nanosec: 0 }, frame_id: "map" };

/** The newest command with some fields replaced. */
function command(fault: Partial<GlobalCommand>): GlobalCommand {
  const { message } = heard().at(-1)!;
  return { ...message, header, population: OWN, ...fault };
}

const heard = () => peer.of("command").filter(({ message }) => message.population !== OWN);

/** Publishes the message again and again until a node logs that it refuses it, in these words. */
async function refusal<Type extends keyof MessageTypes>(
  topic: Topic<Type>,
  message: () => Buffer | MessageTypes[Type],
  words: RegExp,
): Promise<void> {
  const since = monotonic();
  const send = (): void => peer.publishBytes(topic, message());
  const timer = setInterval(send, AGAIN_MS);
  try {
    // A node logs its own robot's topics without the namespace.
    const name = topic.name.split("/").at(-1);
    const isRefusal = (text: string) => text.includes(`${name} was refused: `) && words.test(text);
    await peer.first("log", since, ({ text }) => isRefusal(text));
  } finally {
    clearInterval(timer);
  }
}

/** Epochs go on under the first policy, without a stop, and no process has ended. */
async function expectSteadyRun(): Promise<void> {
  const since = monotonic();
  const { epoch } = heard().at(-1)!.message;
  const isLater = ({ message }: { message: { epoch: number; population: number } }) =>
    message.population !== OWN && message.epoch > epoch + 3;
  await peer.first("command", since, isLater);
  expect(new Set(heard().map(({ message }) => message.policy_sha256))).toEqual(
    new Set([swarm.policy.sha256]),
  );
  expect(heard().at(-1)!.message.emergency_stop).toBe(false);
  expect(swarm.crashes).toEqual([]);
}

/** Commands since `since`, each with the true histogram of the robots it asked. */
function judged(since: number) {
  const lines = new Map(readTrace(swarm.trace).map((line) => [line.epoch, line]));
  const { sL } = sizesOf(swarm.game);
  return heard().flatMap(({ time, message }) => {
    const line = lines.get(message.epoch);
    if (time < since || line === undefined) return [];
    const counts = new Array<number>(sL).fill(0);
    for (const robot of message.sampled_agents) counts[line.localStates[ROBOTS.indexOf(robot)]]++;
    return [{ message, counts }];
  });
}

test("a flood of 1,000 states a second in a robot's name costs no epoch, and counts for nothing", async () => {
  const topic = topicOf("robot_0", TOPICS.agentState);
  await peer.advertise(topic, 0);
  const before = heard().length;
  const states = [0, 77, 3].map((state, i) => ({
    header: { stamp: { sec: i * 1_000_000, nanosec: 0 }, frame_id: "map" },
    agent_id: "robot_0",
    state,
    acted: true,
    epoch: 4_000_000,
    decision_time: toTime(0n),
    stopped: false,
  }));
  let sent = 0;
  const start = monotonic();
  while (monotonic() - start < FLOOD) {
    while (sent < (monotonic() - start) * 1000) peer.publishBytes(topic, states[sent++ % 3]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(sent).toBeGreaterThan(FLOOD * 900);
  expect(heard().length).toBeGreaterThan(before + 10);
  const asked = judged(start).filter(({ message }) => message.sampled_agents.includes("robot_0"));
  expect(asked.length).toBeGreaterThan(10);
  for (const { message, counts } of asked) {
    expect(message).toMatchObject({ missing: 0, histogram: counts });
  }
  const epochs = new Set(heard().map(({ message }) => message.epoch));
  expect(Math.max(...epochs) - Math.min(...epochs) + 1).toBe(epochs.size);
  await expectSteadyRun();
});

test("commands of another game or of the past are refused, and steer nobody", async () => {
  const topic = TOPICS.globalCommand;
  await refusal(topic, () => command({ global_state: 99 }), /global state 99 .*start every node/);
  await refusal(topic, () => command({ action: 200 }), /action 200 .*start every node/);
  await refusal(topic, () => command({ histogram: [1, 2] }), /counts 2 .*start every node/);
  await refusal(topic, () => command({ epoch: 0 }), /epoch 0 comes after .*end whoever/);
  await expectSteadyRun();
});

test("states that the scenario does not have are refused", async () => {
  // Not robot_0: after the flood its refusals are logged ever more seldom.
  const stranger = {
    header,
    agent_id: "robot_3",
    state: 200,
    acted: true,
    epoch: 0,
    decision_time: toTime(0n),
  };
  await refusal(
    topicOf("robot_3", TOPICS.agentState),
    () => ({ ...stranger, stopped: true }),
    /robot_3 says it is in state 200 .*start every node/,
  );
  await refusal(
    TOPICS.globalState,
    () => ({ header, state: 77, stopped: true }),
    /state 77 .*start every node/,
  );
  await expectSteadyRun();
});

test("odometry that is not finite is refused", async () => {
  const zero = { x: 0, y: 0, z: 0 };
  const covariance = new Float64Array(36);
  const odometry: Odometry = {
    header,
    child_frame_id: "",
    pose: { pose: { position: { ...zero, x: NaN }, orientation: { ...zero, w: 1 } }, covariance },
    twist: { twist: { linear: zero, angular: zero }, covariance },
  };
  const topic = topicOf("robot_1", TOPICS.odometry);
  await refusal(topic, () => odometry, /not finite.*look at the odometry's source/);
  await expectSteadyRun();
});

test("damaged policies are refused and the one in force stays", async () => {
  const { game, policy } = swarm;
  const file = encodePolicy(policy.pair, policy.metadata, game);
  const message = { scenario: game.name, policy_sha256: "0".repeat(64), data: file };
  await refusal(TOPICS.policy, () => message, /the message says 00000000; publish the file's own/);
  const flipped = file.slice();
  flipped[file.length - 7] ^= 1;
  const damaged = { ...message, data: flipped };
  await refusal(TOPICS.policy, () => damaged, /the checksum does not match .*; learn it again/);
  const text = { ...message, data: Buffer.from("not a policy file at all") };
  await refusal(TOPICS.policy, () => text, /the policy topic is not a policy file .*; /);

  const local = { ...toLocalPolicy(policy), policy_sha256: "1".repeat(64) };
  const topic = TOPICS.localPolicy;
  const short = { ...local, actions: local.actions.slice(1) };
  await refusal(topic, () => short, /is not 5 x 5 rows, .* or of one action; learn/);
  const wild = { ...local, actions: local.actions.map(() => 7) };
  await refusal(topic, () => wild, /is not 5 x 5 rows, .* or of one action; learn/);
  const other = { ...local, scenario_sha256: "2".repeat(64) };
  await refusal(topic, () => other, /scenario 22222222 .*start every node/);
  await expectSteadyRun();
});

test("bytes that are no message, cut short or too long, are refused on every kind of topic", async () => {
  const valid = codecOf("alternating_marl/msg/GlobalCommand").encode(command({}));
  const noise = Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 73 + 41) % 251));
  noise.set([0, 1, 0, 0]);
  const topics: Topic<keyof MessageTypes>[] = [
    TOPICS.globalCommand,
    TOPICS.localPolicy,
    TOPICS.policy,
    TOPICS.globalState,
    topicOf("robot_2", TOPICS.agentState),
    topicOf("robot_2", TOPICS.odometry),
  ];
  for (const topic of topics) {
    await refusal(topic, () => noise, /it is no .*; look at who publishes/);
  }
  await refusal(TOPICS.clockSent, () => noise.subarray(0, 8), /it is no rosgraph_msgs/);
  const cut = valid.subarray(0, valid.length / 2);
  await refusal(TOPICS.globalCommand, () => cut, /is no alternating_marl\/msg\/GlobalCommand/);
  const huge = Buffer.alloc(1_000_000);
  const odometry = topicOf("robot_2", TOPICS.odometry);
  await refusal(odometry, () => huge, /it has \d+ bytes, and a .* look at who publishes/);
  const long = Buffer.concat([valid, noise]);
  await refusal(TOPICS.globalCommand, () => long, /bytes are left over/);
  await expectSteadyRun();
});

test("a second source of the number of robots is named, and no robot leaves", async () => {
  const since = monotonic();
  const none = { header, population: 0, shift: toTime(0n), next_shift: toTime(0n) };
  const timer = setInterval(() => peer.publishBytes(TOPICS.population, none), AGAIN_MS);
  try {
    const named = /two sources of \/simulator\/population: \/\w+ and \/simulator; none counts/;
    await peer.first("log", since, ({ text }) => named.test(text));
    await peer.first("log", since, ({ name, text }) => name === "local_agent" && named.test(text));
    await expectSteadyRun();
  } finally {
    clearInterval(timer);
  }
  const populations = peer.of("command", since).map(({ message }) => message.population);
  expect(new Set(populations)).toEqual(new Set([ROBOTS.length]));
});

test("a second publisher of a robot's cmd_vel, or of its state, is named within 5 s", async () => {
  const zero = { x: 0, y: 0, z: 0 };
  const since = monotonic();
  const send = (): void => {
    peer.publishBytes(topicOf("robot_1", TOPICS.twist), { linear: zero, angular: zero });
    const { decision_time: stamp } = heard().at(-1)!.message;
    const state = { state: 0, acted: false, epoch: 0, decision_time: stamp, stopped: false };
    for (const agent_id of ROBOTS.slice(0, 3)) {
      const message = { header: { ...header, stamp }, agent_id, ...state };
      peer.publishBytes(topicOf(agent_id, TOPICS.agentState), message);
    }
  };
  const timer = setInterval(send, AGAIN_MS);
  const named = (words: RegExp) => peer.first("log", since, ({ text }) => words.test(text));
  const both = "/peer and /robot_1/local_agent";
  try {
    await named(/two sources of \/robot_\d\/state: \/peer and .*; none counts: end one of them/);
    const { time } = await named(new RegExp(`two sources of /robot_1/cmd_vel: ${both}; whoever`));
    expect(secondsOfProduct("two publishers were named", since, time)).toBeLessThan(5);
  } finally {
    clearInterval(timer);
  }
  await expectSteadyRun();
});

test("a policy of 200 MB, from whom alone policies are heard, keeps no command away", async () => {
  swarm.kill("learner", "SIGTERM");
  await swarm.exit("learner");
  const topic = TOPICS.policy;
  await peer.advertise(topic, 1);
  const size = 200_000_000;
  const head = codecOf(topic.type).encode({
    scenario: swarm.game.name,
    policy_sha256: "3".repeat(64),
    data: new Uint8Array(),
  });
  head.writeUInt32LE(size, head.length - 4);
  const isRefusal =
    /policy was refused: it has 2000\d+ bytes, and a .*Policy has \d+ at most here;/;
  const since = monotonic();
  const send = (): void => peer.publishBytes(topic, head, size);
  send();
  // A refusal that follows another within a second is not logged.
  const timer = setInterval(send, LONG_AGAIN_MS);
  const refused = await peer
    .first("log", since, ({ text }) => isRefusal.test(text))
    .finally(() => clearInterval(timer));
  await peer.first("command", refused.time + 0.5);
  const times = heard().flatMap(({ time }) => (time > since - 0.5 ? [time] : []));
  const gaps = times.slice(1).map((time, i) => [times[i], time] as const);
  const [from, to] = gaps.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
  expect(secondsOfProduct("the next command came", from, to)).toBeLessThan(WATCHDOG);
  await expectSteadyRun();
});

test("an emergency stop that cannot be read is one", async () => {
  const since = monotonic();
  const unreadable = Buffer.from([0, 1, 0, 0, 255, 255, 255, 127]);
  const timer = setInterval(() => peer.publishBytes(TOPICS.emergencyStop, unreadable), AGAIN_MS);
  try {
    await peer.first("command", since, ({ message }) => message.emergency_stop);
    const isSaid = (text: string) => /stop from somebody .* cannot be read/.test(text);
    await peer.first("log", since, ({ text }) => isSaid(text));
  } finally {
    clearInterval(timer);
  }
});
