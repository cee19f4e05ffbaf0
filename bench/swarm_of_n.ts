/**
 * Swarms at scale. This process is a ROS node that starts the others and plays what is missing.
 * Usage: swarm_of_n.js ROBOTS SAMPLE_SIZE EPOCHS (from an epoch's boundary to its command),
 * swarm_of_n.js ROBOTS 0 SECONDS (what idle local agents use),
 * swarm_of_n.js ROBOTS moving SECONDS (the simulator alone on one core: does it keep real time?).
 * A fourth argument says how many robots a process hosts; a host that dies is started again.
 */
import { spawnSync } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { ParameterMap } from "../src/cli/swarm_description";
import { type Fate, SwarmProcesses } from "../src/cli/swarm_processes";
import { keyedUniform } from "../src/game/draws";
import { loadScenario } from "../src/game/scenario_file";
import { nanoseconds, planarOdometry, type Time, toTime } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { type RosProcess, runProcess } from "../src/ros/process";
import { TOPICS, topicOf } from "../src/ros/topics";
import { roomForAll } from "./arena_for";
import { say } from "./measure";
import { usageOf } from "./process_usage";

const ROBOTS_A_PROCESS = 250;
const EPOCH_S = 1;
/** Each robot is sent odometry this often, well within `cmd_vel_timeout`. */
const ODOMETRY_MS = 250;
/** Messages to many robots go out in parts, this often. */
const PART_MS = 10;
/** Epochs left out at the start. */
const WARM_UP_EPOCHS = 5;
/** Growth of memory is counted from this epoch on. */
const SETTLED_EPOCHS = 60;
/** Idle agents are measured after this long. */
const IDLE_AFTER_S = 20;
/** The simulator alone is measured after this long, simulated time. */
const MOVING_AFTER_S = 3;
const CORE = "0";
/** Period of its commands, and of its odometry in simulated time. */
const MOVING_MS = 100;
const LISTENED = 5;

interface Bench {
  readonly node: RosNode;
  readonly n: number;
  readonly names: readonly string[];
  readonly robotsPerProcess: number;
  /** Starts a node and returns its process id. */
  readonly start: (node: string, parameters: ParameterMap, more?: object) => number;
  /** Processor time used by the nodes that were started, s. */
  readonly used: () => number;
}

const toMs = (stamp: Time): number => Number(nanoseconds(stamp)) / 1e6;

function startProcesses(ros: RosProcess): Pick<Bench, "start" | "used"> {
  const fail = (name: string, how: string, fate: Fate): void => {
    if (fate === "respawned") return;
    say(`${name} ended ${how}`);
    ros.end(1);
  };
  const swarm = new SwarmProcesses(process.env, { onReport: () => undefined, onEnd: fail });
  ros.onEnd(() => swarm.end());
  const start: Bench["start"] = (node, parameters, more = {}) => {
    const name = `${node}_${swarm.children.size}`;
    swarm.start({ name, node, file: `src/nodes/${node}.js`, parameters, ...more });
    return swarm.children.get(name)!.pid!;
  };
  const used = (): number =>
    [...swarm.children.values()].reduce((sum, { pid }) => sum + usageOf(pid!).seconds, 0);
  return { start, used };
}

/** Serves each of `count` bodies once in `periodMs`, spread over the period. */
function serveInTurn(count: number, periodMs: number, serve: (body: number) => void): void {
  const began = performance.now();
  let turn = 0;
  setInterval(() => {
    const due = ((performance.now() - began) / periodMs) * count;
    for (; turn < due; turn++) serve(turn % count);
  }, PART_MS);
}

/** Starts the local agents; their process ids. */
function startAgents({ n, robotsPerProcess, start }: Bench, scenario: string): number[] {
  const hosts = [...Array(Math.ceil(n / robotsPerProcess)).keys()];
  return hosts.map((host) => {
    const first = host * robotsPerProcess;
    const robots = { population: n, robots: Math.min(robotsPerProcess, n - first) };
    const parameters = { scenario, start_armed: true, robot_index: first, ...robots };
    return start("local_agent", parameters, { respawn: true });
  });
}

async function measureIdle(bench: Bench, seconds: number): Promise<object> {
  const { used } = bench;
  const pids = startAgents(bench, "ring_dispatch");
  await wait(IDLE_AFTER_S * 1000);
  const before = used();
  await wait(seconds * 1000);
  const cores = (used() - before) / seconds;
  say(`${bench.n} idle local agents in ${pids.length} processes: ${cores.toFixed(2)} of a core`);
  return { cores };
}

