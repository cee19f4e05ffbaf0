/** Swarms of up to 1,000 robots with topics of their own (bench/swarm_of_n.ts). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { nanoseconds } from "../../src/ros/messages";
import { beside, type Size } from "./beside";
import { type EventOf, Peer } from "./peer";

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

/** The benchmark's result. */
const run = (...size: Size): Promise<unknown> =>
  beside(size, async (child) => {
    const ended = once(child, "exit");
    const [message] = (await once(child, "message")) as [unknown];
    expect(await ended).toEqual([0, null]);
    return message;
  });

test("of 1,000 robots 50 asked each second: no epoch is missed in ten minutes, commands are in time and memory stays", async () => {
  const seen = seenSchema.parse(await run(1000, 50, 600));
  expect([seen.missed, seen.missing]).toEqual([0, 0]);
  // Shorter than the watchdog, so that no robot stands for want of a command.
  expect(seen.silence).toBeLessThan(350);
  expect(seen.p50).toBeLessThan(100);
  expect(seen.p99).toBeLessThan(100);
  expect(seen.growth).toBeLessThan(2);
}, 900_000);

/** A program beside the swarm keeps a core busy for this long, s. */
const BUSY_S = 60;
/** So long after it commands are in time again, s; that is looked at for LOOKED_S. */
const AFTER_S = 10;
const LOOKED_S = 60;

const lateMs = ({ header, decision_time }: EventOf<"command">["message"]): number =>
  Number(nanoseconds(header.stamp) - nanoseconds(decision_time)) / 1e6;

test("a busy program beside 1,000 robots makes commands late for as long as it runs, and 10 s", async () => {
  await beside([1000, 50, 600], async (_, environment) => {
    const peer = new Peer(environment, []);
    const busy: ChildProcess[] = [];
    const commandAfter = (time: number): Promise<EventOf<"command">> =>
      peer.first("command", time, undefined, 120);
    try {
      const { time: start } = await commandAfter(0);
      const { time: calm } = await commandAfter(start + AFTER_S);
      busy.push(spawn(process.execPath, ["-e", "for (;;);"]));
      const { time: end } = await commandAfter(calm + BUSY_S);
      busy[0].kill("SIGKILL");
      await commandAfter(end + AFTER_S + LOOKED_S);
      const heard = peer.of("command", end + AFTER_S).map(({ message }) => message);
      const firsts = heard.filter(({ epoch }, i) => i > 0 && epoch !== heard[i - 1].epoch);
      const late = firsts.map(lateMs).sort((a, b) => a - b);
      expect(late[Math.floor(0.99 * late.length)]).toBeLessThan(100);
      const numbers = firsts.map(({ epoch }) => epoch);
      expect(numbers).toEqual(numbers.map((_epoch, i) => numbers[0] + i));
      expect(firsts.at(-1)!.sample_size).toBe(50);
    } finally {
      busy.forEach((each) => each.kill("SIGKILL"));
      await peer.end();
    }
  });
}, 400_000);

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
