/**
 * Local agents that hear odometry, poses and commands from the test alone. Every fault of those
 * makes a robot stand.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { claimDomain, type Domain } from "../../src/ros/domain";
import { type GlobalCommand, planarOdometry } from "../../src/ros/messages";
import { TOPICS, topicOf } from "../../src/ros/topics";
import { alwaysDoing, commandOf } from "../support/commands";
import { Child } from "./child";
import { secondsOfProduct } from "./lateness";
import { monotonic, Peer } from "./peer";
import { environmentOf } from "./swarm";
import { type Fault, moves, PERIOD_MS, stamp, ToldRobot, WELL } from "./told_robot";

const game = loadScenario("dock_dispatch");
/** From the last valid odometry, pose and command until the velocity is zero, s. */
const BOUND = 0.5;
/** The same where each odometry is valid and only repeats the one before, s. */
const FROZEN_BOUND = 0.65;

/** Epochs follow each other after this time until robots drive, ms. */
const EPOCH_MS = 2000;

type Commands = "sent" | "silent" | "old" | "of wrong shape" | "of no state";

const IN_TF = "is placed by a chain of tf that breaks";

/** The host has a robot for each; all faults begin at the same time. */
const FAULTS: readonly (readonly [what: string, fault: Partial<Fault>, said: RegExp])[] = [
  ["is malformed", { odometry: "malformed" }, /standing: no odometry/],
  ["ends", { odometry: "silent" }, /standing: no odometry/],
  ["is frozen under fresh stamps", { odometry: "frozen" }, /odometry does not change/],
  ["repeats one stamp", { odometry: "repeated" }, /standing: no odometry that is new/],
  ["is not a number", { odometry: "NaN" }, /standing: no odometry/],
  ["is far from the arena", { odometry: "outside" }, /standing: out of the arena/],
  ["is stamped in the future", { odometry: "future" }, /standing: no odometry/],
  ["is 8 s old", { odometry: "old" }, /no odometry that is new: refused: it is stamped 8/],
  ["has a pose no more", { poses: "silent" }, /standing: nothing localised it for 0.25 s/],
  [IN_TF, { poses: "silent" }, /standing: tf has not told robot_(\d+)\/map -> robot_\1\/odom for/],
  ["has an uncertain pose", { poses: "uncertain" }, /standing: its pose may be 2.00 m or rad off/],
];

/** The peer plays the bases of so many robots; that of the one after them is another's. */
const PLAYED = 1 + FAULTS.length;

const PARAMETERS = {
  start_armed: true,
  population: PLAYED + 1,
  markers_rate: 10,
  pose_source: "pose",
  pose_timeout: 0.25,
};

let domain: Domain;
/** Serves robot_0 alone, in its namespace. */
let agent: Child;
/** Serves the others. */
let host: Child;
let peer: Peer;
let folder: string;
let robots: readonly ToldRobot[];
let robot: ToldRobot;
let hosted: ToldRobot[];
/** Nobody takes its velocity. */
let other: ToldRobot;
let timer: NodeJS.Timeout;
let commands: Commands = "sent";
let epoch = 1;
let session = 1;
/** Time of the last valid command, s of the monotonic clock. */
let commandedAt = 0;

const command = (): GlobalCommand =>
  commandOf(sizesOf(game), {
    header: { stamp: stamp(), frame_id: "map" },
    session,
    epoch: commands === "old" ? 0 : epoch,
    decision_time: stamp(-0.5),
    policy_sha256: "up",
    ...(commands === "of wrong shape" && { histogram: [1, 2] }),
    ...(commands === "of no state" && { global_state: 99 }),
  });

function step(): void {
  for (const each of robots) each.step();
  if (commands !== "silent") peer.publishBytes(TOPICS.globalCommand, command());
  if (commands === "sent") commandedAt = monotonic();
}

function startAgent(): Child {
  const rosArgs = ["-r", "__ns:=/robot_0"];
  const file = "src/nodes/local_agent.js";
  return new Child(environmentOf(domain), file, { parameters: PARAMETERS, rosArgs });
}