interface Copy {
  readonly epoch: number;
  readonly missing: number;
  readonly sentMs: number;
  readonly decisionMs: number;
}

async function measureCommands(bench: Bench, sampleSize: number, epochs: number): Promise<object> {
  const { node, n, names, start, used } = bench;
  const { name: scenario, arena } = loadScenario("ring_dispatch");
  startAgents(bench, scenario);
  start("lead_agent", { scenario, start_armed: true }, { namespace: "lead" });
  start("learner", { scenario, table_size: 10, population: Math.max(10, n) });
  const asked = { population: n, sample_size: sampleSize, epoch_length: EPOCH_S };
  const pid = start("global_agent", { scenario, ...asked });
  const publishers = names.map((name) => node.publisher(topicOf(name, TOPICS.odometry)));
  // Robots stand where nobody takes their cmd_vel. This node does, and never spins.
  const bases = new RosNode("bench_bases", undefined, {});
  names.forEach((name) => bases.subscribeRaw(topicOf(name, TOPICS.twist), () => undefined));
  serveInTurn(names.length, ODOMETRY_MS, (body) => {
    const stamp = toTime(BigInt(Date.now()) * 1_000_000n);
    const pose = { ...arena.zones[body % arena.zones.length], yaw: 0 };
    publishers[body](planarOdometry(stamp, "robot", pose));
  });
  const bytesHeard = listenToBytes(node);
  let settledMB = NaN;
  let before = { used: NaN, ms: NaN };
  const { copies, startSeconds } = await hearEpochs(node, WARM_UP_EPOCHS + epochs, (count) => {
    if (count === WARM_UP_EPOCHS) before = { used: used(), ms: performance.now() };
    if (count === WARM_UP_EPOCHS + SETTLED_EPOCHS) settledMB = usageOf(pid).megabytes;
  });
  const cores = (1000 * (used() - before.used)) / (performance.now() - before.ms);
  const { megabytes } = usageOf(pid);
  const growth = 100 * (megabytes / settledMB - 1);
  const seen = { ...summaryOf(copies), bytes: bytesHeard(), growth, cores };
  const grown = Number.isNaN(growth)
    ? ""
    : `, ${growth.toFixed(2)} % more than after ${SETTLED_EPOCHS} s`;
  say(
    `n = ${n}, k = ${sampleSize}: epoch to command p50 ${seen.p50.toFixed(0)}, p95 ${seen.p95.toFixed(0)}, p99 ${seen.p99.toFixed(0)} ms over ${epochs} epochs of ${EPOCH_S} s; ${seen.missed} missed, ${seen.missing} states missing; commands at most ${seen.silence.toFixed(0)} ms apart; ${(seen.bytes / 1000).toFixed(1)} kB/s reach it; ${cores.toFixed(2)} of a core, ${((1000 * cores) / n).toFixed(1)} ms a second for each robot; first command after ${startSeconds.toFixed(0)} s; global agent ${megabytes.toFixed(0)} MB${grown}`,
  );
  return seen;
}

/** Every copy of a command until `epochs` were heard, and s from the start to the first. */
async function hearEpochs(node: RosNode, epochs: number, onEpoch: (count: number) => void) {
  const copies: Copy[] = [];
  let startSeconds = NaN;
  await new Promise<void>((resolve) => {
    let count = 0;
    node.subscribe(TOPICS.globalCommand, ({ epoch, missing, header, decision_time }) => {
      if (count === 0) startSeconds = performance.now() / 1000;
      const isNew = epoch !== copies.at(-1)?.epoch;
      copies.push({ epoch, missing, sentMs: toMs(header.stamp), decisionMs: toMs(decision_time) });
      if (isNew) onEpoch(++count);
      if (count === epochs) resolve();
    });
  });
  return { copies, startSeconds };
}

/** Bytes of messages that reach the global agent each second, from now until it is called. */
function listenToBytes(node: RosNode): () => number {
  const told: { bytes: number; ms: number }[] = [];
  node.subscribe(TOPICS.diagnostics, ({ status }) => {
    const of = status.find(({ name }) => name === "global_agent: epochs");
    const bytes = Number(of?.values.find(({ key }) => key === "bytes_heard")?.value ?? NaN);
    if (bytes > 0) told.push({ bytes, ms: performance.now() });
  });
  return () => {
    const [first, last] = [told[0], told.at(-1)!];
    return (1000 * (last.bytes - first.bytes)) / (last.ms - first.ms);
  };
}

