import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { SetupError } from "./base.mjs";

const probe = `
import json, os, platform, sys, sysconfig
import venv, ensurepip
include = sysconfig.get_path("include")
print(json.dumps({
    "version": list(sys.version_info[:2]),
    "usable": sys.implementation.name == "cpython" and platform.machine() == "x86_64"
        and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "executable": sys.executable,
    "include": include,
    "headers": os.path.exists(os.path.join(include, "Python.h")),
}))`;

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 20)) return;
  throw new SetupError(`Node.js ${process.versions.node} is too old: install 20.20 or later.`);
}

function may(file, mode) {
  try {
    fs.accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

export const isWritable = (folder) => may(folder, fs.constants.W_OK);

/**
 * Why nothing can be set up in this folder; undefined: it can. Compilers, CMake and lists such as PATH
 * take a path apart at such characters.
 */
export function folderProblem(folder, { ros }) {
  const odd = /[^\p{L}\p{N}/._@+,=~-]/u.exec(folder)?.[0];
  if (ros && odd !== undefined) {
    return `The path of this checkout, ${folder}, has the character "${odd}", with which ROS 2 cannot be built: move it to a path of letters, digits, _, . and -.`;
  }
  return isWritable(folder)
    ? undefined
    : `Something is to be set up in ${folder}, and you may not write there: let its owner call npm run setup, or make a checkout of your own.`;
}

export function onPath(command) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders
    .map((folder) => path.join(folder, command))
    .find((file) => may(file, fs.constants.X_OK) && fs.statSync(file).isFile());
}

/** The prefix of this Node.js; usual installations have the headers in its include/node. */
export const nodePrefix = path.resolve(path.dirname(fs.realpathSync(process.execPath)), "..");

async function probePython(command) {
  try {
    const { stdout } = await promisify(execFile)(command, ["-c", probe], { timeout: 20_000 });
    const { version, usable, ...found } = JSON.parse(stdout);
    return usable && version[0] === 3 && version[1] >= 10 && version[1] <= 13 ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The first suitable Python, one with its C headers before one without. */
export async function findPython() {
  const names = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];
  const found = (await Promise.all(names.map(probePython))).filter(Boolean);
  return found.find((python) => python.headers) ?? found[0];
}

function missingPlatform() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `There are no ROS 2 wheels for ${process.platform} ${process.arch}: install ROS 2 (Jazzy) and source its setup file, then start again.`;
  }
  process.report.excludeNetwork = true;
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  if (glibc && Number(glibc.split(".")[1]) >= 28) return undefined;
  return "The ROS 2 wheels need glibc 2.28 or later: use a newer Linux, or install ROS 2 (Jazzy) and source its setup file.";
}

/** @throws SetupError that names everything that is missing and what to install */
export async function checkMachine({ wheels }) {
  const header = path.join(nodePrefix, "include", "node", "node_api.h");
  const has = (variable, ...names) => process.env[variable] || names.some(onPath);
  const hasCompiler = has("CXX", "c++", "g++", "clang++") && has("CC", "cc", "gcc", "clang");
  const platform = wheels && missingPlatform();
  const missing = [
    [!platform, platform],
    [onPath("which"), "which is missing: install it (Debian and Ubuntu: debianutils)."],
    [onPath("make"), "make is missing: install it (Debian and Ubuntu: make)."],
    [hasCompiler, "A C++ compiler is missing: install one (Debian and Ubuntu: g++)."],
    [
      fs.existsSync(header),
      `The headers of Node.js are missing (${header}): install them (Debian and Ubuntu: libnode-dev), or use a Node.js that comes with them, as the official builds do.`,
    ],
    [
      !wheels || (await findPython()),
      "Python 3.10 to 3.13 with venv is missing: install it (Debian and Ubuntu: python3 python3-venv).",
    ],
  ].filter(([isThere]) => !isThere);
  if (missing.length > 0) throw new SetupError(missing.map(([, what]) => what).join("\n"));
}
