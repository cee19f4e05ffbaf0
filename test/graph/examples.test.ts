/** The examples and the commands of the documents that need a real ROS graph, as the documents give them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { environmentOf } from "../../src/cli/swarm_processes";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { Observation } from "../../src/policy/observation";
import { encodePolicy, savePolicy } from "../../src/policy/policy_file";
import { claimDomain, type Domain } from "../../src/ros/domain";
import { madeMetadata, madePair } from "../policy/policies";
import { type EventOf, monotonic, Peer } from "./peer";
import { readTrace } from "./run_trace";

const root = packageRoot();

/** What is documented is run in a folder of its own, where `examples` and `dist` are as in the checkout. */
let folder: string;
/** Runs that end by themselves: they mostly wait, so they run beside the others. */
let ferry: Running;
let recorded: Running;
/** A swarm whose global agent is in Python, the simulator last; and that agent's policy. */
let inPython: Running[];
const game = loadScenario("dock_dispatch");
const pair = madePair(game, 5);
const TRACED = "env SIMULATOR_TRACE=trace.jsonl node dist/test/graph/fixtures/traced_simulator.js";
let domain: Domain;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "examples-"));
  for (const name of ["examples", "dist"]) symlinkSync(join(root, name), join(folder, name));
  const memory = "--sample-size 1 --observation filter";
  recorded = start(`--record run.mcap --headless --seconds 30 --speed 10 ${memory}`);
  ferry = start(
    "--scenario examples/scenario/ferry.yaml --world abstract --robots 10 --headless --seconds 240 --json",
  );
  const policy = encodePolicy(pair, madeMetadata(game, 5), game);
  savePolicy(join(folder, "dock.safetensors"), policy);
  domain = await claimDomain();
  inPython = [
    "python3 examples/programs/global_agent.py dock.safetensors 30 5",
    "node dist/src/nodes/lead_agent.js --ros-args -r __ns:=/lead -p use_sim_time:=true -p start_armed:=true",
    "node dist/src/nodes/local_agent.js --ros-args -p robots:=30 -p population:=30 -p use_sim_time:=true -p start_armed:=true -p max_state_age:=0.0",
    "node dist/sim/simulator.js --ros-args -p population:=30 -p fidelity:=abstract -p seconds:=360.0",
  ].map((command) => ros(`${domain.id}`, command.replace("node dist/sim/simulator.js", TRACED)));
});

afterAll(async () => {
  const all = [recorded, ferry, ...(inPython ?? [])];
  await Promise.all(all.map((run) => run?.end("SIGKILL")));
  domain?.release();
  rmSync(folder, { recursive: true, force: true });
});

/** A command of a document that runs until it is ended. */
class Running {
  out = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly looks = new Set<() => void>();

  constructor(program: string, words: string, domain?: string) {
    const env = { ...process.env };
    delete env.ROS_DOMAIN_ID;
    // Set by the npm that runs the tests: paths would be of its folder.
    delete env.INIT_CWD;
    if (domain !== undefined) Object.assign(env, { ROS_DOMAIN_ID: domain });
    this.child = spawn(process.execPath, [join(root, program), ...words.split(" ")], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // Its own group, as a terminal's: an interrupt reaches all of it.
      detached: true,
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on("data", (chunk) => {
        this.out += String(chunk);
        this.looks.forEach((look) => look());
      });
    }
    this.ended = once(this.child, "close").then(([status]) => status as number | null);
  }

