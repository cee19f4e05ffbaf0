/**
 * One local agent whose world the test is: its odometry and its commands, and every fault of them
 * that must make it stand.
 */
import { z } from "zod";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { claimDomain, type Domain } from "../../src/ros/domain";
import { codecOf } from "../../src/ros/codec";
import {
  type GlobalCommand,
  type Odometry,
  planarOdometry,
  type PoseWithCovarianceStamped,
  toTime,
} from "../../src/ros/messages";
import { TOPICS, topicOf } from "../../src/ros/topics";
import { alwaysDoing, commandOf } from "../support/commands";
import { Child } from "./child";
import { monotonic, Peer } from "./peer";
import { environmentOf } from "./swarm";

const game = loadScenario("dock_dispatch");
const ROBOT = "robot_0";
/** Odometry and the command's copies come this often, ms. */
const PERIOD_MS = 100;
/** From the last odometry and command that were well until the last zero, s. */
const BOUND = 0.5;
/** The same where each looks well and they say the same for too long, s. */
const FROZEN_BOUND = 0.65;
const WATCHED = 1.2;

/** What the world does to the robot now. */
interface World {
  odometry: "true" | "silent" | "frozen" | "repeated" | "NaN" | "outside" | "future" | "malformed";
  commands: "sent" | "silent" | "old" | "of wrong shape" | "of no state";
  poses: "sent" | "silent" | "uncertain";
}

let domain: Domain;
let agent: Child;
let peer: Peer;
let timer: NodeJS.Timeout;
const HEALTHY: World = { odometry: "true", commands: "sent", poses: "sent" };
const world: World = { ...HEALTHY };
const home = game.arena.zones[0];
const pose = { x: home.x, y: home.y, yaw: 0 };
/** Where the robot's wheels began to count, m and rad: the pose topic alone knows. */
const ORIGIN = { x: 3, y: -2, yaw: 1 };
let epoch = 1;
let session = 1;
/** When the robot was last told what is well, by the peer's clock, s. */
let wellAt = 0;

const stamp = (seconds = 0) => toTime(BigInt(Math.round((Date.now() / 1000 + seconds) * 1e9)));

let stamped = stamp();

/** A pose as the wheels tell it. */
function byWheels({ x, y, yaw }: typeof pose): typeof pose {
  const [dx, dy] = [x - ORIGIN.x, y - ORIGIN.y];
  const [c, s] = [Math.cos(ORIGIN.yaw), Math.sin(ORIGIN.yaw)];
  return { x: c * dx + s * dy, y: c * dy - s * dx, yaw: yaw - ORIGIN.yaw };
}

/** Where the robot is, or seems to be. */
function place(): typeof pose {
  const x = { NaN, outside: 5000 };
  return { ...pose, x: x[world.odometry as keyof typeof x] ?? pose.x };
}

function odometry(): Odometry {
  if (world.odometry !== "repeated") stamped = stamp(world.odometry === "future" ? 600 : 0);
  return planarOdometry(stamped, ROBOT, byWheels(place()));
}

/** What a localizer tells. */
function located(): PoseWithCovarianceStamped {
  const { header, pose: truth } = planarOdometry(stamp(), ROBOT, place());
  const covariance = Float64Array.from(truth.covariance);
  covariance[7] = world.poses === "uncertain" ? 4 : 0.01;
  return { header, pose: { ...truth, covariance } };
}

const command = (): GlobalCommand =>
  commandOf(sizesOf(game), {
    header: { stamp: stamp(), frame_id: "map" },
    session,
    epoch: world.commands === "old" ? 0 : epoch,
    decision_time: stamp(-0.5),
    policy_sha256: "up",
    ...(world.commands === "of wrong shape" && { histogram: [1, 2] }),
    ...(world.commands === "of no state" && { global_state: 99 }),
  });

/** The robot moves as it was told last, unless its odometry is stuck. */
function step(): void {
  const asked = peer.of("velocity").at(-1);
  if (world.odometry === "true" && asked) {
    pose.yaw += (asked.angular * PERIOD_MS) / 1000;
    pose.x += (asked.linear * Math.cos(pose.yaw) * PERIOD_MS) / 1000;
    pose.y += (asked.linear * Math.sin(pose.yaw) * PERIOD_MS) / 1000;
  }
  const bytes = codecOf(TOPICS.odometry.type).encode(odometry());
  const told = world.odometry === "malformed" ? bytes.subarray(0, bytes.length / 2) : bytes;
  if (world.odometry !== "silent") peer.publishBytes(topicOf(ROBOT, TOPICS.odometry), told);
  if (world.odometry !== "silent" && world.poses !== "silent") {
    peer.publishBytes(topicOf(ROBOT, TOPICS.pose), located());
  }
  if (world.commands !== "silent") peer.publishBytes(TOPICS.globalCommand, command());
  const isWell = Object.entries(HEALTHY).every(([what, how]) => world[what as keyof World] === how);
  if (isWell) wellAt = monotonic();
}

beforeAll(async () => {
  domain = await claimDomain();
  const environment = environmentOf(domain);
  const parameters = {
    start_armed: true,
    population: 1,
    markers_rate: 10,
    pose_source: "pose",
    pose_timeout: 0.25,
  };
  const namespace = ["-r", `__ns:=/${ROBOT}`];
  agent = new Child(environment, "src/nodes/local_agent.js", parameters, namespace);
  const { name, type } = TOPICS.markers;
  const options = ["--robots", "1", "--velocities", "--log", "--diagnostics", "--hear", name, type];
  peer = new Peer(environment, options);
  await peer.first("ready");
  await peer.advertise(topicOf(ROBOT, TOPICS.odometry), 1);
  await peer.advertise(topicOf(ROBOT, TOPICS.pose), 1);
  await peer.advertise(TOPICS.globalCommand, 1);
  await peer.advertise(TOPICS.localPolicy, 1);
  peer.publishBytes(TOPICS.localPolicy, alwaysDoing(game, "up", "up"));
  timer = setInterval(step, PERIOD_MS);
});

