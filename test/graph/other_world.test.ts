/**
 * A Python program with the same topics takes the simulator's place, and a reporter stands beside it,
 * which keeps the docks that it lacks.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leadSpotOf, spotOf } from "../../src/game/arena";
import { packageRoot } from "../../src/base/package_root";
import { loadScenario } from "../../src/game/scenario_file";
import { TOPICS, topicOf } from "../../src/ros/topics";
import { writeCarousel } from "./carousel";
import { Child } from "./child";
import { monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 3;
/** s; the arena's own 6 are just enough for the longest drive, and a busy machine starts it late. */
const EPOCH = 7;
/** A bay in which jobs do not end: who is docked there stays. */
const DOCK = 2;
/** All processes run within this time, s. */
const STARTED_S = 60;
/** Agents use the wall clock: there is no /clock. */
const WALL = { use_sim_time: false, epoch_length: EPOCH };

let folder: string;
let swarm: Swarm;
let peer: Peer;
let world: ChildProcess;
let reporter: Child;

const ZERO = { x: 0, y: 0, z: 0 };
const STILL = { linear: ZERO, angular: ZERO };

const baseOf = (robot: number) => topicOf(`robot_${robot}`, TOPICS.baseTwist);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "carousel-"));
  const scenario = writeCarousel(folder, [DOCK]);
  const { arena } = loadScenario(scenario);
  swarm = await startSwarm({
    scenario,
    world: "motion",
    robots: ROBOTS,
    tableSize: 2,
    without: ["simulator"],
    overrides: {
      global_agent: WALL,
      lead_agent: { use_sim_time: false },
      local_agents_0: { use_sim_time: false },
    },
  });
  const bodies = [
    ...[...Array(ROBOTS).keys()].map((i) => ({
      name: `robot_${i}`,
      ...spotOf(arena, i, i),
      yaw: 0,
    })),
    { name: "lead", ...leadSpotOf(arena, 0), yaw: 0 },
  ];
  // They are there before the world, with which the first epoch begins.
  const heard = [TOPICS.epochReport, TOPICS.worldState, baseOf(0), baseOf(DOCK)];
  const ears = heard.flatMap(({ name, type }) => ["--hear", name, type]);
  const options = ["--robots", `${ROBOTS}`, "--states", "--velocities", ...ears];
  peer = new Peer(swarm.environment, options);
  const own = { world: "python", population: ROBOTS, keep_docks: true, epoch_length: EPOCH };
  reporter = new Child(swarm.environment, "sim/reporter.js", { parameters: { scenario, ...own } });
  await peer.first("ready", 0, undefined, STARTED_S);
  const program = join(packageRoot(), "test", "graph", "world.py");
  world = spawn("python3", [program, JSON.stringify(bodies), "base/cmd_vel"], {
    env: swarm.environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
});

afterAll(async () => {
  await peer?.end();
  await reporter?.end();
  await swarm?.end();
  if (world?.kill("SIGKILL")) await once(world, "exit");
  rmSync(folder, { recursive: true, force: true });
});

/** The newest that was heard on a topic since a time. */
const newest = ({ name }: { name: string }, since = 0) =>
  peer.of("heard", since).findLast(({ topic }) => topic === name)?.message;

test("robots drive to the next bay each epoch but from the dock, the lead vehicle where it is sent, and no state is missing", async () => {
  const bays = swarm.game.localStates.length;
  const first = await peer.first("command", 0, undefined, STARTED_S);
  expect(first.message).toMatchObject({
    epoch: 0,
    missing: 0,
    population: ROBOTS,
    global_state: 0,
  });
  for (const i of [0, 1]) {
    // It arrives before the next epoch begins.
    const moved = await peer.first(
      "state",
      first.time,
      ({ message }) => message.agent_id === `robot_${i}` && message.state === (i + 1) % bays,
    );
    expect(moved.message.epoch).toBe(0);
  }
  const second = await peer.first("command", first.time, ({ message }) => message.epoch === 1);
  expect(second.message).toMatchObject({ missing: 0, global_state: first.message.action });
  expect(second.message.histogram[0]).toBe(0);
  // The docked one's agent wanted to drive on, and its base was told to stand.
  const wanted = peer.of("velocity", first.time).filter(({ body }) => body === `robot_${DOCK}`);
  expect(wanted.some(({ angular }) => Math.abs(angular) > 0.1)).toBe(true);
  const told = peer.of("heard").filter(({ topic }) => topic === baseOf(DOCK).name);
  expect(told.length).toBeGreaterThan(10);
  expect(told.every(({ message }) => JSON.stringify(message) === JSON.stringify(STILL))).toBe(true);
  expect(swarm.deaths).toEqual([]);
});

test("the reporter tells what nobody else knows of that world, and its death lets all stand", async () => {
  const reported = await peer.until("the first epoch's report", () => newest(TOPICS.epochReport));
  // r_g: driving on pays 1; r_l: going up pays each robot 1, docked or not.
  expect(reported).toMatchObject({ epoch: 0, histogram: [1, 1, 1, 0, 0], reward: 2 });
  const about = { world: "python", controls: [], paused: false, population: ROBOTS };
  expect(await peer.until("its state", () => newest(TOPICS.worldState))).toMatchObject(about);
  const drives = ({ linear }: Record<string, unknown>): boolean =>
    (linear as { x: number }).x > 0.1;
  await peer.first(
    "heard",
    monotonic(),
    ({ topic, message }) => topic === baseOf(0).name && drives(message),
  );
  await reporter.end("SIGKILL");
  const dead = monotonic();
  // Its agent goes on: what it says reaches no base.
  await peer.first("velocity", dead + 0.5, ({ body }) => body === "robot_0");
  expect(newest(baseOf(0), dead + 0.1)).toBeUndefined();
});
