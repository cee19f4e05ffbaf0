/**
 * Agents and reporter beside a peer that speaks what the bridge of a Gazebo world speaks: its topics,
 * types, directions and QoS, from the file that was written for it; and its death and start again.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";
import { TOPICS } from "../../src/ros/topics";
import { writeCarousel } from "./carousel";
import { Child } from "./child";
import { monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 3;
/** All processes run within this time, s. */
const STARTED_S = 60;

const folder = mkdtempSync(join(tmpdir(), "gazebo-"));
let swarm: Swarm;
let peer: Peer;
let reporter: Child;
let bridge: ChildProcess;

const run = (program: string, ...args: string[]): string =>
  execFileSync("node", [join(packageRoot(), "dist", "src", "cli", program), ...args], {
    encoding: "utf8",
  });

function startBridge(): ChildProcess {
  const program = join(packageRoot(), "test", "graph", "gazebo_bridge.py");
  const files = [join(folder, "world", "bridge.yaml"), join(folder, "state.json")];
  return spawn("python3", [program, ...files], {
    env: swarm.environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

beforeAll(async () => {
  const scenario = writeCarousel(folder);
  const world = ["--scenario", scenario, "--robots", `${ROBOTS}`];
  run("gazebo_world.js", ...world, "--out", join(folder, "world"));
  const { bodies } = JSON.parse(run("describe_world.js", ...world)) as { bodies: object[] };
  writeFileSync(join(folder, "state.json"), JSON.stringify({ bodies, time: 0 }));
  swarm = await startSwarm({
    scenario,
    fidelity: "motion",
    robots: ROBOTS,
    tableSize: 2,
    without: ["simulator"],
  });
  const { name, type } = TOPICS.epochReport;
  const heard = ["--states", "--velocities", "--hear", name, type];
  peer = new Peer(swarm.environment, ["--robots", `${ROBOTS}`, ...heard]);
  const own = { world: "gazebo", population: ROBOTS, keep_docks: true, use_sim_time: true };
  reporter = new Child(swarm.environment, "sim/reporter.js", { parameters: { scenario, ...own } });
  await peer.first("ready", 0, undefined, STARTED_S);
  bridge = startBridge();
});

afterAll(async () => {
  await peer?.end();
  await reporter?.end();
  await swarm?.end();
  if (bridge?.kill("SIGKILL")) await once(bridge, "exit");
  rmSync(folder, { recursive: true, force: true });
});

/** The first command after `since` and the next one, both without a missing state. */
async function decides(since: number): Promise<void> {
  const first = await peer.first("command", since, undefined, STARTED_S);
  const { epoch, action } = first.message;
  const next = await peer.first(
    "command",
    first.time,
    ({ message }) => message.epoch === epoch + 1,
  );
  // The lead vehicle drove to where it was sent, in the peer's world.
  expect(next.message).toMatchObject({ missing: 0, global_state: action });
}

const drives = (since: number) =>
  peer.first("velocity", since, ({ body, linear }) => body === "robot_0" && linear > 0.3);

test("robots drive by the bridge's topics, and the reporter tells the epochs", async () => {
  await decides(0);
  await peer.first("heard", 0, ({ topic }) => topic === TOPICS.epochReport.name);
});

test("its death makes the agents send zero, its start again lets them go on", async () => {
  await drives(monotonic());
  bridge.kill("SIGKILL");
  const dead = monotonic();
  const still = ({ linear, angular }: { linear: number; angular: number }): boolean =>
    linear === 0 && angular === 0;
  const stood = await peer.first(
    "velocity",
    dead,
    (heard) => heard.body === "robot_0" && still(heard),
  );
  expect(stood.time - dead).toBeLessThan(0.5);
  // No command that waited is passed on later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(peer.of("velocity", stood.time).every(still)).toBe(true);
  bridge = startBridge();
  const back = monotonic();
  await drives(back);
  await decides(back);
  expect(swarm.deaths).toEqual([]);
});
