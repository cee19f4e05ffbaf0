import fs from "node:fs";
import path from "node:path";
import { rosEnvironment, sourcedPrefix, sourcedRos } from "./environment.mjs";
import { findPython } from "./machine.mjs";
import { isPlaced, nativeKey, placeNative } from "./native.mjs";
import { inRoot, interfaces, python, pythonModules, rclnodejs } from "./paths.mjs";
import { say, SetupError, shortPath } from "./report.mjs";
import { emptyFolder, hashFiles, hashOf, isStamped, stamp } from "./stamp.mjs";
import { tool, toolEnvironment } from "./tool.mjs";
import { wheelsKey } from "./wheels.mjs";

const sources = ["package.xml", "CMakeLists.txt", "msg", path.join("src", "ros", "leave.c")];
/** The one message of tf2_msgs that nodes send and hear: the wheels hold no such package. */
const tf2Messages = inRoot("scripts", "setup", "tf2_msgs");
const recipe = inRoot("scripts", "setup", "messages.mjs");

export const interfacesKey = () => {
  const inputs = hashFiles(...sources.map((name) => inRoot(name)), recipe, tf2Messages);
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
  emptyFolder(interfaces);
  const work = inRoot(".ros", "work");
  emptyFolder(work);
  fs.rmSync(inRoot(".cache", "setup", "messages.log"), { force: true });
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
  stamp(interfaces, interfacesKey());
}

async function buildPackage(source, build) {
  const env = toolEnvironment(rosEnvironment());
  const run = (...args) =>
    tool("Building the messages", "cmake", args, { env, log: "messages", append: true });
  await run(
    ...["-S", source, "-B", build, "-DINTERFACES_ONLY=ON", "-DCMAKE_BUILD_TYPE=Release"],
    ...["-DBUILD_TESTING=OFF", `-DCMAKE_INSTALL_PREFIX=${interfaces}`],
    `-DPYTHON_INSTALL_DIR=${pythonModules}`,
    ...(sourcedRos() ? [] : wheelArguments),
    ...(await withoutPythonModule(build)),
  );
  await run("--build", build, "--parallel", "--target", "install");
}

export const interfaceBuild = {
  title: "the package's messages (CMake)",
  isCurrent: () => isStamped(interfaces, interfacesKey()),
  run: buildInterfaces,
};

const messagesKey = () => hashOf([nativeKey(), interfacesKey()]);
const generated = path.join(rclnodejs, "generated");

/** Puts the native part and the messages into rclnodejs: again after each `npm ci`. */
async function generate() {
  fs.rmSync(generated, { recursive: true, force: true });
  placeNative();
  const script = path.join(rclnodejs, "scripts", "generate_messages.cjs");
  const log = await tool("Generating the messages' JavaScript", process.execPath, [script], {
    cwd: rclnodejs,
    env: toolEnvironment(rosEnvironment()),
    log: "javascript",
  });
  // The script ends with status 0 even when it fails.
  if (!fs.readFileSync(log, "utf8").includes("Generation complete.")) {
    throw new SetupError(`Generating the messages' JavaScript failed: see ${shortPath(log)}.`);
  }
  stamp(generated, messagesKey());
}

export const messageModules = {
  title: "the messages in JavaScript (rclnodejs)",
  isCurrent: () => isPlaced() && isStamped(generated, messagesKey()),
  run: generate,
};
