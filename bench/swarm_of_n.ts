/**
 * One swarm at scale: real local agents with topics of their own, and how long the global agent takes
 * from an epoch's boundary to its command. The world is this process, a node that sends odometry.
 * Usage: swarm_of_n.js ROBOTS SAMPLE_SIZE EPOCHS, or ROBOTS 0 SECONDS: what idle local agents use.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type ParameterMap, SwarmProcesses } from "../src/cli/swarm_processes";
import { loadScenario } from "../src/game/scenario_file";
import { type GlobalCommand, nanoseconds, planarOdometry, toTime } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { runProcess } from "../src/ros/process";
import { TOPICS, topicOf } from "../src/ros/topics";
import { say } from "./measure";
import { usageOf } from "./process_usage";

const SCENARIO = "ring_dispatch";
const ROBOTS_A_PROCESS = 100;
const EPOCH_S = 1;
/** Odometry of each robot comes so often, ms: well within `cmd_vel_timeout`. */
const ODOMETRY_MS = 250;
/** Epochs left out at the start. */
const WARM_UP = 5;
/** Memory that is still taken is counted from this epoch on. */
const SETTLED = 60;
/** Idle agents are left alone for so long before they are measured, s. */
const IDLE_AFTER_S = 20;

interface Seen {
  /** From the boundary to the command, ms. */
  readonly latencies: number[];
  readonly missed: number;
  readonly missing: number;
  /** Longest time between two copies of commands, by their stamps, ms: robots stand after 350. */
  readonly silence: number;
  /** In the messages that reach the global agent, each second. */
  readonly bytes: number;
  /** Until the first command, s: processes, discovery, learning. */
  readonly startSeconds: number;
}

