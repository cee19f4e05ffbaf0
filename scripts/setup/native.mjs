import fs from "node:fs";
import path from "node:path";
import { availableParallelism } from "node:os";
import { inFront, rosEnvironment, sourcedRos } from "./environment.mjs";
import { nodePrefix } from "./machine.mjs";
import { emptyFolder, hashFiles, hashOf, inRoot, rclnodejs, SetupError, stepOf } from "./base.mjs";
import { tool, toolEnvironment } from "./tool.mjs";
import { wheelsKey } from "./wheels.mjs";

const changes = path.join("patches", "rclnodejs.patch");
const native = inRoot(".ros", "native");
const name = "rclnodejs.node";
const built = path.join(rclnodejs, "build", "Release", name);
const kept = path.join(native, name);

const rclnodejsVersion = () =>
  JSON.parse(fs.readFileSync(inRoot("package-lock.json"), "utf8")).packages[
    "node_modules/rclnodejs"
  ].version;

/** What the binary is made from: rclnodejs, this Node.js and the ROS 2 that is used. */
export function nativeKey() {
  const node = [process.version, process.arch, nodePrefix];
  const recipe = hashFiles("scripts/setup/native.mjs", changes);
  return hashOf([rclnodejsVersion(), node, sourcedRos() ?? wheelsKey(), recipe]);
}

/**
 * rclnodejs takes the folder above that of `ros2` for the ROS 2, with one include/ and one lib/ for
 * all packages. A folder of links stands for that, wherever `ros2` and each package are.
 * @returns the environment in which it is found
 */
export function linkRos(folder, env) {
  const prefixes = env.AMENT_PREFIX_PATH.split(path.delimiter).filter(Boolean);
  for (const part of ["include", "lib"]) {
    const parts = prefixes.map((prefix) => path.join(prefix, part)).filter(fs.existsSync);
    // What comes first, an overlay, holds.
    const found = parts
      .reverse()
      .flatMap((from) => fs.readdirSync(from).map((name) => [name, from]));
    fs.mkdirSync(path.join(folder, part), { recursive: true });
    for (const [name, from] of new Map(found)) {
      fs.symlinkSync(path.join(from, name), path.join(folder, part, name));
    }
  }
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, "ros2"), "#!/bin/sh\n", { mode: 0o755 });
  return { ...env, PATH: inFront(env.PATH, bin) };
}

/** Changes the copy in `folder` as patches/rclnodejs.patch says, and why. */
async function change(folder) {
  // Loaded when it runs: at the set-up's start there are no packages yet.
  const { applyPatch, parsePatch } = await import("diff");
  for (const patch of parsePatch(fs.readFileSync(inRoot(changes), "utf8"))) {
    const file = patch.newFileName.slice("b/".length);
    const text = applyPatch(fs.readFileSync(path.join(folder, file), "utf8"), patch);
    if (text === false) {
      throw new SetupError(`${file} of rclnodejs is not as expected: npm ci brings it back.`);
    }
    fs.writeFileSync(path.join(folder, file), text);
  }
}

/**
 * Builds in a copy: rclnodejs answers any failing load, such as one by a node that runs during a
 * set-up, with a build of its own in node_modules, and the two would disturb each other.
 */
async function run() {
  const work = inRoot(".ros", "work");
  emptyFolder(work);
  const env = linkRos(path.join(work, "ros"), toolEnvironment(rosEnvironment()));
  const omitted = ["prebuilds", "build", "generated"].map((folder) => path.join(rclnodejs, folder));
  const copy = path.join(work, "rclnodejs");
  fs.cpSync(rclnodejs, copy, { recursive: true, filter: (file) => !omitted.includes(file) });
  await change(copy);
  const gyp = inRoot("node_modules", "node-gyp", "bin", "node-gyp.js");
  // The headers beside this Node.js: node-gyp would otherwise fetch them from a site of its own.
  const options = [`--nodedir=${nodePrefix}`, `--jobs=${availableParallelism()}`];
  const build = [gyp, "rebuild", ...options];
  await tool("Building rclnodejs", "rclnodejs", process.execPath, build, { cwd: copy, env });
  fs.copyFileSync(path.join(copy, "build", "Release", name), kept);
  // Alone: rclnodejs itself would answer a failing load with a build of its own.
  const load = ["-e", `require(${JSON.stringify(kept)})`];
  await tool("Loading the binary", "loading", process.execPath, load, { env });
  fs.rmSync(work, { recursive: true, force: true });
}

/** Whether it is there: where rclnodejs cannot load it, it removes it, builds anew and may fail. */
export const isPlaced = () => fs.existsSync(built);

/** Puts the binary where rclnodejs looks for it: `npm ci` empties node_modules. */
export function placeNative() {
  // rclnodejs would prefer a binary that it ships, whatever ROS 2 that was built against.
  fs.rmSync(path.join(rclnodejs, "prebuilds"), { recursive: true, force: true });
  fs.mkdirSync(path.dirname(built), { recursive: true });
  fs.copyFileSync(kept, `${built}.new`);
  fs.renameSync(`${built}.new`, built);
}

export const nativeBinary = stepOf({
  title: "rclnodejs' native part",
  folder: native,
  key: nativeKey,
  run,
});
