/**
 * Runs one tool (npm, pip, make, ...) as the leader of a process group of its own, and ends the
 * whole group when the set-up goes away. A set-up that was killed thus leaves nothing behind that
 * still writes into the checkout. Usage: node supervise.mjs COMMAND ARGS... (with an IPC channel)
 */
import { spawn } from "node:child_process";
import os from "node:os";

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });

process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
// The set-up signals the group; the tool acts on it, and this process waits for the tool.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});

child.on("error", (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
