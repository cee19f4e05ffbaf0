/**
 * Runs any command in the ROS environment of the nodes, such as a listener written with rclpy.
 * Usage: npm run ros -- COMMAND ARGS... (set ROS_DOMAIN_ID to the one that `npm start` names)
 */
import { spawnSync } from "node:child_process";
import os from "node:os";
import { setup } from "./setup.mjs";
import { main, SetupError } from "./setup/base.mjs";
import { callersFolder } from "./setup/child.mjs";

const [command, ...args] = process.argv.slice(2);

await main(async () => {
  if (!command) {
    throw new SetupError(
      "No command was given: write it behind --, as in npm run ros -- python3 listen.py",
    );
  }
  const env = await setup({ ros: true });
  // A terminal's Ctrl-C is the command's; this process ends after it.
  process.on("SIGINT", () => undefined);
  const options = { cwd: callersFolder(), env, stdio: "inherit" };
  const { status, signal, error } = spawnSync(command, args, options);
  if (error) {
    const why = error.code === "ENOENT" ? "there is no such command on PATH" : error.message;
    throw new SetupError(`${command} could not be started: ${why}.`);
  }
  process.exitCode = status ?? 128 + os.constants.signals[signal];
});
