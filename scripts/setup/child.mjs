import { spawn } from "node:child_process";
import os from "node:os";
import { pathToFileURL } from "node:url";
import { inRoot } from "./paths.mjs";

const patience = 10_000;
const follow = pathToFileURL(inRoot("scripts", "setup", "follow.mjs")).href;

/**
 * Runs a Node.js program to its end and resolves to its exit status. The program leads a process
 * group of its own: a Ctrl-C, which a terminal sends to the whole foreground group (and npm
 * forwards once more), reaches it through here, exactly once. When it has not ended 10 s later,
 * the next one kills it. When this process is killed, it ends as by SIGTERM (follow.mjs).
 */
export function runNode(args, env) {
  const child = spawn(process.execPath, ["--import", follow, ...args], {
    env: { ...env, ALTERNATING_MARL_STARTER: String(process.pid) },
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const sent = new Map();
  const forward = (signal) => {
    const first = sent.get(signal);
    if (first === undefined) {
      sent.set(signal, Date.now());
      // A closed terminal ends a program as cleanly as any other reason.
      child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    } else if (Date.now() - first > patience) {
      child.kill("SIGKILL");
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  // Whoever started this one (npm, a shell) may be killed without a word.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(orphaned);
    forward("SIGTERM");
  }, 500);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearInterval(orphaned);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + os.constants.signals[signal]);
    });
  });
}
