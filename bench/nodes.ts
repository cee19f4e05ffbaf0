/** The nodes at scale: each run is a process (swarm_of_n.ts) in a ROS domain of its own. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../src/base/package_root";
import { environmentOf } from "../src/cli/swarm_processes";
import { claimDomain } from "../src/ros/domain";

const RUNS = [
  ...["10 1 30", "10 10 30", "100 1 30", "100 10 30", "100 50 30"],
  ...["1000 1 30", "1000 10 30", "1000 50 30", "300 0 30", "1000 moving 30"],
];

export async function benchNodes(): Promise<void> {
  const program = join(packageRoot(), "dist", "bench", "swarm_of_n.js");
  for (const run of RUNS) {
    const domain = await claimDomain();
    const { status } = spawnSync(process.execPath, [program, ...run.split(" ")], {
      env: environmentOf(domain.id),
      // What the nodes say goes to standard error.
      stdio: ["ignore", "inherit", "ignore"],
    });
    domain.release();
    if (status !== 0) throw new Error(`swarm_of_n.js ${run} ended with status ${status}`);
  }
}
