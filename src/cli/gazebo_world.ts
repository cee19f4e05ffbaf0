/** `npm run gazebo-world`: writes a scenario's world for Gazebo, which Python makes. */
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { packageRoot } from "../base/package_root";
import { COMMANDS } from "./generated/commands";
import { type OptionValues, runCommand } from "./options";

const MODULE = "alternating_marl_worlds.gazebo";

async function main(given: OptionValues<typeof COMMANDS.gazeboWorld.options>): Promise<number> {
  // A checkout's own; in an installed package ROS has put it on the path.
  const path = [join(packageRoot(), "python"), process.env.PYTHONPATH].filter(Boolean);
  const env = { ...process.env, PYTHONPATH: path.join(delimiter) };
  const told = JSON.stringify(given);
  const { status, error } = spawnSync("python3", ["-m", MODULE, told], { env, stdio: "inherit" });
  if (error) throw new Error(`python3 cannot be started (${error.message}): install Python 3`);
  return status ?? 1;
}

void runCommand(COMMANDS.gazeboWorld, main);
