import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inRoot, root, say, SetupError, shortPath } from "./base.mjs";

const logs = inRoot(".cache", "setup");
/** An interrupted tool is killed after this, ms. */
const PATIENCE_MS = 2000;
/**
 * A shell's script that becomes a tool. The pipe breaks when the tool or this process ends, however it
 * does: what is left of the tool's process group, which would go on writing into the checkout, is killed.
 */
const ENDED_WITH_US = `(trap "" INT; read _; kill -KILL 0) <&4 3>&- & exec "$@"`;
/** The tool that runs, if one does, and what locks the checkout. */
let running;
let locked;
/** Logs that were begun: several tools may write one. */
const begun = new Set();
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
  const error = text.split("\n").find((line) => /\berror\b[ :!](?!code)/i.test(line));
  return error?.trim().slice(0, 200) ?? "it says no more";
}

/** The environment of a tool, without the variables that an outer `npm run` set for its script. */
export function toolEnvironment(env = process.env) {
  const own = /^(npm_(?!config_)|npm_config_(json|global|dry_run|local_prefix|prefix|loglevel)$)/i;
  const kept = Object.entries(env).filter(([name]) => !own.test(name) && name !== "INIT_CWD");
  return Object.fromEntries(kept);
}

/**
 * Runs a tool to its end, its output in a log file, whose path it gives. On failure it throws one
 * sentence that names the log; `what` is its subject: "... failed".
 */
export async function tool(what, log, command, args, { env = toolEnvironment(), cwd = root } = {}) {
  fs.mkdirSync(logs, { recursive: true });
  const file = path.join(logs, `${log}.log`);
  const output = fs.openSync(file, begun.has(log) ? "a" : "w");
  begun.add(log);
  // The tool holds the lock too: where this process is killed, the next set-up waits for its end.
  const stdio = ["ignore", output, output, locked?._handle?.fd ?? "ignore", "pipe"];
  running = spawn("sh", ["-c", ENDED_WITH_US, command, command, ...args], {
    ...{ cwd, env, stdio },
    detached: true,
  });
  const [status] = await once(running, "exit");
  running.stdio[4].destroy();
  fs.closeSync(output);
  running = undefined;
  // interrupt() ends this process.
  if (stopping) await new Promise(() => {});
  if (status === 0) return file;
  throw new SetupError(
    `${what} failed: ${reasonIn(file)}. Put it right and start again. The whole output is in ${shortPath(file)}.`,
  );
}

async function interrupt(signal) {
  if (stopping) return;
  stopping = true;
  say("interrupted: ending what runs; the next start goes on from the last finished step");
  const pid = running?.pid;
  if (pid) {
    try {
      process.kill(-pid, "SIGINT");
      await Promise.race([once(running, "exit"), sleep(PATIENCE_MS)]);
    } catch {
      // It has ended.
    }
  }
  process.exit(128 + os.constants.signals[signal]);
}

/**
 * One set-up at a time in a checkout. The lock is an abstract Unix socket named after the checkout's
 * path: the kernel frees it however its process ends. Only Linux has such sockets; elsewhere users
 * must not run two set-ups at once.
 */
async function lock() {
  const server = net.createServer((connection) => connection.destroy());
  if (process.platform !== "linux") return server;
  const hash = createHash("sha256").update(fs.realpathSync(root)).digest("hex").slice(0, 32);
  for (let isFirst = true; ; isFirst = false) {
    try {
      await once(server.listen(`\0alternating_marl-${hash}`), "listening");
      return server;
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
    if (isFirst) say("another set-up runs in this checkout: waiting for it to end");
    await sleep(200);
  }
}

/** While `action` runs, SIGINT, SIGTERM and SIGHUP end the running tool first and then this process. */
export async function alone(action) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, interrupt);
  try {
    locked = await lock();
    await action().finally(() => locked.close());
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
