/** `npm run preflight` against real nodes, with robots that are broken in several ways at once. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { TOPICS, topicOf, RESET_SERVICE } from "../../src/ros/topics";
import { monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 4;
/** Nobody starts it. */
const MISSING = `robot_${ROBOTS}`;
const folder = mkdtempSync(join(tmpdir(), "preflight-"));
let swarm: Swarm;
let peer: Peer;

const told = z.object({
  fit: z.boolean(),
  stopSet: z.boolean(),
  findings: z.array(
    z.object({ check: z.string(), of: z.string(), problem: z.string().optional() }),
  ),
});

/** A robots file with so many robots. */
function robotsFile(robots: number): string {
  const file = join(folder, `robots_${robots}.yaml`);
  const names = Array.from({ length: robots }, (_, i) => `  - name: robot_${i}\n`);
  writeFileSync(file, `robots:\n${names.join("")}`);
  return file;
}

async function run(...words: readonly string[]) {
  const program = join(packageRoot(), "dist", "src", "cli", "preflight.js");
  const ros = ["--ros-args", "-p", "use_sim_time:=true"];
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const args = [program, "--seconds", "4", ...words, ...ros];
    execFile(process.execPath, args, { env: swarm.environment }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

async function preflight(robots: number, ...words: readonly string[]) {
  const { status, stdout, stderr } = await run(
    "--robots-file",
    robotsFile(robots),
    "--json",
    ...words,
  );
  if (stdout === "") throw new Error(stderr);
  const { findings, ...rest } = told.parse(JSON.parse(stdout));
  const wrong = findings.flatMap(({ check, of, problem }) => (problem ? [`${of} ${check}`] : []));
  return { ...rest, status, findings, wrong };
}

beforeAll(async () => {
  const disarmed = { start_armed: false };
  const overrides = {
    local_agents_0: disarmed,
    lead_agent: disarmed,
    global_agent: { robots_file: robotsFile(ROBOTS) },
  };
  swarm = await startSwarm({ world: "motion", robots: ROBOTS, tableSize: 3, overrides });
  peer = new Peer(swarm.environment, []);
  await peer.first("command", 0, undefined, 60);
});

afterAll(async () => {
  await peer?.end();
  await swarm?.end();
  rmSync(folder, { recursive: true });
});

test("a swarm that stands disarmed is fit to drive", async () => {
  const found = await preflight(ROBOTS);
  expect(found).toMatchObject({ status: 0, fit: true, stopSet: false, wrong: [] });
  expect(found.findings.length).toBe(8 * (ROBOTS + 1) + 7);
});

test("the exercise stops it and withholds commands, all agents say so, and the stop stays set", async () => {
  const found = await preflight(ROBOTS, "--exercise");
  expect(found).toMatchObject({ status: 0, fit: true, stopSet: true, wrong: [] });
  const exercised = found.findings.filter(({ check }) => /stop|watchdog/.test(check));
  expect(exercised.length).toBe(2 * (ROBOTS + 1));
  // By a global agent that is active again.
  await peer.first("command", monotonic(), ({ message }) => message.emergency_stop);
});

test("a second source, a robot that nobody started and another file are found at once", async () => {
  const odometry = topicOf("robot_1", TOPICS.odometry);
  await peer.advertise(odometry, 0);
  const { status, wrong } = await preflight(ROBOTS + 1);
  expect(status).toBe(1);
  const silent = ["odometry", "clocks", "sources", "connections", "base", "pose", "scenario"];
  expect(wrong).toEqual([
    "robot_1 sources",
    ...silent.map((check) => `${MISSING} ${check}`),
    `${MISSING} agent`,
    "the swarm robots",
  ]);
});

test("robots that drive are left alone: status 2", async () => {
  expect(await peer.call(RESET_SERVICE)).toMatchObject({ success: true });
  const { status, stdout, stderr } = await run("--robots-file", robotsFile(ROBOTS), "--exercise");
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /the exercise is refused: commands come, and no emergency stop is known to hold 5 bodies/,
  );
});

test("two robots of one name are wrong use: status 2", async () => {
  const file = join(folder, "twins.yaml");
  writeFileSync(file, "robots: [{name: a}, {name: a}]\n");
  const { status, stderr } = await run("--robots-file", file);
  expect(status).toBe(2);
  expect(stderr).toMatch(/two bodies have the name a: a and a; give each its own/);
});