  /** Resolves with the match of what it prints. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.out);
        if (match) resolve(match);
      };
      this.looks.add(look);
      look();
      void this.ended.then((status) =>
        reject(new Error(`ended with status ${status} before it said ${pattern}: ${this.out}`)),
      );
    });
  }

  async end(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    try {
      process.kill(-this.child.pid!, signal);
    } catch {
      // It has ended already.
    }
    return this.ended;
  }
}

const ODOMETRY = "/guest/odom";
const VELOCITY = "/guest/cmd_vel";

const twist = z.object({ linear: z.object({ x: z.number() }) });
const odometry = z.object({ twist: z.object({ twist }) });

/** Forward, m/s: what the guest's odometry says it goes, or what its agent tells it to. */
const speedOf = ({ topic, message }: EventOf<"heard">): number =>
  topic === ODOMETRY ? odometry.parse(message).twist.twist.linear.x : twist.parse(message).linear.x;

const isFast = (told: EventOf<"heard">): boolean => told.topic === ODOMETRY && speedOf(told) > 0.5;

/** npm start -- WORDS */
const start = (words: string): Running => new Running("dist/src/cli/start.js", words);

/** ROS_DOMAIN_ID=DOMAIN npm run ros -- WORDS */
const ros = (domain: string, words: string): Running =>
  new Running("scripts/run.mjs", `--command ${words}`, domain);

test("a scenario of one's own runs over ROS in the abstract world", async () => {
  expect(await ferry.ended).toBe(0);
  const summary: unknown = JSON.parse(ferry.out.trim().split("\n").at(-1)!);
  expect(summary).toMatchObject({ scenario: "ferry", epochs: 40, missedEpochs: 0 });
});

test("a robot of one's own joins a swarm, is asked and driven, and stops by itself when its agent dies", async () => {
  const swarm = start("--robots 6 --table-size 3 --headless --speed 2");
  const running = [swarm];
  let peer: Peer | undefined;
  try {
    const [, domain] = await swarm.said(/ROS domain (\d+)/);
    const begin = (words: string): Running => {
      running.push(ros(domain, words));
      return running.at(-1)!;
    };
    const listener = begin("python3 examples/programs/listen.py");
    begin(
      "python3 examples/robot/robot.py --name guest --x 4 --y 0 --ros-args -p use_sim_time:=true",
    );
    const agent = begin(
      "node dist/src/nodes/local_agent.js --ros-args -r __ns:=/guest -p robot_index:=6 -p population:=7 -p start_armed:=true -p use_sim_time:=true",
    );
    const topics = [...["--hear", ODOMETRY, "nav_msgs/msg/Odometry"], "--hear", VELOCITY];
    const options = ["--robots", "1", ...topics, "geometry_msgs/msg/Twist"];
    const heard = (peer = new Peer(environmentOf(Number(domain)), options));
    const isAsked = ({ message }: EventOf<"command">): boolean =>
      message.sampled_agents.includes("guest");
    await heard.first("command", 0, isAsked, 100);
    // From now on: what was heard before says nothing about the moment of the kill.
    await heard.first("heard", monotonic(), isFast);
    const killed = monotonic();
    await agent.end("SIGKILL");
    const standing = await heard.first(
      "heard",
      killed,
      (told) => told.topic === ODOMETRY && speedOf(told) === 0,
    );
    console.log(`the robot stood ${(standing.time - killed).toFixed(2)} s after the kill`);
    // Nobody told it to.
    const told = heard.of("heard").filter(({ topic }) => topic === VELOCITY);
    expect(speedOf(told.at(-1)!)).toBeGreaterThan(0);
    await listener.said(/^\d+ \[\d+, \d+, \d+, \d+, \d+\] False$/m);
    const status = await swarm.end();
    expect({ status, said: swarm.out.slice(-500) }).toMatchObject({ status: 0 });
  } finally {
    await peer?.end();
    for (const one of running) await one.end("SIGKILL");
  }
});

test("a global agent in Python asks robots, remembers and commands as the package's own would", async () => {
  expect(await inPython.at(-1)!.ended).toBe(0);
  const trace = readTrace(join(folder, "trace.jsonl"));
  expect(trace).toHaveLength(60);
  const memory = new Observation(game, pair, "filter", 30);
  for (const { epoch, globalState, globalAction, sampled, histogram, localStates } of trace) {
    if (epoch % game.horizon! === 0) memory.reset();
    const counts = new Array<number>(sizesOf(game).sL).fill(0);
    for (const robot of sampled) counts[localStates[Number(robot.slice("robot_".length))]]++;
    expect({ epoch, asked: new Set(sampled).size, histogram }).toEqual({
      ...{ epoch, asked: 5, histogram: counts },
    });
    memory.observe(counts);
    expect({ epoch, globalAction }).toEqual({ epoch, globalAction: memory.decide(globalState) });
    memory.predict(globalState, globalAction);
  }
});

test("a swarm that asks one robot, with memory, is recorded, and Python reads the recording", async () => {
  expect(await recorded.ended).toBe(0);
  // No ROS graph is needed to read a file.
  const reading = ros("0", "python3 examples/programs/read_recording.py run.mcap");
  expect(await reading.ended).toBe(0);
  const [first] = reading.out.trim().split("\n");
  expect(first).toMatch(/^\S.* 0 \[\d, \d, \d, \d, \d\]$/);
});
