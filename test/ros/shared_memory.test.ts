import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { removeAbandoned } from "../../src/ros/shared_memory";

test("files of Fast DDS that no process has open are removed, the others stay", () => {
  const files = ["", "_el"].map((end) => `/dev/shm/fastrtps_test${process.pid}${end}`);
  const other = `/dev/shm/not_fastrtps_test${process.pid}`;
  const [segment, ...rest] = [...files, other].map((file) => openSync(file, "w"));
  try {
    removeAbandoned();
    expect([...files, other].map(existsSync)).toEqual([true, true, true]);
    closeSync(segment);
    // Its lock file alone is still open here.
    removeAbandoned();
    expect([...files, other].map(existsSync)).toEqual([true, true, true]);
  } finally {
    rest.forEach((file) => closeSync(file));
    [...files, other].forEach((file) => rmSync(file, { force: true }));
  }
});

test("an abandoned segment goes with its lock file", () => {
  const files = ["", "_el"].map((end) => `/dev/shm/fastrtps_test${process.pid}${end}`);
  for (const file of files) closeSync(openSync(file, "w"));
  removeAbandoned();
  expect(files.map(existsSync)).toEqual([false, false]);
});
