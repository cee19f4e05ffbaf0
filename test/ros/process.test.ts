/** How a ROS process ends and halts, without ROS: rclnodejs is played. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";
import { eventually } from "../graph/wait";

const PLAYED = `
const load = require("node:module")._load;
const played = { init: async () => {}, shutdown: () => console.log("shut down"), removeSignalHandlers() {} };
require("node:module")._load = (name, ...rest) => (name === "rclnodejs" ? played : load(name, ...rest));
require(${JSON.stringify(join(packageRoot(), "dist", "src", "ros", "process.js"))}).runProcess((ros) => {
  ros.onEnd(() => console.log("stands"));
  ros.onPause(() => console.log("stands for a while"));
  setInterval(() => process.stderr.write("log\\n"), 20);
  console.log("up");
});`;

const started: ChildProcess[] = [];

afterEach(() => started.splice(0).forEach((child) => child.kill("SIGKILL")));

/** A process that is up; `said` is its standard output so far, `ended` its status or signal. */
async function start(...command: string[]) {
  const [program, ...words] = [...command, process.execPath, "-e", PLAYED];
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"] });
  started.push(child);
  let said = "";
  const says = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (said.includes(text) && resolve());
      child.stdout.on("data", look);
      look();
    });
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  const ended = new Promise((resolve) =>
    child.once("close", (status, signal) => resolve([signal ?? status, said])),
  );
  await says("up\n");
  return { child, says, ended };
}

test.each([
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGXCPU",
  "SIGIO",
  "SIGPWR",
  "SIGSTKFLT",
] as const)("%s: it stands, then ends with status 0", async (signal) => {
  const { child, ended } = await start();
  child.kill(signal);
  expect(await ended).toEqual([0, "up\nstands\nshut down\n"]);
});

test("where nobody reads its log any more, it stands, then ends with status 0", async () => {
  const cut = 'exec 3>&1; set -o pipefail; "$@" 2>&1 >&3 | read';
  const { ended } = await start("bash", "-c", cut, "bash");
  expect(await ended).toEqual([0, "up\nstands\nshut down\n"]);
});

test("SIGPIPE of another pipe, a file's limit of size and Ctrl-Z end nothing", async () => {
  const { child, says, ended } = await start();
  child.kill("SIGPIPE");
  child.kill("SIGXFSZ");
  child.kill("SIGTSTP");
  await says("stands for a while\n");
  const isHalted = (): boolean => / T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8"));
  await eventually("the process halts", isHalted);
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, "up\nstands for a while\nstands\nshut down\n"]);
});
