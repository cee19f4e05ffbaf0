/** The examples and the commands of the documents that need a real ROS graph, as the documents give them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { environmentOf } from "../../src/cli/swarm_processes";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { Observation } from "../../src/policy/observation";
import { encodePolicy, savePolicy } from "../../src/policy/policy_file";
import { claimDomain, type Domain } from "../../src/ros/domain";
import { madeMetadata, madePair } from "../policy/policies";
import { type EventOf, monotonic, Peer } from "./peer";
import { readTrace } from "./run_trace";
import { documentedFolder, Running } from "./running";

let folder: string;
/** A swarm whose global agent is in Python, the simulator last; and that agent's policy. */
let inPython: Running[];

/** npm start -- WORDS */
const start = (words: string): Running => new Running(folder, "dist/src/cli/start.js", words);

/** ROS_DOMAIN_ID=DOMAIN npm run ros -- WORDS */
const ros = (domain: string, words: string): Running =>
  new Running(folder, "scripts/run.mjs", `--command ${words}`, domain);

const game = loadScenario("dock_dispatch");
const pair = madePair(game, 5);
const TRACED = "env SIMULATOR_TRACE=trace.jsonl node dist/test/graph/fixtures/traced_simulator.js";
let domain: Domain;

beforeAll(async () => {
  folder = documentedFolder();
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
  await Promise.all((inPython ?? []).map((run) => run.end("SIGKILL")));
  domain?.release();
  rmSync(folder, { recursive: true, force: true });
});

const ODOMETRY = "/guest/odom";
const VELOCITY = "/guest/cmd_vel";

const twist = z.object({ linear: z.object({ x: z.number() }) });
const odometry = z.object({ twist: z.object({ twist }) });

/** Forward, m/s: what the guest's odometry says it goes, or what its agent tells it to. */
const speedOf = ({ topic, message }: EventOf<"heard">): number =>
  topic === ODOMETRY ? odometry.parse(message).twist.twist.linear.x : twist.parse(message).linear.x;

const isFast = (told: EventOf<"heard">): boolean => told.topic === ODOMETRY && speedOf(told) > 0.5;

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
    const said = status === 0 ? "" : swarm.out.slice(-1000);
    expect({ status, said }).toEqual({ status: 0, said: "" });
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
