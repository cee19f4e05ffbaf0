import { createHash } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./paths.mjs";
import { say } from "./report.mjs";

/**
 * One set-up at a time in a checkout. The lock is an abstract Unix socket named after the
 * checkout's path: the kernel frees it however its process ends, so it never goes stale.
 */
const hash = createHash("sha256").update(fs.realpathSync(root)).digest("hex").slice(0, 32);
const name = `\0alternating_marl-${hash}`;

/** Resolves to a listening server, or to undefined when another process holds the name. */
function listen() {
  return new Promise((resolve, reject) => {
    const server = net.createServer((connection) => connection.destroy());
    server.on("error", (error) => (error.code === "EADDRINUSE" ? resolve() : reject(error)));
    server.listen(name, () => resolve(server));
  });
}

export async function withLock(action) {
  // Only Linux has abstract sockets; elsewhere users must not run two set-ups at once.
  if (process.platform !== "linux") return action();
  let server = await listen();
  if (!server) say("another set-up runs in this checkout: waiting for it to end");
  while (!server) {
    await sleep(200);
    server = await listen();
  }
  try {
    return await action();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
