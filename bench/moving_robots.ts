/** The simulator alone on one core: does it keep real time with n robots that drive? */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { keyedUniform } from "../src/game/draws";
import { loadScenario, scenarioFile } from "../src/game/scenario_file";
import type { RosNode } from "../src/ros/node";
import { TOPICS, topicOf } from "../src/ros/topics";
import { arenaFor } from "./arena_for";
import { type Bench, serveInTurn, toMs } from "./driver";
import { say } from "./measure";
import { usageOf } from "./process_usage";

const SCENARIO = "dock_dispatch";
/** Core that the simulator runs on. */
const CORE = "0";
/** Simulated time from one odometry message to the next. */
const ODOMETRY_MS = 100;
const COMMAND_MS = 100;
const COMMANDS_A_DRAW = 10;
const WARM_UP_S = 3;
/** Robots whose odometry is listened to. */
const LISTENED = 5;

interface Instant {
  readonly simulatedMs: number;
  readonly wallMs: number;
  /** Processor time of the simulator. */
  readonly usedMs: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly ms: number;
}

export async function measureMoving(bench: Bench, seconds: number, folder: string): Promise<void> {
  const { node, n, names, start } = bench;
  const parameters = { scenario: scenarioFor(n, folder), population: n, headless: true };
  const pid = start("simulator", parameters, { file: "sim/simulator.js" });
  const isPinned = spawnSync("taskset", ["-acp", CORE, `${pid}`]).status === 0;
  commandAll(node, names);
  const paths = Array.from({ length: LISTENED }, (_, i) =>
    listenToOdometry(node, `robot_${Math.floor((i * n) / LISTENED)}`),
  );
  const [first, last] = await instantsAt(node, pid, [WARM_UP_S, WARM_UP_S + seconds]);
  const share = (what: keyof Instant): number =>
    (last[what] - first[what]) / (last.wallMs - first.wallMs);
  const steps = paths
    .flatMap((path) => path.slice(1).map((to, i) => ({ from: path[i], to })))
    .filter(({ to }) => to.ms > first.simulatedMs && to.ms <= last.simulatedMs);
  const rate = (1000 * steps.length) / LISTENED / (last.wallMs - first.wallMs);
  const moved = steps.filter(({ from, to }) => from.x !== to.x || from.y !== to.y).length;
  const missing = steps.reduce(
    (sum, { from, to }) => sum + Math.round((to.ms - from.ms) / ODOMETRY_MS) - 1,
    0,
  );
  say(
    `${n} robots moved over ROS by a simulator ${isPinned ? "on one core" : "on all cores (taskset is missing)"} for ${seconds} s: real-time factor ${share("simulatedMs").toFixed(3)}, ${(100 * share("usedMs")).toFixed(0)} % of a core, odometry of each of ${LISTENED} robots ${rate.toFixed(2)} times a second, ${((100 * moved) / steps.length).toFixed(0)} % of it from another place than before, ${missing} of ${steps.length} messages missing`,
  );
}

/** When the simulated time since the first /clock message reaches each of `seconds`. */
function instantsAt(node: RosNode, pid: number, seconds: readonly number[]): Promise<Instant[]> {
  const instants: Instant[] = [];
  return new Promise((resolve) => {
    let began: number | undefined;
    node.subscribe(TOPICS.clockHeard, ({ clock }) => {
      const simulatedMs = toMs(clock);
      began ??= simulatedMs;
      if (instants.length === seconds.length) return;
      if (simulatedMs - began < 1000 * seconds[instants.length]) return;
      const usedMs = usageOf(pid).seconds * 1000;
      instants.push({ simulatedMs, wallMs: performance.now(), usedMs });
      if (instants.length === seconds.length) resolve(instants);
    });
  });
}

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

/** Commands all bodies ten times a second: ahead and in curves, drawn anew each second. */
function commandAll(node: RosNode, names: readonly string[]): void {
  // The simulator waits for all agents; this makes it see a global one.
  node.publisher(TOPICS.globalCommand);
  const publishers = names.map((name) => node.publisher(topicOf(name, TOPICS.twist)));
  const uniform = keyedUniform(1, "local-action");
  const zero = { x: 0, y: 0, z: 0 };
  const twists = names.map(() => ({ linear: zero, angular: zero }));
  serveInTurn(names.length, COMMAND_MS, (turn) => {
    const body = turn % names.length;
    if (Math.floor(turn / names.length) % COMMANDS_A_DRAW === 0) {
      const [x, z] = [uniform(), 4 * uniform() - 2];
      twists[body] = { linear: { ...zero, x }, angular: { ...zero, z } };
    }
    publishers[body](twists[body]);
  });
}

/** The places that a robot tells from now on; the simulator repeats some instants. */
function listenToOdometry(node: RosNode, robot: string): Place[] {
  const path: Place[] = [];
  node.subscribe(topicOf(robot, TOPICS.odometry), ({ header, pose }) => {
    const { x, y } = pose.pose.position;
    const ms = toMs(header.stamp);
    if (ms !== path.at(-1)?.ms) path.push({ x, y, ms });
  });
  return path;
}
