/** MuJoCo, and the library rivals, each in a folder that only its own processes have on their path. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { hashFiles, hashOf, inRoot, SetupError, stepOf } from "./base.mjs";
import { rosEnvironment } from "./environment.mjs";
import { tool } from "./tool.mjs";
import { PIP_INSTALL, pipEnvironment } from "./wheels.mjs";

const OLDEST = 11;

/** Minor version of the Python 3 that runs the nodes. @throws SetupError where that has no packages for it */
export function pythonVersion(what = "MuJoCo 4") {
  const ask = ["-c", "import sys; print(sys.version_info.minor)"];
  const { stdout } = spawnSync("python3", ask, { env: rosEnvironment(), encoding: "utf8" });
  const minor = Number(stdout ?? 0);
  if (minor >= OLDEST) return minor;
  throw new SetupError(
    `${what} has no package for Python 3.${minor}, with which this ROS 2 runs: use one with Python 3.${OLDEST} or later (without a sourced ROS 2: install Python 3.${OLDEST}, remove .ros and start again), or do without it.`,
  );
}

/** @param what the log's name, and of its requirements and its folder */
function packages(what, name, size) {
  const folder = inRoot(".ros", what);
  const requirements = `python/requirements-${what}.txt`;
  const run = async () => {
    // Its own pip, where the ROS 2 that is sourced has none.
    const own = path.join(folder, "pip");
    const env = pipEnvironment();
    const { PATH } = rosEnvironment();
    await tool("Making a Python environment", what, "python3", ["-m", "venv", own], {
      env: { ...env, PATH },
    });
    const where = ["--only-binary", ":all:", "--target", path.join(folder, "packages")];
    const args = [...PIP_INSTALL, ...where, "-r", requirements];
    await tool(`Installing ${name}`, what, path.join(own, "bin", "python3"), args, { env });
  };
  const files = [requirements, "scripts/setup/mujoco.mjs"];
  const key = () => hashOf([folder, pythonVersion(name), hashFiles(...files)]);
  return stepOf({ title: `${name} (pip; about ${size})`, folder, key, run });
}

export const mujoco = packages("mujoco", "MuJoCo 4", "30 MB");
export const rivals = packages("rivals", "AgileRL", "3 GB");