/** Plays the world of n robots until so many epochs were commanded. */
async function play(
  node: RosNode,
  n: number,
  epochs: number,
  onEpoch: (count: number) => void,
): Promise<Seen> {
  const { arena } = loadScenario(SCENARIO);
  const names = [...Array(n).keys()].map((i) => `robot_${i}`);
  const publishers = [...names, "lead"].map((name) =>
    node.publisher(topicOf(name, TOPICS.odometry)),
  );
  let at = 0;
  // Spread over the period, as robots that know nothing of each other are.
  const timer = setInterval(() => {
    const until = at + Math.ceil((publishers.length * 10) / ODOMETRY_MS);
    for (; at < until; at++) {
      const body = at % publishers.length;
      const stamp = toTime(BigInt(Date.now()) * 1_000_000n);
      const zone = arena.zones[body % arena.zones.length];
      publishers[body](planarOdometry(stamp, "robot", { ...zone, yaw: 0 }));
    }
  }, 10);
  const seen = {
    latencies: [] as number[],
    missed: 0,
    missing: 0,
    silence: 0,
    startSeconds: 0,
    bytes: 0,
  };
  const heardBytes: { bytes: number; ms: number }[] = [];
  node.subscribe(TOPICS.diagnostics, ({ status }) => {
    const of = status.find(({ name }) => name === "global_agent: epochs");
    const bytes = Number(of?.values.find(({ key }) => key === "bytes_heard")?.value ?? NaN);
    if (seen.latencies.length > 0 && bytes > 0) heardBytes.push({ bytes, ms: performance.now() });
  });
  const startedMs = performance.now();
  let newest: number | undefined;
  let heard = 0;
  let copyMs = NaN;
  try {
    await new Promise<void>((resolve) => {
      node.subscribe(TOPICS.globalCommand, (command: GlobalCommand) => {
        const sentMs = Number(nanoseconds(command.header.stamp)) / 1e6;
        if (heard > WARM_UP) seen.silence = Math.max(seen.silence, sentMs - copyMs);
        copyMs = sentMs;
        if (command.epoch === newest) return;
        const skipped = newest === undefined ? 0 : command.epoch - newest - 1;
        if (heard === 0) seen.startSeconds = (performance.now() - startedMs) / 1000;
        newest = command.epoch;
        heard++;
        if (heard <= WARM_UP) return;
        seen.missed += skipped;
        seen.missing += command.missing;
        seen.latencies.push(sentMs - Number(nanoseconds(command.decision_time)) / 1e6);
        onEpoch(seen.latencies.length);
        if (seen.latencies.length >= epochs) resolve();
      });
    });
  } finally {
    clearInterval(timer);
  }
  const [first, last] = [heardBytes[0], heardBytes.at(-1)!];
  seen.bytes = (1000 * (last.bytes - first.bytes)) / (last.ms - first.ms);
  return seen;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

void runProcess(async (ros) => {
  const [n, k, epochs] = process.argv.slice(2).map(Number);
  const node = ros.add(new RosNode("bench_world", undefined, {}));
  const fail = (name: string, how: string): void => {
    say(`${name} ended ${how}`);
    ros.end(1);
  };
  const swarm = new SwarmProcesses(process.env, {
    onMessage: () => undefined,
    onDeath: fail,
    onLoss: fail,
    onRespawn: fail,
  });
  ros.onEnd(() => swarm.end());
  const start = (node: string, parameters: ParameterMap, more: object = {}): number => {
    const name = `${node}_${Object.keys(swarm.pids).length}`;
    swarm.start({ name, node, file: `src/nodes/${node}.js`, parameters, ...more });
    return swarm.pids[name]!;
  };
  const agent = { scenario: SCENARIO, start_armed: true };
  const hosts: number[] = [];
  for (let first = 0; first < n; first += ROBOTS_A_PROCESS) {
    const robots = Math.min(ROBOTS_A_PROCESS, n - first);
    const host = { ...agent, population: n, robots, robot_index: first };
    hosts.push(start("local_agent", host));
  }
  if (k === 0) {
    void idle(hosts, epochs).then((cores) => {
      say(`${n} idle local agents in ${hosts.length} processes: ${cores.toFixed(2)} of a core`);
      process.send?.({ cores });
      ros.end(0);
    });
    return;
  }
  start("lead_agent", agent, { namespace: "lead" });
  start("learner", { scenario: SCENARIO, table_size: 10, population: Math.max(10, n) });
  const parameters = { scenario: SCENARIO, population: n, sample_size: k, epoch_length: EPOCH_S };
  const global = start("global_agent", parameters);
  let settled = NaN;
  const onEpoch = (count: number): void => {
    if (count === SETTLED) settled = usageOf(global).megabytes;
  };
  void play(node, n, epochs, onEpoch).then(
    ({ latencies, missed, missing, silence, bytes, startSeconds }) => {
      const { megabytes } = usageOf(global);
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share));
      const growth = 100 * (megabytes / settled - 1);
      const grown = Number.isNaN(growth)
        ? ""
        : `, ${growth.toFixed(2)} % more than after ${SETTLED} s`;
      say(
        `n = ${n}, k = ${k}: epoch to command p50 ${p50.toFixed(0)}, p95 ${p95.toFixed(0)}, p99 ${p99.toFixed(0)} ms over ${epochs} epochs of ${EPOCH_S} s; ${missed} missed, ${missing} states missing; commands at most ${silence.toFixed(0)} ms apart; ${(bytes / 1000).toFixed(1)} kB/s reach it; first command after ${startSeconds.toFixed(0)} s; global agent ${megabytes.toFixed(0)} MB${grown}`,
      );
      process.send?.({ p50, p99, missed, missing, silence, growth, bytes });
      ros.end(0);
    },
  );
});

/** Cores that processes use which hear nothing, over so many seconds. */
async function idle(pids: readonly number[], seconds: number): Promise<number> {
  const used = (): number => pids.reduce((sum, pid) => sum + usageOf(pid).seconds, 0);
  await wait(IDLE_AFTER_S * 1000);
  const before = used();
  await wait(seconds * 1000);
  return (used() - before) / seconds;
}
