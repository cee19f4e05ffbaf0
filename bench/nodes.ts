/** The nodes at scale: one process a size (swarm_of_n.ts), each in a ROS domain of its own. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { environmentOf } from "../src/cli/swarm_processes";
import { packageRoot } from "../src/base/package_root";
import { claimDomain } from "../src/ros/domain";

/** Robots and sample sizes; 0: robots that hear nothing. */
const SIZES = [
  [10, 1],
  [10, 10],
  [100, 1],
  [100, 10],
  [100, 50],
  [1000, 1],
  [1000, 10],
  [1000, 50],
  [300, 0],
];
const EPOCHS = 30;

/** Robots, and simulated seconds, of the simulator alone. */
const MOVING = [1000, 30];

export async function benchNodes(): Promise<void> {
  for (const size of SIZES) await run("swarm_of_n.js", [...size, EPOCHS]);
  await run("moving_robots.js", MOVING);
}

async function run(program: string, args: readonly number[]): Promise<void> {
  const domain = await claimDomain();
  const file = join(packageRoot(), "dist", "bench", program);
  const { status } = spawnSync(process.execPath, [file, ...args.map(String)], {
    env: environmentOf(domain.id),
    // What the nodes say goes to standard error.
    stdio: ["ignore", "inherit", "ignore"],
  });
  domain.release();
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with status ${status}`);
}
