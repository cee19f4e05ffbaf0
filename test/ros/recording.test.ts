import fs, { mkdtempSync, readFileSync, rmSync } from "node:fs";
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

const big = new Uint8Array(5000);

test("a full disk ends the recording with its reason; what was written stays, nobody else notices", async () => {
  const file = join(folder, "run.mcap");
  const recording = new Recording(file, { about: "a test" });
  for (let i = 0; i < 3; i++) recording.write(TOPICS.policy, big, BigInt(i));
  await new Promise((resolve) => setImmediate(resolve));
  const before = readFileSync(file);
  expect(recording).toMatchObject({ count: 3, failure: undefined });
  // A disk that is nearly full takes a part, and nothing after it.
  const write = fs.writeSync.bind(fs) as (fd: number, bytes: Uint8Array) => number;
  let left = 100;
  jest.spyOn(fs, "writeSync").mockImplementation(((fd: number, bytes: Uint8Array) => {
    if (left === 0) throw new Error("ENOSPC: no space left on device, write");
    const taken = write(fd, bytes.subarray(0, left));
    left = 0;
    return taken;
  }) as never);
  for (let i = 3; i < 9; i++) recording.write(TOPICS.policy, big, BigInt(i));
  await recording.close();
  expect(recording.failure).toMatch(/ENOSPC/);
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(before.length).toBeGreaterThan(3 * big.length);
});

test("a file that exists or has no folder is refused with what to do", () => {
  const file = join(folder, "nowhere", "run.mcap");
  expect(() => new Recording(file, {})).toThrow(/cannot be recorded to: .*ENOENT.*give a new file/);
});
