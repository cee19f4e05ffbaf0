/**
 * Sets up what is missing, then runs a compiled program, or any command in the nodes' ROS environment,
 * such as a listener written with rclpy (set ROS_DOMAIN_ID to the one that `npm start` names).
 * Usage: node scripts/run.mjs [--pure | --mujoco] FILE ARGS... (--pure: the program needs no ROS 2;
 *        --mujoco: its tests need MuJoCo)
 *        node scripts/run.mjs --command COMMAND ARGS...
 */
import { spawnSync } from "node:child_process";
import os from "node:os";
import { setup } from "./setup.mjs";
import { inRoot, main, SetupError } from "./setup/base.mjs";
import { callersFolder, runNode } from "./setup/child.mjs";

const [first, ...others] = process.argv.slice(2);
const [isCommand, pure, withMujoco] = ["--command", "--pure", "--mujoco"].map((x) => x === first);
const [what, ...args] = isCommand || pure || withMujoco ? others : [first, ...others];

function runCommand(env) {
  // A terminal's Ctrl-C is the command's; this process ends after it.
  process.on("SIGINT", () => undefined);
  const options = { cwd: callersFolder(), env, stdio: "inherit" };
  const { status, signal, error } = spawnSync(what, args, options);
  if (error) {
    const why = error.code === "ENOENT" ? "there is no such command on PATH" : error.message;
    throw new SetupError(`${what} could not be started: ${why}.`);
  }
  return status ?? 128 + os.constants.signals[signal];
}

await main(async () => {
  if (!what) {
    throw new SetupError(
      "No command was given: write it behind --, as in npm run ros -- python3 listen.py",
    );
  }
  const env = await setup({ ros: !pure, withMujoco });
  const program = ["--enable-source-maps", inRoot(what), ...args];
  process.exitCode = isCommand ? runCommand(env) : await runNode(program, env, callersFolder());
});