afterAll(async () => {
  clearInterval(timer);
  await peer?.end();
  await agent?.end();
  domain?.release();
});

const moves = ({ linear, angular }: { linear: number; angular: number }): boolean =>
  linear !== 0 || angular !== 0;

/** Begins a new epoch with the robot at home, and waits until it was told to move. */
async function moving(): Promise<void> {
  Object.assign(world, HEALTHY);
  Object.assign(pose, { x: home.x, y: home.y });
  epoch++;
  await peer.first("velocity", monotonic(), moves);
  // Well on its way: a robot that is told nothing new would drive on.
  await peer.first("velocity", monotonic() + 0.3, moves);
}

/** Seconds from `start` until it was told to stand for good; Infinity when it was not. */
async function secondsToZero(start: number): Promise<number> {
  await peer.first("velocity", start + WATCHED);
  const told = peer.of("velocity", start).filter(({ time }) => time < start + WATCHED);
  const last = told.findLastIndex(moves);
  return (told[last + 1]?.time ?? Infinity) - start;
}

test.each<[string, Partial<World>, RegExp]>([
  ["commands end", { commands: "silent" }, /standing: no command from the global agent/],
  ["commands are of an old epoch", { commands: "old" }, /standing: no command/],
  ["commands are of wrong shape", { commands: "of wrong shape" }, /standing: no command/],
  ["commands are of no state", { commands: "of no state" }, /standing: no command/],
  ["odometry is malformed", { odometry: "malformed" }, /standing: no odometry/],
  ["odometry ends", { odometry: "silent" }, /standing: no odometry/],
  ["odometry is frozen under fresh stamps", { odometry: "frozen" }, /odometry does not change/],
  ["odometry repeats one stamp", { odometry: "repeated" }, /standing: no odometry that is new/],
  ["odometry is not a number", { odometry: "NaN" }, /standing: no odometry/],
  ["odometry is far from the arena", { odometry: "outside" }, /standing: out of the arena/],
  ["its pose is told no more", { poses: "silent" }, /standing: nothing localised it for 0.25 s/],
  ["its pose is uncertain", { poses: "uncertain" }, /standing: its pose may be 2.00 m or rad off/],
  ["odometry is stamped in the future", { odometry: "future" }, /standing: no odometry/],
])("where %s a robot on its way stands, says why, and goes on afterwards", async (...given) => {
  const [what, fault, said] = given;
  await moving();
  const start = monotonic();
  Object.assign(world, fault);
  const seconds = (await secondsToZero(start)) + start - wellAt;
  console.log(`${what}: told to stand after ${seconds.toFixed(3)} s`);
  expect(seconds).toBeLessThan(world.odometry === "frozen" ? FROZEN_BOUND : BOUND);
  await peer.first("diagnostic", start, ({ text }) => said.test(text));
  await moving();
});

test("an uncertain pose costs no epoch: certain again, the robot goes on to where it was sent", async () => {
  await moving();
  const since = monotonic();
  world.poses = "uncertain";
  await peer.first("diagnostic", since, ({ text }) => /may be 2.00 m or rad off/.test(text));
  const again = monotonic();
  world.poses = "sent";
  await peer.first("velocity", again, moves);
});

test("a command of another session makes it stand until one alone is heard for 1 s", async () => {
  await moving();
  const start = monotonic();
  const mine = session;
  const other = setInterval(() => {
    session = 2;
    peer.publishBytes(TOPICS.globalCommand, command());
    session = mine;
  }, PERIOD_MS);
  expect(await secondsToZero(start)).toBeLessThan(BOUND);
  await peer.first("diagnostic", start, ({ text }) => /two global agents are heard/.test(text));
  clearInterval(other);
  const ended = monotonic();
  const again = await peer.first("velocity", ended, moves);
  expect(again.time - ended).toBeGreaterThan(0.9);
});

test("rclpy reads the markers, at the place where the body is", async () => {
  await moving();
  const since = monotonic();
  // It stands, and where it stands is told.
  Object.assign(world, HEALTHY, { commands: "silent" });
  const markers = z.object({
    markers: z.array(
      z.object({
        type: z.number(),
        points: z.array(z.object({ x: z.number(), y: z.number() })),
        colors: z.array(z.unknown()),
      }),
    ),
  });
  const drawn = await peer.until("markers at the place", () => {
    const newest = peer.of("heard", since).at(-1);
    const seen = newest && markers.parse(newest.message).markers;
    return seen && Math.hypot(seen[0].points[0].x - pose.x, seen[0].points[0].y - pose.y) < 1e-4
      ? seen
      : undefined;
  });
  expect(drawn.map(({ type, points, colors }) => [type, points.length, colors.length])).toEqual([
    [7, 1, 1],
    [5, 2, 2],
  ]);
});

test("SIGTERM tells it to stand before the process ends, whatever odometry still comes; status 0", async () => {
  await moving();
  const often = setInterval(step, 5);
  await peer.first("velocity", monotonic(), moves);
  const start = monotonic();
  expect(await agent.end("SIGTERM")).toMatchObject({ status: 0 });
  clearInterval(often);
  expect(peer.of("velocity", start).length).toBeGreaterThan(1);
  expect(moves(peer.of("velocity", start).at(-1)!)).toBe(false);
});
