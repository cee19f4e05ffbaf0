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
/** Processes that are looked at. */
const SLOTS = 60;
/** A row of a wake-up: its time, s; by how much it was late, s; what each process has waited, s. */
const WIDTH = 2 + SLOTS;

/**
 * In a thread of its own: sleeps and wakes, and writes down by how much it woke too late, and for
 * how long each child of this process has been ready to run without a core (Linux counts that; 0
 * where it does not).
 */
const PROBE = `
const { readFileSync } = require("node:fs");
const { workerData } = require("node:worker_threads");
const { periodMs, usualS, kept, slots, width } = workerData;
const count = new Int32Array(workerData.count);
const rows = new Float64Array(workerData.rows);
const pids = new Int32Array(workerData.pids);
const never = new Int32Array(new SharedArrayBuffer(4));
const slotOf = new Map();
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
  for (const pid of read(process.pid + "/task/" + process.pid + "/children")) {
    if (!slotOf.has(pid)) slotOf.set(pid, slotOf.size % slots);
    pids[slotOf.get(pid)] = Number(pid);
    const waited = Number(read(pid + "/schedstat")[1] ?? 0) / 1e9;
    rows[row * width + 2 + slotOf.get(pid)] = waited;
  }
  Atomics.add(count, 0, 1);
}`;

const count = new Int32Array(new SharedArrayBuffer(4));
const rows = new Float64Array(new SharedArrayBuffer(8 * KEPT * WIDTH));
/** The process of each slot. */
const pidOf = new Int32Array(new SharedArrayBuffer(4 * SLOTS));
let probe: Worker;

beforeAll(() => {
  const settings = { periodMs: PERIOD_MS, usualS: USUAL_S, kept: KEPT, slots: SLOTS, width: WIDTH };
  const shared = { count: count.buffer, rows: rows.buffer, pids: pidOf.buffer };
  const workerData = { ...settings, ...shared };
  probe = new Worker(PROBE, { eval: true, workerData });
});

afterAll(async () => void (await probe?.terminate()));

/**
 * Seconds by which the machine was late between two times of `monotonic`: all late wake-ups, and
 * what that one of the processes waited for a core which waited longest.
 * @param pids the processes that the bound is about; undefined: all children of this one
 */
function latenessBetween(start: number, end: number, pids?: readonly number[]): number {
  let woken = 0;
  const waited = new Float64Array(SLOTS);
  const written = Atomics.load(count, 0);
  let before: number | undefined;
  for (let i = Math.max(0, written - KEPT + 1); i < written; i++) {
    const row = (i % KEPT) * WIDTH;
    const [time, late] = rows.subarray(row, row + 2);
    if (time >= start && time - late <= end) {
      woken += Math.min(time, end) - Math.max(time - late, start);
      // A process that is new or gone has no difference.
      for (let slot = 0; before !== undefined && slot < SLOTS; slot++) {
        const [from, to] = [rows[before + 2 + slot], rows[row + 2 + slot]];
        if (from > 0) waited[slot] += Math.max(0, to - from);
      }
    }
    before = row;
  }
  const counted = waited.filter((_, slot) => pids === undefined || pids.includes(pidOf[slot]));
  return woken + Math.max(0, ...counted);
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
