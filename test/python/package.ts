/** The Python package of this checkout, as tests call it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../games";

export const PACKAGE = join(root, "python");

/** pytest's tests of it. */
export const UNIT_TESTS = join(root, "test/python/unit");

/** A Python with numpy: the private environment's, or that of a sourced ROS 2. */
export const PYTHON = process.env.ALTERNATING_MARL_PYTHON ?? "python3";

/** Runs Python with the package on its path. */
export function runPython(args: readonly string[], cwd = PACKAGE) {
  const env = { ...process.env, PYTHONPATH: PACKAGE, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync(PYTHON, args, { encoding: "utf8", env, cwd });
}
