/**
 * docs/several_machines.md, line by line: three machines in network namespaces, robots on one, the
 * operator on another, the page on a third. Needs root.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { roomForAll } from "../../bench/arena_for";
import { packageRoot } from "../../src/base/package_root";
import { TOPICS } from "../../src/ros/topics";
import { chunksOf } from "../docs/documents";
import { isMoving, WATCHDOG_BOUND } from "./moving_swarm";
import { monotonic, Peer } from "./peer";

const ROBOTS = 30;
/** Simulated seconds of a shift and its epochs; the simulator goes in real time. */
const [EPOCHS, EPOCH_S] = [50, 6];
/** All are found and the first command is given within, s. */
const STARTED_S = 120;
/** What larger swarms send is counted for so long, s. */
const TOLD_S = 90;
const DELAY_S = 0.15;
const LOSS = 0.05;

const blocks = chunksOf("docs/several_machines.md").filter(({ language }) => language === "sh");
const block = (word: string): readonly string[] =>
  blocks.find(({ lines }) => lines.join("\n").includes(word))!.lines;

const bash = (lines: readonly string[]): string =>
  // With a socket as its input, bash would read the user's own file first.
  execFileSync("bash", ["--norc", "-ec", lines.join("\n")], {
    cwd: packageRoot(),
    encoding: "utf8",
    env: process.env,
  });

const WAYS = blocks.flatMap(({ lines }) => lines).filter((line) => line.startsWith("export "));
const SERVER = block("fast-discovery-server");
const NODES = block("simulator.js");
const [CUT, MEND] = block("set robots down");

/** Variables of a line that exports them, in this process's environment. */
function environmentOf(exported: string): NodeJS.ProcessEnv {
  const lines = bash([exported, "env -0"]).split("\0").filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

class Machines {
  private readonly children: ChildProcess[] = [];
  readonly peers: Peer[] = [];
  private readonly environment: NodeJS.ProcessEnv;

  constructor(exported: string) {
    this.environment = environmentOf(exported);
    bash(block("ip netns add hub"));
  }

  /** Starts a line of the document, in a group of its own. */
  start(line: string): ChildProcess {
    const options = { cwd: packageRoot(), env: this.environment, detached: true };
    const child = spawn("bash", ["-c", `exec ${line}`], {
      ...options,
      stdio: ["ignore", "pipe", 2],
    });
    child.stdout!.resume();
    this.children.push(child);
    return child;
  }

  peer(machine: string, ...options: string[]): Peer {
    const peer = new Peer(this.environment, options, ["ip", "netns", "exec", machine]);
    this.peers.push(peer);
    return peer;
  }

  async end(): Promise<void> {
    for (const peer of this.peers) await peer.end();
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      process.kill(-child.pid!, "SIGKILL");
      await gone;
    }
    bash(block("ip netns del"));
  }
}

const report = z.object({ epoch: z.number(), epochs: z.number(), missed_epochs: z.number() });
const reportsOf = (peer: Peer, since = 0) =>
  peer
    .of("heard", since)
    .filter(({ topic }) => topic === TOPICS.epochReport.name)
    .map(({ message }) => report.parse(message));

const counters = z.array(
  z.object({
    stats64: z.object({ rx: z.object({ bytes: z.number() }), tx: z.object({ bytes: z.number() }) }),
  }),
);
/** Bytes that came from and went to a machine, since it is there. */
function bytesOf(machine: string): number {
  const [{ stats64 }] = counters.parse(JSON.parse(bash([`ip -j -s -n hub link show ${machine}`])));
  return stats64.rx.bytes + stats64.tx.bytes;
}

const HEAR = ["--hear", TOPICS.epochReport.name, TOPICS.epochReport.type];

async function startAll(exported: string, nodes = NODES): Promise<Machines> {
  const machines = new Machines(exported);
  if (exported.includes("ROS_DISCOVERY_SERVER")) for (const line of SERVER) machines.start(line);
  for (const line of nodes) machines.start(line);
  return machines;
}

/** Says how much goes over the cables while `work` is done. */
async function tellBytes(robots: number, work: () => Promise<unknown>): Promise<void> {
  const machines = ["robots", "operator"] as const;
  const [ms, before] = [monotonic(), machines.map(bytesOf)];
  await work();
  const seconds = monotonic() - ms;
  const [all, operator] = machines.map((machine, i) =>
    Math.round((bytesOf(machine) - before[i]) / seconds),
  );
  const bytesASecond = { robot: Math.round(all / robots), operator };
  console.log(JSON.stringify({ robots, seconds: Math.round(seconds), bytesASecond }));
}

const commandAfter = (peer: Peer, since: number, seconds = STARTED_S) =>
  peer.first("command", since, undefined, seconds);

jest.setTimeout(600_000);

