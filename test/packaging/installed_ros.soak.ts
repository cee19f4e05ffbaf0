/**
 * The set-up beside an installed ROS 2: a prefix laid out as /opt/ros/jazzy, made of links into the wheels,
 * sourced as its setup file does it. Nothing is installed from wheels, and a swarm runs.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./checkout";

const WHEELS = join(root, ".ros", "python");

let folder: string;
let checkout: string;
let prefix: string;
let env: NodeJS.ProcessEnv;

/** Links in `to` to all that `from` holds. */
function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (!existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "installed-"));
  prefix = join(folder, "opt", "ros", "jazzy");
  for (const part of ["include", "share", "lib"]) linkAll(join(WHEELS, part), join(prefix, part));
  const [python] = readdirSync(join(WHEELS, "lib")).filter((name) => /^python3/.test(name));
  const modules = join("lib", python, "site-packages");
  // Of an installed ROS 2 these are in /usr/lib.
  for (const name of readdirSync(join(WHEELS, modules)).filter((one) => one.endsWith(".libs")))
    linkAll(join(WHEELS, modules, name), join(prefix, "lib"));
  // As on a machine with cmake and Python: `ros2` is elsewhere than the prefix.
  const tools = join(folder, "tools");
  mkdirSync(tools);
  for (const name of ["cmake", "python3", "ros2"])
    symlinkSync(join(WHEELS, "bin", name), join(tools, name));
  checkout = join(folder, "checkout");
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  for (const file of files
    .split("\0")
    .filter((name) => existsSync(join(root, name)) && name !== ""))
    cpSync(join(root, file), join(checkout, file), { recursive: true });
  const { ROS_DOMAIN_ID, PATH, HOME, npm_config_cache } = process.env;
  env = {
    ...{ ROS_DOMAIN_ID, HOME, npm_config_cache, ROS_DISTRO: "jazzy", ROS_VERSION: "2" },
    ...{ AMENT_PREFIX_PATH: prefix, CMAKE_PREFIX_PATH: prefix },
    LD_LIBRARY_PATH: join(prefix, "lib"),
    PYTHONPATH: join(prefix, modules),
    PATH: [tools, ...PATH!.split(delimiter).filter((one) => !one.includes(".ros"))].join(delimiter),
  };
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: checkout, env, encoding: "utf8", maxBuffer: 1e8 });

test("sets up without wheels, against the prefix, and is then ready", () => {
  const { status, stderr } = run("scripts/setup.mjs");
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  expect(stderr).toMatch(
    /rclnodejs' native part \.\.\.\n.*the package's messages \(CMake\) \.\.\./,
  );
  expect(stderr).not.toContain("wheels");
  expect(existsSync(join(checkout, ".ros", "python"))).toBe(false);
  expect(run("scripts/setup.mjs").stderr).toBe("");
}, 900_000);

test("runs a swarm on that ROS 2", () => {
  const options = ["--world", "abstract", "--headless", "--robots", "3", "--table-size", "2"];
  const more = ["--scenario", "dock_dispatch", "--seconds", "60", "--json"];
  const { status, stdout, stderr } = run(
    "scripts/run.mjs",
    "dist/src/cli/start.js",
    ...options,
    ...more,
  );
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ epochs: 10, missedEpochs: 0, robots: 3 });
  // The libraries that its processes load are the prefix's.
  const program = `require("rclnodejs"); console.log(require("fs").readFileSync("/proc/self/maps", "utf8"))`;
  const maps = run("scripts/run.mjs", "--command", process.execPath, "-e", program).stdout;
  expect(maps).toContain("librcl.so");
  expect(maps).not.toContain(join(checkout, ".ros", "python"));
}, 300_000);
