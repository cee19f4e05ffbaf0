import fs from "node:fs";
import { hashFiles, inRoot, SetupError, stampIn, stepOf } from "./base.mjs";
import { onPath } from "./machine.mjs";
import { tool, toolEnvironment } from "./tool.mjs";

const folder = inRoot("node_modules");
const changedMs = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;

const options = [
  // No package may run a script: rclnodejs would build itself before there is a ROS 2.
  ...["--ignore-scripts", "--include=dev", "--include=optional"],
  // The cache may be enough. Where it is not, a registry that refuses is reported within 20 s.
  ...["--prefer-offline", "--fetch-retry-mintimeout=1000"],
  ...["--no-audit", "--no-fund", "--loglevel=warn"],
];

async function run() {
  if (!onPath("npm")) {
    throw new SetupError("npm is missing: install it beside Node.js (Debian and Ubuntu: npm).");
  }
  const env = { ...toolEnvironment(), npm_config_update_notifier: "false" };
  await tool("Installing the npm packages", "npm", "npm", ["ci", ...options], { env });
}

export const dependencies = stepOf({
  title: "npm packages (npm ci)",
  folder,
  keeps: true,
  key: () => hashFiles("package-lock.json", "scripts/setup/dependencies.mjs"),
  // npm's own list of what it installed changes when somebody removes packages by hand.
  isThere: () => changedMs(inRoot(folder, ".package-lock.json")) <= changedMs(stampIn(folder)),
  run,
});
