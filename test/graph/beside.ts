/** The benchmark of many robots (bench/swarm_of_n.ts), with something beside it. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";
import { claimDomain } from "../../src/ros/domain";
import { environmentOf } from "./swarm";

export type Size = readonly [
  robots: number,
  asked: number,
  epochsOrSeconds: number,
  robotsPerProcess?: number,
];

/** What `look` gives while the benchmark runs. */
export async function beside<T>(
  size: Size,
  look: (child: ChildProcess, environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const domain = await claimDomain();
  const environment = environmentOf(domain);
  const program = join(packageRoot(), "dist", "bench", "swarm_of_n.js");
  const child = fork(program, size.map(String), { env: environment });
  try {
    return await look(child, environment);
  } finally {
    child.kill("SIGKILL");
    domain.release();
  }
}
