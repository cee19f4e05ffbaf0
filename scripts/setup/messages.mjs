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
const recipe = inRoot("scripts", "setup", "messages.mjs");

export const interfacesKey = () => {
  const inputs = hashFiles(...sources.map((name) => inRoot(name)), recipe);
  const installed = [sourcedRos() ?? wheelsKey(), sourcedPrefix("tf2_msgs") !== undefined];
  return hashOf([inputs, interfaces, ...installed]);
};

/** CMake's arguments for the wheels: their own CMake, ninja and Python. */
function wheelArguments() {
  return [
    "-G",
    "Ninja",
    `-DCMAKE_MAKE_PROGRAM=${path.join(python, "bin", "ninja")}`,
    `-DPython3_EXECUTABLE=${path.join(python, "bin", "python3")}`,
  ];
}

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

/** A copy of what the messages are made of: CMake refuses headers that lie inside its sources. */
function copySources(folder) {
  for (const name of sources) {
    fs.cpSync(inRoot(name), path.join(folder, name), { recursive: true });
  }
  return folder;
}

/** The one message of tf2_msgs that nodes send and hear: the wheels hold no such package. */
function writeTf2Messages(folder) {
  fs.mkdirSync(path.join(folder, "msg"), { recursive: true });
  const files = {
    "package.xml": `<package format="3">
  <name>tf2_msgs</name>
  <version>0.36.0</version>
  <description>TFMessage of tf2_msgs, for a machine without it.</description>
  <maintainer email="maintainers@alternating-marl.example.org">alternating_marl developers</maintainer>
  <license>BSD-3-Clause</license>
  <buildtool_depend>ament_cmake</buildtool_depend>
  <depend>geometry_msgs</depend>
  <member_of_group>rosidl_interface_packages</member_of_group>
</package>
`,
    "CMakeLists.txt": `cmake_minimum_required(VERSION 3.20)
project(tf2_msgs)
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)
find_package(geometry_msgs REQUIRED)
rosidl_generate_interfaces(tf2_msgs msg/TFMessage.msg DEPENDENCIES geometry_msgs)
ament_package()
`,
    [path.join("msg", "TFMessage.msg")]: "geometry_msgs/TransformStamped[] transforms\n",
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

async function buildInterfaces() {
  emptyFolder(interfaces);
  const work = inRoot(".ros", "work");
  emptyFolder(work);
  fs.rmSync(inRoot(".cache", "setup", "messages.log"), { force: true });
  await buildPackage(copySources(path.join(work, "source")), path.join(work, "build"));
  if (sourcedPrefix("tf2_msgs") === undefined) {
    await buildPackage(writeTf2Messages(path.join(work, "tf2")), path.join(work, "tf2_build"));
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
    ...(sourcedRos() ? [] : wheelArguments()),
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
