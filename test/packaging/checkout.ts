/** The checkout's files, for tests that look at what is shipped rather than at what it does. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export { NODES } from "../../src/ros/generated/parameters";

/** Tests run from dist/test/packaging. */
export const root = resolve(__dirname, "../../..");

export const read = (...parts: string[]): string => readFileSync(join(root, ...parts), "utf8");

/** What a Python program prints, parsed as JSON. */
export function python(args: readonly string[]): unknown {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  return JSON.parse(execFileSync("python3", args, { encoding: "utf8", env, cwd: root }));
}
