import { spawn } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { inRoot } from "./base.mjs";

/**
 * Where the person stands who called npm: npm itself goes to the package's folder, and paths that a
 * command is given are the caller's.
 */
export const callersFolder = () => process.env.INIT_CWD || process.cwd();

const PATIENCE_MS = 10_000;
const follow = pathToFileURL(inRoot("scripts", "setup", "follow.mjs")).href;

/**
 * Runs a Node.js program to its end and resolves to its exit status. The program leads a process
 * group of its own, so that a Ctrl-C reaches it exactly once, from here: the terminal signals the
 * whole foreground group and npm forwards the signal once more. A second one 10 s later kills it.
 * When this process is killed, the program ends as by SIGTERM (follow.mjs).
 */
export async function runNode(args, env, cwd) {
  const child = spawn(process.execPath, ["--import", follow, ...args], {
    cwd,
    env: { ...env, ALTERNATING_MARL_STARTER: String(process.pid) },
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  let firstMs;
  const forward = (signal) => {
    // A closed terminal is a request to end like any other.
    if (firstMs === undefined) child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    else if (performance.now() - firstMs > PATIENCE_MS) child.kill("SIGKILL");
    firstMs ??= performance.now();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  // When npm or the shell that started this process is killed, no signal arrives.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(orphaned);
    forward("SIGTERM");
  }, 500);
  const [code, signal] = await once(child, "exit");
  clearInterval(orphaned);
  for (const name of signals) process.off(name, forward);
  return code ?? 128 + os.constants.signals[signal];
}