beforeAll(async () => {
  domain = await claimDomain();
  const environment = environmentOf(domain);
  agent = startAgent();
  const { pose_source, ...rest } = PARAMETERS;
  const parameters = { ...rest, robot_index: 1, robots: PLAYED, markers_rate: 0 };
  const inTf = 1 + FAULTS.findIndex(([what]) => what === IN_TF);
  folder = mkdtempSync(join(tmpdir(), "one-robot-"));
  const file = join(folder, "parameters.yaml");
  const section = (name: string, source: string) =>
    `${name}: {ros__parameters: {pose_source: ${source}}}\n`;
  const sections = [
    section("local_agent", pose_source),
    section(`/robot_${inTf}/local_agent`, "tf"),
  ];
  writeFileSync(file, sections.join(""));
  const rosArgs = ["--params-file", file];
  host = new Child(environment, "src/nodes/local_agent.js", { parameters, rosArgs });
  const { name, type } = TOPICS.markers;
  const options = ["--robots", `${PLAYED}`, "--velocities", "--log", "--diagnostics"];
  peer = new Peer(environment, [...options, "--hear", name, type]);
  await peer.first("ready", 0, undefined, 60);
  const indices = [...Array(PARAMETERS.population).keys()];
  robots = indices.map((index) => new ToldRobot(peer, index, index === inTf));
  [robot, ...hosted] = robots;
  other = hosted.pop()!;
  for (const each of robots) {
    await peer.advertise(topicOf(each.name, TOPICS.odometry), 1);
    if (!each.isInTf) await peer.advertise(topicOf(each.name, TOPICS.pose), 1);
  }
  await peer.advertise(TOPICS.transform, 1);
  await peer.advertise(TOPICS.staticTransform, 1);
  peer.publishBytes(TOPICS.staticTransform, robots[inTf].staticLink());
  await peer.advertise(TOPICS.globalCommand, 2);
  await peer.advertise(TOPICS.localPolicy, 2);
  peer.publishBytes(TOPICS.localPolicy, alwaysDoing(game, "up", "up"));
  timer = setInterval(step, PERIOD_MS);
});

