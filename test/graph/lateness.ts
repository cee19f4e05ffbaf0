/**
 * How late the machine lets things run. A bound in wall time is for the product alone: what the
 * machine was late by meanwhile, measured beside it, is taken off before the bound is asserted.
 */
import { Worker } from "node:worker_threads";
import { monotonic } from "./peer";

/** Steady wake-ups, ms. */
const PERIOD_MS = 10;
/** A timer alone is late by this much, s. */
const USUAL_S = 0.001;
/** Wake-ups that are remembered: five minutes. */
const KEPT = 30_000;
/** Processes that are looked at, at the same time; the waits of further ones do not count. */
const SLOTS = 60;
/**
 * A row of a wake-up: its time, s; by how much it was late, s; then a slot for each process: its id
 * (0: the slot is free), and what it has waited, s.
 */
const WIDTH = 2 + 2 * SLOTS;
/** Where in a row each slot begins. */
const SLOT_AT = [...Array(SLOTS).keys()].map((slot) => 2 + 2 * slot);

/**
 * In a thread of its own: sleeps and wakes, and writes down by how much it woke too late, and for
 * how long the main thread of each child has been ready to run without a core (Linux counts that;
 * nothing where it does not). Children are those that this process's main thread has started; the
 * waits of their other threads, and of their own children, are not seen.
 */
const PROBE = `
const { readFileSync } = require("node:fs");
const { workerData } = require("node:worker_threads");
const { periodMs, usualS, kept, slots, width } = workerData;
const count = new Int32Array(workerData.count);
const rows = new Float64Array(workerData.rows);
const never = new Int32Array(new SharedArrayBuffer(4));
const slotOf = new Map();
const free = [...Array(slots).keys()];
const now = () => Number(process.hrtime.bigint()) / 1e9;
const read = (file) => {
  try {
    return readFileSync("/proc/" + file, "utf8").trim().split(/\\s+/);
  } catch {
    return [];
  }
};
for (;;) {
  const from = now();
  Atomics.wait(never, 0, 0, periodMs);
  const to = now();
  const row = Atomics.load(count, 0) % kept;
  const late = to - from - periodMs / 1000;
  rows.fill(0, row * width, (row + 1) * width);
  rows[row * width] = to;
  rows[row * width + 1] = late > usualS ? late : 0;
  const children = read(process.pid + "/task/" + process.pid + "/children").filter(Boolean);
  for (const [pid, slot] of slotOf) {
    if (!children.includes(pid) && slotOf.delete(pid)) free.push(slot);
  }
  for (const pid of children) {
    if (!slotOf.has(pid) && free.length > 0) slotOf.set(pid, free.shift());
    const waited = read(pid + "/schedstat")[1];
    if (!slotOf.has(pid) || waited === undefined) continue;
    rows.set([Number(pid), Number(waited) / 1e9], row * width + 2 + 2 * slotOf.get(pid));
  }
  Atomics.add(count, 0, 1);
}`;

const count = new Int32Array(new SharedArrayBuffer(4));
const rows = new Float64Array(new SharedArrayBuffer(8 * KEPT * WIDTH));
let probe: Worker;

beforeAll(() => {
  const settings = { periodMs: PERIOD_MS, usualS: USUAL_S, kept: KEPT, slots: SLOTS, width: WIDTH };
  const shared = { count: count.buffer, rows: rows.buffer };
  const workerData = { ...settings, ...shared };
  probe = new Worker(PROBE, { eval: true, workerData });
});

afterAll(async () => void (await probe?.terminate()));

/** What each process has waited between two rows, s; one that is new or gone has no difference. */
function waitedBetween(before: number, row: number): (readonly [pid: number, seconds: number])[] {
  const isSame = (at: number): boolean =>
    rows[row + at] > 0 && rows[row + at] === rows[before + at];
  return SLOT_AT.filter(isSame).map((at) => [
    rows[row + at],
    rows[row + at + 1] - rows[before + at + 1],
  ]);
}

/**
 * Seconds by which the machine was late between two times of `monotonic`: all late wake-ups, or what
 * processes waited for a core, whichever is more: the two overlap.
 * @param pids the processes that the bound is about, one after the other; undefined: the one child
 *   of this process that waited longest
 */
function latenessBetween(start: number, end: number, pids?: readonly number[]): number {
  let woken = 0;
  const waited = new Map<number, number>();
  const written = Atomics.load(count, 0);
  let before: number | undefined;
  for (let i = Math.max(0, written - KEPT + 1); i < written; i++) {
    const row = (i % KEPT) * WIDTH;
    const [time, late] = rows.subarray(row, row + 2);
    if (time >= start && time - late <= end) {
      woken += Math.min(time, end) - Math.max(time - late, start);
      for (const [pid, seconds] of before === undefined ? [] : waitedBetween(before, row)) {
        waited.set(pid, (waited.get(pid) ?? 0) + seconds);
      }
    }
    before = row;
  }
  if (pids === undefined) return Math.max(woken, ...waited.values());
  return Math.max(
    woken,
    pids.reduce((sum, pid) => sum + (waited.get(pid) ?? 0), 0),
  );
}

/**
 * Seconds from `start` to `end`, the machine's lateness taken off; says both.
 * @param pids as of `latenessBetween`
 */
export function secondsOfProduct(
  what: string,
  start: number,
  end: number,
  pids?: readonly number[],
): number {
  const seconds = end - start;
  const machine = end === Infinity ? 0 : latenessBetween(start, end, pids);
  console.log(
    `${what} after ${seconds.toFixed(3)} s, of which the machine was ${machine.toFixed(3)} s late`,
  );
  return seconds - machine;
}

/** The time at which `seconds` have gone by since `start`, the machine's lateness not counted. */
export function endOfBound(start: number, seconds: number): number {
  let end = start + seconds;
  for (let more = Infinity; more > 0.001;) {
    const next = start + seconds + latenessBetween(start, Math.min(end, monotonic()));
    more = next - end;
    end = next;
  }
  return end;
}
