import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writableFolder } from "../../src/base/folders";
import { writeWhole } from "../../src/base/whole_file";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "files-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("a link that lies where a temporary file was is not written through", () => {
  const [victim, output] = [join(folder, "victim"), join(folder, "output")];
  writeFileSync(victim, "mine");
  symlinkSync(victim, join(folder, `.output.${process.pid}.partial`));
  writeWhole(output, "text", "the text");
  expect(readFileSync(victim, "utf8")).toBe("mine");
  expect(readFileSync(output, "utf8")).toBe("text");
});

test("a file that cannot be written leaves nothing behind", () => {
  expect(() => writeWhole(folder, "text", "the text")).toThrow("the text cannot be written to");
  expect(readdirSync(folder)).toEqual([]);
});

test("the first folder that can be made and written to is taken", () => {
  const there = join(folder, "a", "b");
  expect(writableFolder("/proc/none", there, folder)).toBe(there);
  expect(writableFolder("/proc/none")).toBeUndefined();
});
