import fs, { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recording } from "../../src/ros/recording";
import { TOPICS } from "../../src/ros/topics";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "recording-"))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const fail = (why: string): void => {
  throw new Error(why);
};
const SECOND = 1_000_000_000n;
const big = new Uint8Array(5000);

test("a full disk ends the recording with its reason; what was written stays, nobody else notices", async () => {
  const file = join(folder, "run.mcap");
  const told: string[] = [];
  const recording = new Recording(file, { about: "a test" }, (why) => void told.push(why));
  const write = (from: number, to: number): void => {
    for (let i = from; i < to; i++)
      recording.write(TOPICS.policy, big, BigInt(i) * SECOND, 1000 * i);
  };
  write(0, 4);
  await new Promise((resolve) => setImmediate(resolve));
  const before = readFileSync(file);
  expect(recording).toMatchObject({ count: 4, failure: undefined });
  // A disk that is nearly full takes a part, and nothing after it.
  const writeSync = fs.writeSync.bind(fs) as (fd: number, bytes: Uint8Array) => number;
  let left = 100;
  jest.spyOn(fs, "writeSync").mockImplementation(((fd: number, bytes: Uint8Array) => {
    if (left === 0) throw new Error("ENOSPC: no space left on device, write");
    const taken = writeSync(fd, bytes.subarray(0, left));
    left = 0;
    return taken;
  }) as typeof fs.writeSync);
  write(4, 9);
  await recording.close();
  expect(recording.failure).toMatch(/ENOSPC/);
  expect(told).toEqual([recording.failure]);
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(before.length).toBeGreaterThan(4 * big.length);
});

test("a file that exists or has no folder is refused with what to do", () => {
  const file = join(folder, "nowhere", "run.mcap");
  expect(() => new Recording(file, {}, fail)).toThrow(
    /cannot be recorded to: .*ENOENT.*give a new file/,
  );
});

test("a chunk is written twice a second, even where system time is set back an hour", async () => {
  const file = join(folder, "run.mcap");
  const recording = new Recording(file, {}, fail);
  const sizes = new Set<number>();
  for (let i = 0; i <= 1000; i++) {
    const setBack = i > 500 ? 3600n * SECOND : 0n;
    const systemTime = 7200n * SECOND + (BigInt(i) * SECOND) / 100n - setBack;
    recording.write(TOPICS.policy, big.subarray(0, 100), systemTime, 10 * i);
    await new Promise((resolve) => setImmediate(resolve));
    sizes.add(statSync(file).size);
  }
  await recording.close();
  // Ten seconds: what comes first (header, metadata), and then each chunk at once.
  expect(sizes.size).toBeGreaterThanOrEqual(19);
  expect(sizes.size).toBeLessThanOrEqual(22);
});
