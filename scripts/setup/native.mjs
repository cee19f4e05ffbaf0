import fs from "node:fs";
import path from "node:path";
import { availableParallelism } from "node:os";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { rosEnvironment, sourcedRos } from "./environment.mjs";
import { missingNodeHeaders, nodePrefix } from "./machine.mjs";
import { inRoot, native, rclnodejs } from "./paths.mjs";
import { SetupError } from "./report.mjs";
import { emptyFolder, hashFiles, hashOf, isStamped, stamp } from "./stamp.mjs";
import { tool, toolEnvironment } from "./tool.mjs";
import { wheelsKey } from "./wheels.mjs";

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
  const recipe = hashFiles(inRoot("scripts", "setup", "native.mjs"));
  return hashOf([rclnodejsVersion(), node, sourcedRos() ?? wheelsKey(), recipe]);
}

/** "jazzy-noble" and the like: the ROS 2 and the Ubuntu for which rclnodejs may ship a binary. */
function platformName() {
  const release = "/etc/os-release";
  const text = fs.existsSync(release) ? fs.readFileSync(release, "utf8") : "";
  const codename = text.match(/^VERSION_CODENAME=(\w+)/m)?.[1];
  return `${sourcedRos()?.distro ?? "jazzy"}-${codename}`;
}

/** Known before rclnodejs is there: it then needs no headers of Node.js. */
export function mayShipBinary() {
  const known = ["humble-jammy", "jazzy-noble", "kilted-noble", "lyrical-resolute"];
  return known.includes(platformName());
}

function shippedBinary() {
  const folder = path.join(rclnodejs, "prebuilds", `${process.platform}-${process.arch}`);
  const file = path.join(folder, `${platformName()}-${process.arch}-node-${name}`);
  return fs.existsSync(file) ? file : undefined;
}

/** Loads the binary alone: rclnodejs itself would answer a failure with a build of its own. */
async function loadError(file, env) {
  try {
    const code = "require(process.argv[1])";
    await promisify(execFile)(process.execPath, ["-e", code, file], { env, timeout: 30_000 });
    return undefined;
  } catch (error) {
    return String(error.stderr ?? error.message).match(/Error: .*/)?.[0] ?? error.message;
  }
}

/**
 * Builds in a copy: rclnodejs answers any failing load, such as one by a node that runs during a
 * set-up, with a build of its own in node_modules, and the two would disturb each other.
 */
async function compile(env) {
  const missing = missingNodeHeaders();
  if (missing) throw new SetupError(missing);
  const work = inRoot(".ros", "work");
  emptyFolder(work);
  const omitted = ["prebuilds", "build", "generated"].map((folder) => path.join(rclnodejs, folder));
  const copy = path.join(work, "rclnodejs");
  fs.cpSync(rclnodejs, copy, { recursive: true, filter: (file) => !omitted.includes(file) });
  const gyp = inRoot("node_modules", "node-gyp", "bin", "node-gyp.js");
  // The headers beside this Node.js: node-gyp would otherwise fetch them from a site of its own.
  const options = [`--nodedir=${nodePrefix}`, `--jobs=${availableParallelism()}`];
  await tool("Building rclnodejs", process.execPath, [gyp, "rebuild", ...options], {
    cwd: copy,
    env,
    log: "rclnodejs",
  });
  fs.copyFileSync(path.join(copy, "build", "Release", name), kept);
  const error = await loadError(kept, env);
  if (error) throw new SetupError(`The binary built for rclnodejs does not load: ${error}`);
  fs.rmSync(work, { recursive: true, force: true });
}

async function run() {
  emptyFolder(native);
  const env = toolEnvironment(rosEnvironment());
  const shipped = shippedBinary();
  if (!shipped || (await loadError(shipped, env))) await compile(env);
  stamp(native, nativeKey());
}

/** Puts a binary built earlier back, as `npm ci` empties node_modules. */
export function placeNative() {
  if (!fs.existsSync(kept)) return;
  fs.mkdirSync(path.dirname(built), { recursive: true });
  fs.copyFileSync(kept, `${built}.new`);
  fs.renameSync(`${built}.new`, built);
}

export const nativeBinary = {
  title: "rclnodejs' native part",
  isCurrent: () => isStamped(native, nativeKey()),
  run,
};
