/**
 * Runs one tool (npm, pip, make, ...) in a process group of its own. The set-up interrupts the whole
 * group; what then outlives the tool, or is left after 2 s, is killed. When the set-up dies, all is. So
 * nothing goes on writing into the checkout.
 * Usage: node supervise.mjs COMMAND ARGS... (with an IPC channel)
 */
import { spawn } from "node:child_process";
import os from "node:os";

const PATIENCE_MS = 2000;
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
const killGroup = () => process.kill(-process.pid, "SIGKILL");

process.on("disconnect", killGroup);
process.on("SIGINT", () => {
  child.prependListener("exit", killGroup);
  setTimeout(killGroup, PATIENCE_MS);
});
// The tool acts on it.
process.on("SIGTERM", () => {});

child.on("error", (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
