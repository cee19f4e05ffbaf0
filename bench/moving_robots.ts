/**
 * The simulator alone on one core: it moves n robots, each commanded ten times a second by this
 * process, tells each its odometry, and is asked what share of real time it reaches.
 * Usage: moving_robots.js ROBOTS SECONDS
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { rosArguments } from "../src/cli/swarm_processes";
import { keyedUniform } from "../src/game/draws";
import { packageRoot } from "../src/base/package_root";
import { loadScenario, scenarioFile } from "../src/game/scenario_file";
import { nanoseconds } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { runProcess } from "../src/ros/process";
import { TOPICS, topicOf } from "../src/ros/topics";
import { robotNames } from "../sim/run";
import { LEAD } from "../sim/world_node";
import { arenaFor } from "./arena_for";
import { say } from "./measure";
import { usageOf } from "./process_usage";

const SCENARIO = "dock_dispatch";
/** The simulator's core. */
const CORE = "0";
const COMMAND_MS = 100;
const COMMANDS_A_DRAW = 10;
/** From one odometry to the next, simulated ms. */
const ODOMETRY_MS = 100;
/** Commands go out in parts, this often, ms. */
const PART_MS = 10;
/** Simulated seconds before the measurement. */
const WARM_UP_S = 3;
/** Robots whose odometry is listened to. */
const HEARD = 5;

/** The shipped scenario with room for n robots and no docks. */
function scenarioFor(n: number, folder: string): string {
  const { zones, epoch } = arenaFor(loadScenario(SCENARIO).arena, n, 1);
  const document = parseDocument(readFileSync(scenarioFile(SCENARIO), "utf8"));
  const ring = { radius: zones[0].x, zone_radius: zones[0].radius };
  document.set("arena", { ring, epoch, job_end_probability: 1 });
  const file = join(folder, "room_for_all.yaml");
  writeFileSync(file, String(document));
  return file;
}

/** Commands all bodies from now on, each ten times a second: ahead and in curves, drawn each second. */
function command(node: RosNode, names: readonly string[]): void {
  // The simulator waits for all agents; this makes it see a global one.
  node.publisher(TOPICS.globalCommand);
  const publishers = names.map((name) => node.publisher(topicOf(name, TOPICS.twist)));
  const uniform = keyedUniform(1, "local-action");
  const zero = { x: 0, y: 0, z: 0 };
  const twists = names.map(() => ({ linear: zero, angular: zero }));
  const began = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = ((performance.now() - began) / COMMAND_MS) * names.length;
    for (; sent < due; sent++) {
      const body = sent % names.length;
      if (Math.floor(sent / names.length) % COMMANDS_A_DRAW === 0) {
        const [x, z] = [uniform(), 4 * uniform() - 2];
        twists[body] = { linear: { ...zero, x }, angular: { ...zero, z } };
      }
      publishers[body](twists[body]);
    }
  }, PART_MS);
}

/** What is known when a message of the clock comes, ms. */
interface Instant {
  readonly simulated: number;
  readonly wall: number;
  readonly processor: number;
}

interface Seen {
  readonly first: Instant;
  readonly last: Instant;
  /** Messages heard in between of HEARD robots; those that say the robot has moved; those that miss. */
  readonly odometry: number;
  readonly moved: number;
  readonly missing: number;
}

/** Listens for so many simulated seconds after the warm-up. */
function listen(node: RosNode, pid: number, n: number, seconds: number): Promise<Seen> {
  let [odometry, moved, missing] = [0, 0, 0];
  let first: Instant | undefined;
  for (let i = 0; i < HEARD; i++) {
    let before = { x: 0, y: 0, ms: 0 };
    const robot = `robot_${Math.floor((i * n) / HEARD)}`;
    node.subscribe(topicOf(robot, TOPICS.odometry), ({ header, pose }) => {
      const { x, y } = pose.pose.position;
      const now = { x, y, ms: Number(nanoseconds(header.stamp)) / 1e6 };
      // An instant may be told twice, or in between: it is told so often by the wall clock, too.
      if (now.ms === before.ms) return;
      if (first !== undefined) {
        odometry++;
        if (x !== before.x || y !== before.y) moved++;
        missing += Math.max(0, Math.round((now.ms - before.ms) / ODOMETRY_MS) - 1);
      }
      before = now;
    });
  }
  return new Promise((resolve) => {
    let began: number | undefined;
    const clock = node.subscribe(TOPICS.clockHeard, (message) => {
      const simulated = Number(nanoseconds(message.clock)) / 1e6;
      began ??= simulated;
      const passed = (simulated - began) / 1000 - WARM_UP_S;
      if (passed < 0 || (first !== undefined && passed < seconds)) return;
      const processor = usageOf(pid).seconds * 1000;
      const now = { simulated, wall: performance.now(), processor };
      if (first === undefined) first = now;
      else {
        clock.destroy();
        resolve({ first, last: now, odometry, moved, missing });
      }
    });
  });
}

void runProcess(async (ros) => {
  const [n, seconds] = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), "moving_robots-"));
  const parameters = { scenario: scenarioFor(n, folder), population: n, headless: true };
  const spec = { name: "simulator", node: "simulator", file: "sim/simulator.js", parameters };
  const program = [process.execPath, join(packageRoot(), "dist", spec.file), ...rosArguments(spec)];
  const isPinned = spawnSync("taskset", ["-c", CORE, "true"]).status === 0;
  const [file, ...args] = isPinned ? ["taskset", "-c", CORE, ...program] : program;
  const simulator = spawn(file, args, { stdio: ["ignore", "ignore", "inherit"] });
  simulator.on("exit", (code, signal) => ros.end(signal || code ? 1 : 0));
  ros.onEnd(() => {
    simulator.kill();
    rmSync(folder, { recursive: true });
  });
  const node = ros.add(new RosNode("bench_driver", undefined, {}));
  command(node, [...robotNames(n), LEAD]);
  void listen(node, simulator.pid!, n, seconds).then(
    ({ first, last, odometry, moved, missing }) => {
      const wall = last.wall - first.wall;
      const share = (what: keyof Instant): number => (last[what] - first[what]) / wall;
      const rate = odometry / HEARD / (wall / 1000);
      say(
        `${n} robots moved over ROS by a simulator ${isPinned ? "on one core" : "on all cores (taskset is missing)"} for ${seconds} s: real-time factor ${share("simulated").toFixed(3)}, ${(100 * share("processor")).toFixed(0)} % of a core, odometry of each of ${HEARD} robots ${rate.toFixed(2)} times a second, ${((100 * moved) / odometry).toFixed(0)} % of it from another place than before, ${missing} of it missing`,
      );
      ros.end(0);
    },
  );
});