/** Latencies and the longest silence in ms; epochs and states that were missed. */
function summaryOf(copies: readonly Copy[]) {
  const firsts = copies.filter(({ epoch }, i) => epoch !== copies[i - 1]?.epoch);
  const measured = firsts.slice(WARM_UP_EPOCHS);
  const later = copies.slice(copies.indexOf(measured[0]));
  const latencies = measured.map((c) => c.sentMs - c.decisionMs).sort((a, b) => a - b);
  const percentile = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))];
  return {
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    missed: measured.at(-1)!.epoch - firsts[WARM_UP_EPOCHS - 1].epoch - measured.length,
    missing: measured.reduce((sum, { missing }) => sum + missing, 0),
    // Robots stand after a silence of 350 ms.
    silence: Math.max(...later.slice(1).map(({ sentMs }, i) => sentMs - later[i].sentMs)),
  };
}

async function measureMoving({ node, n, names, start }: Bench, seconds: number): Promise<object> {
  const parameters = { scenario: roomForAll(n), population: n };
  const pid = start("simulator", parameters, { file: "sim/simulator.js" });
  const isPinned = spawnSync("taskset", ["-acp", CORE, `${pid}`]).status === 0;
  // The simulator waits for all agents; this makes it see a global one.
  node.publisher(TOPICS.globalCommand);
  const publishers = names.map((name) => node.publisher(topicOf(name, TOPICS.twist)));
  const uniform = keyedUniform(1, "local-action");
  const zero = { x: 0, y: 0, z: 0 };
  serveInTurn(names.length, MOVING_MS, (body) => {
    const linear = { ...zero, x: uniform() };
    publishers[body]({ linear, angular: { ...zero, z: 4 * uniform() - 2 } });
  });
  const instants = Array.from({ length: LISTENED }, (_, i) => {
    const heard = new Set<number>();
    const robot = `robot_${Math.floor((i * n) / LISTENED)}`;
    node.subscribe(topicOf(robot, TOPICS.odometry), ({ header }) => {
      heard.add(toMs(header.stamp));
    });
    return heard;
  });
  const [first, last] = await clockAt(node, pid, [MOVING_AFTER_S, MOVING_AFTER_S + seconds]);
  const simulatedMs = last.simulatedMs - first.simulatedMs;
  const wallMs = last.wallMs - first.wallMs;
  const isMeasured = (ms: number): boolean => ms > first.simulatedMs && ms <= last.simulatedMs;
  const gaps = instants.flatMap((each) =>
    [...each].filter(isMeasured).flatMap((ms, i, all) => (i > 0 ? [ms - all[i - 1]] : [])),
  );
  // The simulator tells some instants between two periods, too.
  const missing = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / MOVING_MS) - 1), 0);
  say(
    `${n} robots moved over ROS by a simulator ${isPinned ? "on one core" : "on all cores (taskset is missing)"} for ${seconds} s: real-time factor ${(simulatedMs / wallMs).toFixed(3)}, ${((100 * (last.usedMs - first.usedMs)) / wallMs).toFixed(0)} % of a core; ${missing} messages missing among ${gaps.length} of odometry of ${LISTENED} robots`,
  );
  return {};
}

/** Clocks when the simulated time since the first /clock message reaches each of `seconds`. */
async function clockAt(node: RosNode, pid: number, seconds: readonly number[]) {
  const reached: { simulatedMs: number; wallMs: number; usedMs: number }[] = [];
  await new Promise<void>((resolve) => {
    let began: number | undefined;
    node.subscribe(TOPICS.clockHeard, ({ clock }) => {
      const simulatedMs = toMs(clock);
      began ??= simulatedMs;
      if (reached.length === seconds.length) return resolve();
      if (simulatedMs - began < 1000 * seconds[reached.length]) return;
      const usedMs = usageOf(pid).seconds * 1000;
      reached.push({ simulatedMs, wallMs: performance.now(), usedMs });
    });
  });
  return reached;
}

void runProcess((ros) => {
  const [robots, what, length, hosted = ROBOTS_A_PROCESS] = process.argv.slice(2);
  const [n, robotsPerProcess] = [Number(robots), Number(hosted)];
  const names = [...[...Array(n).keys()].map((i) => `robot_${i}`), "lead"];
  const node = ros.add(new RosNode("bench_driver", undefined, {}));
  const bench: Bench = { node, n, names, robotsPerProcess, ...startProcesses(ros) };
  const measure = (): Promise<object> => {
    if (what === "moving") return measureMoving(bench, Number(length));
    if (what === "0") return measureIdle(bench, Number(length));
    return measureCommands(bench, Number(what), Number(length));
  };
  void measure().then((seen) => {
    process.send?.(seen);
    ros.end(0);
  });
});
