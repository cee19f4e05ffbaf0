import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { removeSegments, segmentsOf } from "../../src/ros/shared_memory";

const segment = `/dev/shm/fastrtps_${String(process.pid).padStart(16, "0")}`;
const other = `/dev/shm/fastrtps_${String(process.pid).padStart(16, "f")}`;
const files = [segment, `${segment}_el`, other, `${other}_el`];

afterEach(() => files.forEach((file) => rmSync(file, { force: true })));

test("a process owns the segments whose lock it holds, not those that it reads", () => {
  const lock = openSync(`${segment}_el`, "w");
  closeSync(openSync(other, "w"));
  const theirs = openSync(other, "r");
  expect(segmentsOf(process.pid)).toEqual([segment]);
  closeSync(lock);
  expect(segmentsOf(process.pid)).toEqual([]);
  closeSync(theirs);
});

test("what is removed is the segments and their locks alone", () => {
  for (const file of files) closeSync(openSync(file, "w"));
  removeSegments([segment]);
  expect(files.map((file) => existsSync(file))).toEqual([false, false, true, true]);
  expect(segmentsOf(2 ** 30)).toEqual([]);
});