afterAll(async () => {
  clearInterval(timer);
  await peer?.end();
  await agent?.end();
  await host?.end();
  domain?.release();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Ends all faults, begins a new epoch with these robots at home, and waits until they drive. Epochs go
 * on: a robot that hears of one before it hears that it is back in the arena drives in the next.
 */
async function moving(...those: readonly ToldRobot[]): Promise<void> {
  commands = "sent";
  for (const each of those) {
    each.fault = WELL;
    each.goHome();
  }
  epoch++;
  const epochs = setInterval(() => epoch++, EPOCH_MS);
  try {
    await Promise.all(those.map((each) => each.moves(monotonic())));
  } finally {
    clearInterval(epochs);
  }
  // They have driven for a while, so that the fault finds them at speed.
  const since = monotonic() + 0.3;
  await Promise.all(those.map((each) => each.moves(since)));
}

/** Checks the time to zero since the last valid input, and the diagnostic. */
async function expectStand(
  each: ToldRobot,
  start: number,
  [what, bound, said]: readonly [string, number, RegExp],
): Promise<void> {
  const stood = start + (await each.secondsToZero(start));
  expect(
    secondsOfProduct(`${what}: told to stand`, Math.min(each.placedAt, commandedAt), stood),
  ).toBeLessThan(bound);
  await each.says(said, start);
}

describe("a fault of one's own, each of another robot of one host", () => {
  let start: number;
  /** What was seen of each robot under its fault. */
  let seen: readonly PromiseSettledResult<void>[];

  beforeAll(async () => {
    await moving(...hosted);
    start = monotonic();
    hosted.forEach((each, i) => (each.fault = { ...WELL, ...FAULTS[i][1] }));
    seen = await Promise.allSettled(
      hosted.map((each, i) => {
        const [what, { odometry }, said] = FAULTS[i];
        const bound = odometry === "frozen" ? FROZEN_BOUND : BOUND;
        return expectStand(each, start, [what, bound, said]);
      }),
    );
  });

  test.each(FAULTS.map(([what], i) => [what, i] as const))(
    "where its odometry %s a robot on its way stands, says why, and goes on afterwards",
    async (_, i) => {
      const result = seen[i];
      if (result.status === "rejected") throw result.reason;
      await moving(hosted[i]);
    },
  );
});

test.each<[string, Commands, RegExp]>([
  ["end", "silent", /standing: no command from the global agent/],
  ["are of an old epoch", "old", /standing: no command/],
  ["are of wrong shape", "of wrong shape", /standing: no command/],
  ["are of no state", "of no state", /standing: no command/],
])(
  "where commands %s a robot on its way stands, says why, and goes on afterwards",
  async (...given) => {
    const [what, fault, said] = given;
    await moving(robot);
    const start = monotonic();
    commands = fault;
    await expectStand(robot, start, [`commands ${what}`, BOUND, said]);
    await moving(robot);
  },
);

test("an uncertain pose costs no epoch: certain again, the robot goes on to where it was sent", async () => {
  await moving(robot);
  const since = monotonic();
  robot.fault = { ...WELL, poses: "uncertain" };
  await robot.says(/may be 2.00 m or rad off/, since);
  const again = monotonic();
  robot.fault = WELL;
  await robot.moves(again);
});

test("a command of another session makes it stand until one alone is heard for 1 s", async () => {
  await moving(robot);
  const start = monotonic();
  const mine = session;
  const other = setInterval(() => {
    session = 2;
    peer.publishBytes(TOPICS.globalCommand, command());
    session = mine;
  }, PERIOD_MS);
  try {
    const stood = start + (await robot.secondsToZero(start));
    expect(secondsOfProduct("two sessions: told to stand", start, stood)).toBeLessThan(BOUND);
    await robot.says(/two global agents are heard/, start);
  } finally {
    clearInterval(other);
  }
  const ended = monotonic();
  await robot.moves(ended);
  expect(robot.told(ended).find(moves)!.time - ended).toBeGreaterThan(0.9);
});

test("a second source of its odometry makes it stand, named, until one is left", async () => {
  await moving(robot);
  const other = new Peer(environmentOf(domain), ["--node", "stranger"]);
  const topic = topicOf(robot.name, TOPICS.odometry);
  const { x, y, yaw } = robot.pose;
  const apart = () => planarOdometry(stamp(), robot.name, { x: x + 0.5, y, yaw });
  const start = monotonic();
  const lies = setInterval(() => other.publishBytes(topic, apart()), PERIOD_MS);
  const named = /standing: two sources of odom \(\/\w+ and \/stranger\)/;
  try {
    await robot.says(named, start);
    const stands = monotonic();
    await robot.says(named, stands + 2);
    expect(robot.told(stands).length).toBeGreaterThan(5);
    expect(robot.told(stands).filter(moves)).toEqual([]);
  } finally {
    clearInterval(lies);
    await other.end();
  }
  await moving(robot);
  const lines = () => peer.of("log", start).filter(({ text }) => text.includes("of /robot_0/odom"));
  await peer.until("both lines of the log", () => lines().length > 1, 5);
  expect(lines().map(({ text }) => text.split(":")[0])).toEqual([
    "two sources of /robot_0/odom",
    "one source again of /robot_0/odom",
  ]);
});

test("slow odometry is told by the rate that it needs; a base of another type by the type that nobody takes", async () => {
  const start = monotonic();
  other.fault = { ...WELL, odometry: "slow" };
  await other.says(/no odometry that is new; .* at least every 0.35 s \(cmd_vel_timeout\)/, start);
  other.fault = WELL;
  const { name, type } = topicOf(other.name, TOPICS.twistStamped);
  const base = new Peer(environmentOf(domain), ["--node", "base", "--hear", name, type]);
  try {
    await base.first("ready", 0, undefined, 60);
    const words = new RegExp(`standing: nobody takes ${name} as ${TOPICS.twist.type} \\(reliable`);
    await other.says(words, monotonic() + 2);
  } finally {
    await base.end();
  }
});

test("rclpy reads the markers, at the place where the body is", async () => {
  await moving(robot);
  const since = monotonic();
  // It stands, so that its place does not change meanwhile.
  commands = "silent";
  const markers = z.object({
    markers: z.array(
      z.object({
        type: z.number(),
        points: z.array(z.object({ x: z.number(), y: z.number() })),
        colors: z.array(z.unknown()),
      }),
    ),
  });
  const near = ({ x, y }: { x: number; y: number }): boolean =>
    Math.hypot(x - robot.pose.x, y - robot.pose.y) < 1e-4;
  const drawn = await peer.until("markers at the place", () => {
    const newest = peer.of("heard", since).at(-1);
    const seen = newest && markers.parse(newest.message).markers;
    return seen && near(seen[0].points[0]) ? seen : undefined;
  });
  expect(drawn.map(({ type, points, colors }) => [type, points.length, colors.length])).toEqual([
    [7, 1, 1],
    [5, 2, 2],
  ]);
});

test("SIGHUP tells it to stand before the process ends, whatever odometry still comes; status 0", async () => {
  await moving(robot);
  const often = setInterval(step, 5);
  try {
    await robot.moves(monotonic());
    const start = monotonic();
    expect(await agent.end("SIGHUP")).toMatchObject({ status: 0 });
    expect(robot.told(start).length).toBeGreaterThan(1);
    expect(moves(robot.told(start).at(-1)!)).toBe(false);
  } finally {
    clearInterval(often);
  }
});
