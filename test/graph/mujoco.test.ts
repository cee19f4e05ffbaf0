/** The MuJoCo world in place of the simulator: a swarm at work, and a base whose commands end. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { loadScenario } from "../../src/game/scenario_file";
import { loadPolicy } from "../../src/policy/policy_file";
import { secondsOfProduct } from "./lateness";
import { measuredScenario, quantilesOfShift } from "./measured";
import { monotonic } from "./peer";
import { startSwarm } from "./swarm";
import { eventually } from "./wait";

/** From its last command, at full speed, until a base stands, s; and until odometry says so. */
const STANDS = 0.5;
const TOLD = 0.06;
/** A swarm drives within this time of its start, s. */
const STARTED_S = 60;
const ended = z.looseObject({
  epochs: z.number(),
  unseenEpochs: z.number(),
  realTimeFactor: z.number(),
  rewardPerEpoch: z.object({ mean: z.number() }),
  policy: z.looseObject({ file: z.string() }),
});
const driven = z.object({
  fastest: z.number(),
  silent: z.number(),
  stood: z.number(),
  rolled: z.number(),
  frames: z.tuple([z.string(), z.string()]),
  rate: z.number(),
});

/** The process id of a swarm's world. */
function worldOf(starter: number): number {
  const children = readFileSync(`/proc/${starter}/task/${starter}/children`, "utf8").trim();
  const command = (pid: string): string => readFileSync(`/proc/${pid}/cmdline`, "utf8");
  return Number(children.split(" ").find((pid) => command(pid).includes("mujoco_world")));
}

test("npm start runs a swarm in it, with its docks kept, stands while it is halted, and says its real-time factor", async () => {
  const program = join(packageRoot(), "dist", "src", "cli", "start.js");
  const args = ["--world", "mujoco", "--robots", "6", "--table-size", "5", "--speed", "4"];
  args.push("--scenario", measuredScenario, "--headless", "--seconds", "30", "--json");
  const env = { ...process.env };
  delete env.ROS_DOMAIN_ID;
  const child = spawn(process.execPath, [program, ...args], { env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  const closed = once(child, "close");
  try {
    const said = (what: RegExp, times = 1): Promise<void> =>
      eventually(String(what), () => stderr.split(what).length > times, STARTED_S);
    const [moves, stands] = [/free to move: 6 bodies/, /standing: 6 bodies .*no odometry that is/];
    await said(moves);
    process.kill(worldOf(child.pid!), "SIGSTOP");
    await said(stands);
    process.kill(worldOf(child.pid!), "SIGCONT");
    await said(moves, 2);
    const [status] = await closed;
    expect({ status, said: status === 0 ? "" : stderr }).toEqual({ status: 0, said: "" });
  } finally {
    child.kill("SIGTERM");
  }
  const summary = ended.parse(JSON.parse(stdout));
  expect(summary).toMatchObject({
    ...{ robots: 6, missedEpochs: 0, samplesAsked: 25, samplesReceived: 25 },
    ...{ fidelity: "mujoco", staleActions: 0 },
  });
  // On a busy machine the reporter may not be there when the first epoch begins.
  const { epochs, unseenEpochs, realTimeFactor, rewardPerEpoch } = summary;
  expect(epochs + unseenEpochs).toBe(5);
  expect(epochs).toBeGreaterThan(2);
  expect(realTimeFactor).toBeGreaterThan(0.5);
  const game = loadScenario(measuredScenario);
  const of = { robots: 6, seed: 0, epochs: 5 };
  const { low, high } = quantilesOfShift(game, loadPolicy(summary.policy.file), of);
  // An epoch that was not seen earned the lead vehicle's bay, or less by a drive.
  const sum = epochs * rewardPerEpoch.mean;
  expect(sum + 10 * unseenEpochs).toBeGreaterThan(5 * low);
  expect(sum - 0.3 * unseenEpochs).toBeLessThan(5 * high);
});

test("a base whose commands end stands, and the world ends at once with status 0", async () => {
  const agents = ["local_agents_0", "lead_agent", "global_agent", "learner", "reporter"];
  const swarm = await startSwarm({ world: "mujoco", robots: 2, tableSize: 2, without: agents });
  try {
    const { stdout, stderr } = spawnSync("python3", [join(packageRoot(), "test/graph/base.py")], {
      env: swarm.environment,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const told = driven.parse(JSON.parse(stdout));
    expect(told.frames).toEqual(["map", "robot_0/base_link"]);
    expect(told.fastest).toBeGreaterThan(1.95);
    expect(told.fastest).toBeLessThan(2.01);
    expect(told.rolled).toBeLessThan(1e-3);
    const { silent, stood } = told;
    expect(secondsOfProduct("the base stood", silent, stood)).toBeLessThan(STANDS + TOLD);
    expect(stood - silent).toBeGreaterThan(STANDS / 2);
    const asked = monotonic();
    swarm.kill("mujoco_world", "SIGTERM");
    expect(await swarm.exit("mujoco_world")).toBe("with status 0");
    expect(secondsOfProduct("SIGTERM: the world ended", asked, monotonic())).toBeLessThan(2);
  } finally {
    await swarm.end();
  }
});
