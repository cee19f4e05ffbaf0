/** The MuJoCo world in place of the simulator: a swarm at work, and a base whose commands end. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { secondsOfProduct } from "./lateness";
import { monotonic } from "./peer";
import { startSwarm } from "./swarm";

/** From its last command, at full speed, until a base stands, s; and until odometry says so. */
const STANDS = 0.5;
const TOLD = 0.06;
const ended = z.looseObject({
  epochs: z.number(),
  unseenEpochs: z.number(),
  realTimeFactor: z.number(),
  rewardPerEpoch: z.object({ mean: z.number() }),
});
const driven = z.object({
  fastest: z.number(),
  silent: z.number(),
  stood: z.number(),
  rolled: z.number(),
  frames: z.tuple([z.string(), z.string()]),
  rate: z.number(),
});

test("npm start runs a swarm in it, with its docks kept, and says its real-time factor", () => {
  const program = join(packageRoot(), "dist", "src", "cli", "start.js");
  const args = ["--world", "mujoco", "--robots", "6", "--table-size", "5", "--speed", "4"];
  const env = { ...process.env };
  delete env.ROS_DOMAIN_ID;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...args, "--headless", "--seconds", "30", "--json"],
    { encoding: "utf8", env },
  );
  expect({ status, said: status === 0 ? "" : stderr }).toEqual({ status: 0, said: "" });
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
  // A reward is the lead vehicle's bay's, or less by a drive.
  expect(rewardPerEpoch.mean).toBeGreaterThan(-0.3);
  expect(rewardPerEpoch.mean).toBeLessThanOrEqual(10);
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
