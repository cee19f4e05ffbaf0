/** MuJoCo, for its world alone, in a folder that only that world's process has on its path. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { hashFiles, hashOf, inRoot, SetupError, stepOf } from "./base.mjs";
import { rosEnvironment } from "./environment.mjs";
import { tool } from "./tool.mjs";
import { PIP_INSTALL, pipEnvironment } from "./wheels.mjs";

const folder = inRoot(".ros", "mujoco");
const requirements = "python/requirements-mujoco.txt";
const OLDEST = 11;

/** Minor version of the Python 3 that runs the nodes. @throws SetupError where MuJoCo has none for it */
export function pythonVersion() {
  const ask = ["-c", "import sys; print(sys.version_info.minor)"];
  const { stdout } = spawnSync("python3", ask, { env: rosEnvironment(), encoding: "utf8" });
  const minor = Number(stdout ?? 0);
  if (minor >= OLDEST) return minor;
  throw new SetupError(
    `MuJoCo 4 has no package for Python 3.${minor}, with which this ROS 2 runs: use one with Python 3.${OLDEST} or later (without a sourced ROS 2: install Python 3.${OLDEST}, remove .ros and start again), or another --world.`,
  );
}

async function run() {
  // Its own pip, where the ROS 2 that is sourced has none.
  const own = path.join(folder, "pip");
  const env = pipEnvironment();
  const { PATH } = rosEnvironment();
  await tool("Making a Python environment", "mujoco", "python3", ["-m", "venv", own], {
    env: { ...env, PATH },
  });
  const where = ["--only-binary", ":all:", "--target", path.join(folder, "packages")];
  const args = [...PIP_INSTALL, ...where, "-r", requirements];
  await tool("Installing MuJoCo", "mujoco", path.join(own, "bin", "python3"), args, { env });
}

export const mujoco = stepOf({
  title: "MuJoCo (pip; about 30 MB)",
  folder,
  key: () => hashOf([folder, pythonVersion(), hashFiles(requirements, "scripts/setup/mujoco.mjs")]),
  run,
});
