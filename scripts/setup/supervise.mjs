/**
 * Runs one tool (npm, pip, make, ...) in a process group of its own and kills the whole group when
 * the set-up dies, so that nothing goes on writing into the checkout.
 * Usage: node supervise.mjs COMMAND ARGS... (with an IPC channel)
 */
import { spawn } from "node:child_process";
import os from "node:os";

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });

process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
// The set-up signals the whole group; the tool acts on it, and this process waits for the tool.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});

child.on("error", (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
