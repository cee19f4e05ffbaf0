import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentOf } from "../../src/cli/swarm_processes";
import { packageRoot } from "../../src/base/package_root";
import { writeCarousel } from "./carousel";
import { secondsOfProduct } from "./lateness";
import { participantsIn } from "./participants";
import { type EventOf, monotonic, Peer } from "./peer";
import { eventually } from "./wait";

const START = join(packageRoot(), "dist", "src", "cli", "start.js");

/** A start prints what is waited for within this time, s. */
const SAID_S = 100;
/** What a start leaves behind for a moment is gone this long after its end, s. */
const CLEAN_S = 2;
const started = new Set<ChildProcess>();

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the match once standard output or error holds `pattern`; else rejects. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

function start(...args: string[]): Running {
  const env = { ...process.env };
  delete env.ROS_DOMAIN_ID;
  const child = spawn(process.execPath, [START, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  let isOver = false;
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (status) => {
      isOver = true;
      started.delete(child);
      resolve({ status, out, err });
    }),
  );
  started.add(child);
  return {
    child,
    ended,
    said: async (pattern) => {
      const matched = () => pattern.exec(out) ?? pattern.exec(err);
      await eventually(
        `${pattern} from npm start -- ${args.join(" ")}`,
        () => {
          if (isOver && !matched()) throw new Error(`it ended without ${pattern}: ${err}`);
          return matched() !== null;
        },
        SAID_S,
      );
      return matched()!;
    },
  };
}

// Ends what a failed test left running: nodes that are starting may outlive a start that is killed.
afterEach(() => {
  for (const child of started) {
    const nodes = descendants(child.pid!);
    child.kill("SIGKILL");
    nodes.filter(isAlive).forEach((pid) => process.kill(pid, "SIGKILL"));
  }
});

/** Process ids of all that descend from `pid` now. */
function descendants(pid: number): number[] {
  const table = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    table.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Names of Fast DDS' shared memory that these processes use, as they lie in /dev/shm. */
function memoryOf(pids: readonly number[]): string[] {
  const maps = pids.map((pid) => readFileSync(`/proc/${pid}/maps`, "utf8")).join("\n");
  return maps.match(/(?<=\/dev\/shm\/)fast(rtps|dds)_\w+/g) ?? [];
}

/** Temporary files in the checkout, and locks. */
function temporaryFiles(): string[] {
  const cache = readdirSync(join(packageRoot(), ".cache"), { recursive: true }).map(String);
  return cache.filter((name) => /tmp|lock|partial/.test(name));
}

test.each([
  [["--wrong"], /--wrong/],
  [["--policy", "/no/such/policy"], /\/no\/such\/policy/],
])("npm start -- %j is refused with a sentence and status 2", async (args, sentence) => {
  const { status, out, err } = await start(...args).ended;
  expect(err).toMatch(sentence);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(out).toBe("");
  expect(status).toBe(2);
});

test("the paper's task runs headless in the abstract world and ends with one JSON object", async () => {
  const args = ["--scenario", "ring_dispatch", "--world", "abstract", "--seconds", "10"];
  const { status, out } = await start(...args, "--headless", "--json", "--epoch", "1").ended;
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    scenario: "ring_dispatch",
    fidelity: "abstract",
    epochs: 10,
    missedEpochs: 0,
    staleActions: 0,
    samplesAsked: 100,
    samplesReceived: 100,
    rewardPerEpoch: { mean: expect.any(Number), standardError: expect.any(Number) },
    policy: {
      file: expect.stringMatching(/ring_dispatch.*\.safetensors$/),
      tableSize: 10,
      globalGap: expect.any(Number),
      localGap: expect.any(Number),
    },
  });
});

test("two at once do not hear each other; Ctrl-C ends all of one within 2 s and SIGKILL all of the other, leaving nothing", async () => {
  const before = temporaryFiles();
  const other = ["--scenario", "ring_dispatch", "--robots", "5"];
  const both = [start("--port", "0"), start("--port", "0", ...other)];
  await both[1].said(
    /the arrays of ring_dispatch are not the motion world's: rows of P_l differ by up to 0\.\d+/,
  );
  const pages = await Promise.all(both.map(({ said }) => said(/The page: (\S+)/)));
  expect(pages[0][1]).not.toBe(pages[1][1]);
  const domains = await Promise.all(both.map(({ said }) => said(/ROS domain (\d+)/)));
  expect(domains[0][1]).not.toBe(domains[1][1]);
  for (const [i, { child, ended }] of both.entries()) {
    const processes = descendants(child.pid!);
    expect(processes.length).toBeGreaterThanOrEqual(5);
    const isUp = (): boolean => participantsIn(Number(domains[i][1])) >= 5;
    await eventually("every node is in the domain", isUp);
    // A process killed there would hold up the others (docs/decisions/udp_only.md).
    expect(memoryOf(processes)).toEqual([]);
    const asked = monotonic();
    child.kill(i === 0 ? "SIGINT" : "SIGKILL");
    const { status } = await ended;
    if (i === 0) {
      expect(secondsOfProduct("SIGINT: a start ended", asked, monotonic())).toBeLessThan(2);
      expect(status).toBe(0);
    } else {
      const isGone = (): boolean => !processes.some(isAlive);
      await eventually("its nodes are gone", isGone, 5).catch(() => undefined);
    }
    expect(processes.filter(isAlive)).toEqual([]);
  }
  // Tests that run beside this one have temporary files, too.
  const left = (): string[] => temporaryFiles().filter((name) => !before.includes(name));
  const isClean = (): boolean => left().length === 0;
  // Where it is not clean in time, the next line says what is left.
  await eventually("no file is left", isClean, CLEAN_S).catch(() => undefined);
  expect(left()).toEqual([]);
});

/** Kills the process of a start that runs `program`. */
function kill({ child }: Running, program: string): void {
  const runs = (pid: number): boolean =>
    execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).includes(program);
  process.kill(descendants(child.pid!).find(runs)!, "SIGKILL");
}

test("killed agents are started again, robots drive again, and Ctrl-C still ends with status 0", async () => {
  const folder = mkdtempSync(join(tmpdir(), "carousel-"));
  const few = ["--robots", "4", "--table-size", "2", "--speed", "6", "--headless"];
  const running = start("--scenario", writeCarousel(folder), ...few);
  const [, domain] = await running.said(/ROS domain (\d+)/);
  const peer = new Peer(environmentOf(Number(domain)), ["--robots", "4", "--velocities"]);
  const driving = async (since: number) => {
    for (const body of ["robot_0", "lead"]) {
      await peer.first("velocity", since, (told) => told.body === body && told.linear !== 0);
    }
  };
  const killed = async (name: string, program: string): Promise<void> => {
    kill(running, program);
    await running.said(new RegExp(`${name} ended by SIGKILL; it is started again`));
  };
  try {
    await driving(0);
    await killed("local_agents_0", "local_agent.js");
    await killed("lead_agent", "lead_agent.js");
    await driving(monotonic());

    const { session } = peer.of("command").at(-1)!.message;
    await killed("global_agent", "global_agent.js");
    const isNew = ({ message }: EventOf<"command">): boolean => message.session !== session;
    const { time } = await peer.first("command", 0, isNew);
    await driving(time);

    running.child.kill("SIGINT");
    expect((await running.ended).status).toBe(0);
  } finally {
    running.child.kill("SIGKILL");
    await peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