describe.each(WAYS)("after %s", (exported) => {
  test("robots of one machine follow a global agent on another, and the page's machine hears it", async () => {
    const machines = await startAll(exported);
    try {
      const peer = machines.peer("page", ...HEAR);
      const { message } = await commandAfter(peer, 0);
      expect(message).toMatchObject({ population: ROBOTS, sample_size: 10 });
      await peer.until("epochs", () => reportsOf(peer).some(({ epochs }) => epochs >= 3), 60);
      expect(reportsOf(peer).at(-1)).toMatchObject({ missed_epochs: 0 });
      const page = bash(["ip netns exec operator curl -s http://10.77.0.3:8080/"]);
      expect(page).toContain("<title>");
    } finally {
      await machines.end();
    }
  });
});

test("a shift on a sound link misses no epoch; robots stand while it is cut and go on by themselves", async () => {
  const machines = await startAll(WAYS[0]);
  try {
    const peer = machines.peer("operator", ...HEAR);
    const near = machines.peer("robots", "--robots", `${ROBOTS}`, "--velocities");
    await commandAfter(peer, 0);
    const isOver = () => reportsOf(peer).some(({ epochs }) => epochs >= EPOCHS);
    await tellBytes(ROBOTS, () => peer.until("a shift", isOver, EPOCHS * EPOCH_S + STARTED_S));
    expect(reportsOf(peer).at(-1)).toMatchObject({ missed_epochs: 0 });
    expect(peer.of("command").every(({ message }) => message.missing === 0)).toBe(true);
    for (const cut of [5, 30]) await cutFor(cut, near);
  } finally {
    await machines.end();
  }
});

test.each([300, 1000])("what %i robots send is told", async (robots) => {
  const scenario = roomForAll(robots);
  const nodes = NODES.map(
    (line) => `${line.replaceAll(":=30", `:=${robots}`)} -p scenario:=${scenario}`,
  );
  const machines = await startAll(WAYS[0], nodes);
  try {
    const peer = machines.peer("operator", ...HEAR);
    await commandAfter(peer, 0, 2 * STARTED_S);
    await tellBytes(robots, () => setTimeout(TOLD_S * 1000));
    const { missed_epochs, epochs } = reportsOf(peer).at(-1)!;
    const missing = peer.of("command").filter((heard) => heard.message.missing > 0).length;
    console.log(JSON.stringify({ epochs, missed_epochs, missing }));
    expect(epochs).toBeGreaterThan(3);
    expect(missed_epochs).toBe(0);
  } finally {
    await machines.end();
  }
});

/** Cuts the link while a robot drives; all stand in time, and drive again after it is mended. */
async function cutFor(seconds: number, near: Peer): Promise<void> {
  await near.first("velocity", monotonic(), isMoving, 60);
  bash([CUT]);
  const cut = monotonic();
  await setTimeout(seconds * 1000);
  const late = near.of("velocity", cut + WATCHDOG_BOUND).filter(isMoving);
  expect(late).toEqual([]);
  bash([MEND]);
  const mended = monotonic();
  const again = await near.first("velocity", mended, isMoving, 90);
  console.log(`cut for ${seconds} s: a robot drives ${(again.time - mended).toFixed(1)} s after`);
}

test("a link that loses 5 % and is 150 ms late each way costs few epochs", async () => {
  const machines = new Machines(WAYS[0]);
  try {
    // The robots' cable leads to a forwarder in place of the switch.
    bash([
      "ip -n hub link set robots nomaster",
      "ip -n hub link add name late type veth peer name later",
      "ip -n hub link set late up",
      "ip -n hub link set later master hub0 up",
    ]);
    const program = join(packageRoot(), "test", "graph", "forwarder.py");
    const forwarder = machines.start(
      `ip netns exec hub python3 ${program} robots late ${DELAY_S} ${LOSS}`,
    );
    await once(forwarder.stdout!, "data");
    for (const line of NODES) machines.start(line);
    const peer = machines.peer("operator", ...HEAR);
    const near = machines.peer("robots", "--robots", `${ROBOTS}`, "--velocities");
    const first = await commandAfter(peer, 0);
    await peer.until(
      "epochs",
      () => reportsOf(peer).some(({ epochs, missed_epochs }) => epochs + missed_epochs >= 20),
      300,
    );
    const last = reportsOf(peer).at(-1)!;
    const missing = new Map(
      peer.of("command").map(({ message }) => [message.epoch, message.missing]),
    );
    console.log(
      JSON.stringify({
        ...last,
        missing: [...missing.values()].reduce((a, b) => a + b, 0),
        asked: 10 * missing.size,
      }),
    );
    expect(near.of("velocity", first.time).some(isMoving)).toBe(true);
    expect(last.missed_epochs).toBeLessThanOrEqual(2);
  } finally {
    await machines.end();
  }
});
