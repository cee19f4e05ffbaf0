import fs from "node:fs";
import path from "node:path";
import { inRoot, interfaces, python, pythonModules, root, SetupError } from "./base.mjs";
import { isWritable } from "./machine.mjs";

/** What a set-up makes is no ROS 2 that is sourced, wherever the checkout is. */
const ownPrefix = /[/\\]\.ros[/\\](python|interfaces)[/\\]?$/;

/** Where a package of the sourced ROS 2 is, by ament's resource index (REP-122); or undefined. */
export function sourcedPrefix(name) {
  const prefixes = (process.env.AMENT_PREFIX_PATH ?? "").split(path.delimiter);
  const entry = path.join("share", "ament_index", "resource_index", "packages", name);
  const isIn = (prefix) => prefix && !ownPrefix.test(prefix);
  return prefixes.find((prefix) => isIn(prefix) && fs.existsSync(path.join(prefix, entry)));
}

/** A ROS 2 that is sourced, or undefined. `ros2` may be a link or a wrapper that stands elsewhere. */
export function sourcedRos() {
  const { ROS_DISTRO: distro } = process.env;
  const prefix = distro && sourcedPrefix("rcl");
  return prefix ? { distro, prefix } : undefined;
}

/** Puts folders in front of a list such as PATH, each folder once. */
export function inFront(list, ...folders) {
  const rest = (list ?? "")
    .split(path.delimiter)
    .filter((entry) => entry && !folders.includes(entry));
  return [...folders, ...rest].join(path.delimiter);
}

/** lib/python3.X/site-packages of the private environment. */
export function sitePackages() {
  const lib = path.join(python, "lib");
  if (!fs.existsSync(lib)) return undefined;
  const name = fs.readdirSync(lib).find((entry) => /^python3\.\d+$/.test(entry));
  return name && path.join(lib, name, "site-packages");
}

/** The folders of shared objects that the wheels bring besides lib. */
export function bundledLibraries() {
  const packages = sitePackages();
  const names = (packages ? fs.readdirSync(packages) : []).filter((name) =>
    /^ros_\w+\.libs$/.test(name),
  );
  return names.map((name) => path.join(packages, name));
}

/** @throws SetupError where security is asked for, which the wheels lack: nothing would be refused */
function wheelsEnvironment() {
  const { env } = process;
  if (env.ROS_SECURITY_ENABLE === "true")
    throw new SetupError(
      "ROS_SECURITY_ENABLE is true, and the ROS 2 wheels are built without security (SROS 2): nothing would be encrypted and nobody refused. Source an installed ROS 2, or unset ROS_SECURITY_ENABLE (docs/security.md).",
    );
  const logs = env.ROS_LOG_DIR || env.ROS_HOME || !isWritable(root);
  return {
    // Nothing is left outside a checkout of one's own.
    ...(logs ? {} : { ROS_LOG_DIR: inRoot(".cache", "ros_log") }),
    ROS_DISTRO: "jazzy",
    ROS_VERSION: "2",
    ROS_PYTHON_VERSION: "3",
    RMW_IMPLEMENTATION: "rmw_fastrtps_cpp",
    AMENT_PREFIX_PATH: python,
    CMAKE_PREFIX_PATH: python,
    LD_LIBRARY_PATH: inFront(env.LD_LIBRARY_PATH, path.join(python, "lib"), ...bundledLibraries()),
    PATH: inFront(env.PATH, path.join(python, "bin")),
  };
}

/** The environment in which nodes run: the sourced ROS 2 or the wheels, our messages and Python on top. */
export function rosEnvironment() {
  const base = { ...process.env, ...(sourcedRos() ? {} : wheelsEnvironment()) };
  return {
    ...base,
    AMENT_PREFIX_PATH: inFront(base.AMENT_PREFIX_PATH, interfaces),
    LD_LIBRARY_PATH: inFront(base.LD_LIBRARY_PATH, path.join(interfaces, "lib")),
    PYTHONPATH: inFront(base.PYTHONPATH, path.join(interfaces, pythonModules), inRoot("python")),
    // Robots of another machine must not hear a try-out, unless the user wants it.
    ROS_AUTOMATIC_DISCOVERY_RANGE: process.env.ROS_AUTOMATIC_DISCOVERY_RANGE ?? "LOCALHOST",
  };
}
