import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { inRoot, logs, root } from "./paths.mjs";
import { say, SetupError, shortPath } from "./report.mjs";

const supervisor = inRoot("scripts", "setup", "supervise.mjs");
const running = new Set();
let stopping = false;

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network timeout|Failed to establish a new connection|name resolution|Connection refused|Network is unreachable|ConnectTimeoutError|ReadTimeoutError|ENOTCACHED|Max retries exceeded/;

function reasonIn(log) {
  const text = fs.readFileSync(log, "utf8");
  if (unreachable.test(text)) {
    return "the package registry could not be reached: check the network and the registry that npm and pip are configured with";
  }
  if (/ENOSPC|No space left on device/.test(text)) return "the disk is full";
  if (/HASHES FROM THE REQUIREMENTS|EINTEGRITY/.test(text)) {
    return "a package is not the one that is pinned (its hash differs)";
  }
  const errors = text.split("\n").filter((line) => /\berror\b[ :!](?!code)/i.test(line));
  return errors.length > 0 ? errors[0].trim().slice(0, 200) : "it says no more";
}

/** The environment of a tool, without the variables that an outer `npm run` set for its script. */
export function toolEnvironment(env = process.env) {
  const own = /^(npm_(?!config_)|npm_config_(json|global|dry_run|local_prefix|prefix|loglevel)$)/i;
  const kept = Object.entries(env).filter(([name]) => !own.test(name) && name !== "INIT_CWD");
  return Object.fromEntries(kept);
}

/**
 * Runs a tool to its end, its output in a log file. On failure it throws one sentence that names
 * the log; `what` is its subject: "... failed".
 */
export async function tool(what, command, args, { env, cwd = root, log, append = false } = {}) {
  fs.mkdirSync(logs, { recursive: true });
  const file = path.join(logs, `${log}.log`);
  const output = fs.openSync(file, append ? "a" : "w");
  const child = spawn(process.execPath, [supervisor, command, ...args], {
    cwd,
    env: env ?? toolEnvironment(),
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
  fs.closeSync(output);
  running.add(child);
  const [status] = await once(child, "exit").finally(() => running.delete(child));
  // interrupt() ends this process.
  if (stopping) await new Promise(() => {});
  if (status === 0) return file;
  const again = "Put it right and start again.";
  throw new SetupError(
    `${what} failed: ${reasonIn(file)}. ${again} The whole output is in ${shortPath(file)}.`,
  );
}

function signalGroups(signal) {
  for (const child of running) {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
}

function interrupt(signal) {
  if (stopping) return;
  stopping = true;
  say("interrupted: ending what runs; the next start goes on from the last finished step");
  signalGroups("SIGINT");
  const deadline = performance.now() + 2000;
  const poll = setInterval(() => {
    if (running.size > 0 && performance.now() < deadline) return;
    signalGroups("SIGKILL");
    clearInterval(poll);
    process.exit(128 + os.constants.signals[signal]);
  }, 20);
}

/** While `action` runs, SIGINT, SIGTERM and SIGHUP end the running tool first and then this process. */
export async function interruptible(action) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await action();
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
