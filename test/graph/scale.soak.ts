/** Swarms of up to 1,000 robots with topics of their own (bench/swarm_of_n.ts). */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { claimDomain } from "../../src/ros/domain";
import { environmentOf } from "./swarm";

const seenSchema = z.object({
  p50: z.number(),
  p99: z.number(),
  missed: z.number(),
  missing: z.number(),
  silence: z.number(),
  growth: z.number(),
  /** That reach the global agent each second. */
  bytes: z.number(),
});
const idleSchema = z.object({ cores: z.number() });

/** Runs the benchmark with so many robots, robots asked, and epochs or seconds; its result. */
async function run(...size: readonly [number, number, number]): Promise<unknown> {
  const domain = await claimDomain();
  const program = join(packageRoot(), "dist", "bench", "swarm_of_n.js");
  const child = fork(program, size.map(String), { env: environmentOf(domain) });
  try {
    const ended = once(child, "exit");
    const [message] = (await once(child, "message")) as [unknown];
    expect(await ended).toEqual([0, null]);
    return message;
  } finally {
    child.kill("SIGKILL");
    domain.release();
  }
}

test("of 1,000 robots 50 asked each second: no epoch is missed in ten minutes, commands are in time and memory stays", async () => {
  const seen = seenSchema.parse(await run(1000, 50, 600));
  expect([seen.missed, seen.missing]).toEqual([0, 0]);
  // Shorter than the watchdog, so that no robot stands for want of a command.
  expect(seen.silence).toBeLessThan(350);
  expect(seen.p50).toBeLessThan(100);
  expect(seen.p99).toBeLessThan(250);
  expect(seen.growth).toBeLessThan(2);
}, 900_000);

test("the bytes that reach the global agent grow with k and not with n", async () => {
  const shortRun = seenSchema.omit({ growth: true });
  const bytesOf = async (robots: number, asked: number): Promise<number> =>
    shortRun.parse(await run(robots, asked, 30)).bytes;
  const few = await bytesOf(100, 10);
  expect(await bytesOf(1000, 10)).toBeLessThan(1.25 * few);
  expect(await bytesOf(100, 50)).toBeGreaterThan(2.5 * few);
}, 600_000);

test("300 idle local agents use less than half a core", async () => {
  expect(idleSchema.parse(await run(300, 0, 30)).cores).toBeLessThan(0.5);
}, 300_000);
