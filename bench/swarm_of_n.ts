/**
 * Swarms at scale. This process is a ROS node that starts the others and plays what is missing.
 * Usage: swarm_of_n.js ROBOTS SAMPLE_SIZE EPOCHS (from an epoch's boundary to its command),
 * swarm_of_n.js ROBOTS 0 SECONDS (what idle local agents use),
 * swarm_of_n.js ROBOTS moving SECONDS (the simulator alone on one core: does it keep real time?).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { loadScenario } from "../src/game/scenario_file";
import { planarOdometry, toTime } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { runProcess } from "../src/ros/process";
import { TOPICS, topicOf } from "../src/ros/topics";
import { type Bench, serveInTurn, startProcesses, toMs } from "./driver";
import { say } from "./measure";
import { measureMoving } from "./moving_robots";
import { usageOf } from "./process_usage";

const SCENARIO = "ring_dispatch";
const ROBOTS_A_PROCESS = 100;
const EPOCH_S = 1;
/** Each robot is sent odometry this often, well within `cmd_vel_timeout`. */
const ODOMETRY_MS = 250;
/** Epochs left out at the start. */
const WARM_UP_EPOCHS = 5;
/** Growth of memory is counted from this epoch on. */
const SETTLED_EPOCHS = 60;
/** Idle agents are measured after this long. */
const IDLE_AFTER_S = 20;

/** Starts the local agents; their process ids. */
function startAgents({ n, start }: Bench): number[] {
  const hosts = [...Array(Math.ceil(n / ROBOTS_A_PROCESS)).keys()];
  return hosts.map((host) => {
    const first = host * ROBOTS_A_PROCESS;
    const robots = { population: n, robots: Math.min(ROBOTS_A_PROCESS, n - first) };
    return start("local_agent", {
      scenario: SCENARIO,
      start_armed: true,
      robot_index: first,
      ...robots,
    });
  });
}

async function measureIdle(bench: Bench, seconds: number): Promise<object> {
  const pids = startAgents(bench);
  const used = (): number => pids.reduce((sum, pid) => sum + usageOf(pid).seconds, 0);
  await wait(IDLE_AFTER_S * 1000);
  const before = used();
  await wait(seconds * 1000);
  const cores = (used() - before) / seconds;
  say(`${bench.n} idle local agents in ${pids.length} processes: ${cores.toFixed(2)} of a core`);
  return { cores };
}

/** A copy of a command that was heard. */
interface Copy {
  readonly epoch: number;
  readonly missing: number;
  readonly sentMs: number;
  readonly decisionMs: number;
}

async function measureCommands(bench: Bench, sampleSize: number, epochs: number): Promise<object> {
  const { node, n, start } = bench;
  startAgents(bench);
  start("lead_agent", { scenario: SCENARIO, start_armed: true }, { namespace: "lead" });
  start("learner", { scenario: SCENARIO, table_size: 10, population: Math.max(10, n) });
  const asked = { population: n, sample_size: sampleSize, epoch_length: EPOCH_S };
  const pid = start("global_agent", { scenario: SCENARIO, ...asked });
  tellOdometry(bench);
  const bytesHeard = listenToBytes(node);
  let settledMB = NaN;
  const { copies, startSeconds } = await hearEpochs(node, WARM_UP_EPOCHS + epochs, (count) => {
    if (count === WARM_UP_EPOCHS + SETTLED_EPOCHS) settledMB = usageOf(pid).megabytes;
  });
  const { megabytes } = usageOf(pid);
  const growth = 100 * (megabytes / settledMB - 1);
  const seen = { ...summaryOf(copies), bytes: bytesHeard(), growth };
  const grown = Number.isNaN(growth)
    ? ""
    : `, ${growth.toFixed(2)} % more than after ${SETTLED_EPOCHS} s`;
  say(
    `n = ${n}, k = ${sampleSize}: epoch to command p50 ${seen.p50.toFixed(0)}, p95 ${seen.p95.toFixed(0)}, p99 ${seen.p99.toFixed(0)} ms over ${epochs} epochs of ${EPOCH_S} s; ${seen.missed} missed, ${seen.missing} states missing; commands at most ${seen.silence.toFixed(0)} ms apart; ${(seen.bytes / 1000).toFixed(1)} kB/s reach it; first command after ${startSeconds.toFixed(0)} s; global agent ${megabytes.toFixed(0)} MB${grown}`,
  );
  return seen;
}

/** Plays the world: every body stands in a zone. */
function tellOdometry({ node, names }: Bench): void {
  const { zones } = loadScenario(SCENARIO).arena;
  const publishers = names.map((name) => node.publisher(topicOf(name, TOPICS.odometry)));
  serveInTurn(names.length, ODOMETRY_MS, (turn) => {
    const body = turn % names.length;
    const stamp = toTime(BigInt(Date.now()) * 1_000_000n);
    publishers[body](planarOdometry(stamp, "robot", { ...zones[body % zones.length], yaw: 0 }));
  });
}

/** Every copy of a command until `epochs` were heard, and s until the first. */
async function hearEpochs(node: RosNode, epochs: number, onEpoch: (count: number) => void) {
  const startedMs = performance.now();
  const copies: Copy[] = [];
  let startSeconds = NaN;
  await new Promise<void>((resolve) => {
    let count = 0;
    node.subscribe(TOPICS.globalCommand, ({ epoch, missing, header, decision_time }) => {
      if (count === 0) startSeconds = (performance.now() - startedMs) / 1000;
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

void runProcess((ros) => {
  const [robots, what, length] = process.argv.slice(2);
  const n = Number(robots);
  const names = [...[...Array(n).keys()].map((i) => `robot_${i}`), "lead"];
  const node = ros.add(new RosNode("bench_driver", undefined, {}));
  const folder = mkdtempSync(join(tmpdir(), "swarm_of_n-"));
  ros.onEnd(() => rmSync(folder, { recursive: true }));
  const bench: Bench = { node, n, names, start: startProcesses(ros) };
  const measure = (): Promise<object | void> => {
    if (what === "moving") return measureMoving(bench, Number(length), folder);
    if (what === "0") return measureIdle(bench, Number(length));
    return measureCommands(bench, Number(what), Number(length));
  };
  void measure().then((seen) => {
    if (seen) process.send?.(seen);
    ros.end(0);
  });
});
