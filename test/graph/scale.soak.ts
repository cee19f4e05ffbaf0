/** 1,000 robots with topics of their own, 50 asked each second, for ten minutes. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/game/scenario_file";
import { claimDomain } from "../../src/ros/domain";
import { environmentOf } from "./swarm";

const seenSchema = z.object({
  p50: z.number(),
  p99: z.number(),
  missed: z.number(),
  missing: z.number(),
  silence: z.number(),
  growth: z.number(),
});

test("no epoch is missed in ten minutes, commands are in time and memory stays", async () => {
  const domain = await claimDomain();
  const program = join(packageRoot(), "dist", "bench", "swarm_of_n.js");
  const child = fork(program, ["1000", "50", "600"], { env: environmentOf(domain) });
  try {
    const [message] = (await once(child, "message")) as [unknown];
    const seen = seenSchema.parse(message);
    expect(seen.missed).toBe(0);
    expect(seen.missing).toBe(0);
    // No robot stands for want of a command.
    expect(seen.silence).toBeLessThan(350);
    expect(seen.p50).toBeLessThan(100);
    expect(seen.p99).toBeLessThan(250);
    expect(seen.growth).toBeLessThan(2);
    expect(await once(child, "exit")).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
    domain.release();
  }
}, 900_000);
