import fs from "node:fs";
import path from "node:path";
import { rosEnvironment, sourcedPrefix, sourcedRos } from "./environment.mjs";
import { findPython } from "./machine.mjs";
import { isPlaced, nativeKey, placeNative } from "./native.mjs";
import { emptyFolder, hashFiles, hashOf, inRoot } from "./base.mjs";
import { interfaces, python, pythonModules, rclnodejs } from "./base.mjs";
import { say, SetupError, shortPath, stepOf } from "./base.mjs";
import { tool, toolEnvironment } from "./tool.mjs";
import { wheelsKey } from "./wheels.mjs";

const sources = ["package.xml", "CMakeLists.txt", "msg", path.join("src", "ros", "leave.c")];
/** The one message of tf2_msgs that nodes send and hear: the wheels hold no such package. */
const tf2Messages = inRoot("scripts", "setup", "tf2_msgs");

const interfacesKey = () => {
  const inputs = hashFiles(...sources, "scripts/setup/messages.mjs", tf2Messages);
  const installed = [sourcedRos() ?? wheelsKey(), sourcedPrefix("tf2_msgs") !== undefined];
  return hashOf([inputs, interfaces, ...installed]);
};

/** CMake's arguments for the wheels: their own ninja and Python. */
const wheelArguments = [
  ...["-G", "Ninja", `-DCMAKE_MAKE_PROGRAM=${path.join(python, "bin", "ninja")}`],
  `-DPython3_EXECUTABLE=${path.join(python, "bin", "python3")}`,
];

/**
 * Without Python's C headers the messages' Python module cannot be compiled. Nodes do not need
 * it: an empty package then stands in for the generator of that module.
 */
async function withoutPythonModule(build) {
  if (sourcedRos() || (await findPython())?.headers) return [];
  say("Python.h is missing: the messages are built without their Python module (rclpy)");
  const folder = path.join(build, "no_python");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "rosidl_generator_pyConfig.cmake"), "");
  return [`-Drosidl_generator_py_DIR=${folder}`];
}

async function buildInterfaces() {
  const work = inRoot(".ros", "work");
  emptyFolder(work);
  const source = path.join(work, "source");
  // A copy of what the messages are made of: CMake refuses headers that lie inside its sources.
  for (const name of sources) {
    fs.cpSync(inRoot(name), path.join(source, name), { recursive: true });
  }
  await buildPackage(source, path.join(work, "build"));
  if (sourcedPrefix("tf2_msgs") === undefined) {
    await buildPackage(tf2Messages, path.join(work, "tf2_build"));
  }
  fs.rmSync(work, { recursive: true, force: true });
}

async function buildPackage(source, build) {
  const env = toolEnvironment(rosEnvironment());
  const run = (...args) => tool("Building the messages", "messages", "cmake", args, { env });
  await run(
    ...["-S", source, "-B", build, "-DINTERFACES_ONLY=ON", "-DCMAKE_BUILD_TYPE=Release"],
    ...["-DBUILD_TESTING=OFF", `-DCMAKE_INSTALL_PREFIX=${interfaces}`],
    `-DPYTHON_INSTALL_DIR=${pythonModules}`,
    ...(sourcedRos() ? [] : wheelArguments),
    ...(await withoutPythonModule(build)),
  );
  await run("--build", build, "--parallel", "--target", "install");
}

export const interfaceBuild = stepOf({
  title: "the package's messages (CMake)",
  folder: interfaces,
  key: interfacesKey,
  run: buildInterfaces,
});

/** Puts the native part and the messages into rclnodejs: again after each `npm ci`. */
async function generate() {
  placeNative();
  const options = { cwd: rclnodejs, env: toolEnvironment(rosEnvironment()) };
  const args = [path.join(rclnodejs, "scripts", "generate_messages.cjs")];
  const what = "Generating the messages' JavaScript";
  const log = await tool(what, "javascript", process.execPath, args, options);
  // The script ends with status 0 even when it fails.
  if (!fs.readFileSync(log, "utf8").includes("Generation complete.")) {
    throw new SetupError(`${what} failed: see ${shortPath(log)}.`);
  }
}

export const messageModules = stepOf({
  title: "the messages in JavaScript (rclnodejs)",
  folder: path.join(rclnodejs, "generated"),
  key: () => hashOf([nativeKey(), interfacesKey()]),
  isThere: isPlaced,
  run: generate,
});
