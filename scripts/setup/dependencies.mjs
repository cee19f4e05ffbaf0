import { onPath } from "./machine.mjs";
import { inRoot } from "./paths.mjs";
import { SetupError } from "./report.mjs";
import { hashFiles, isStamped, stamp, unstamp } from "./stamp.mjs";
import { tool, toolEnvironment } from "./tool.mjs";

const modules = inRoot("node_modules");
const recipe = inRoot("scripts", "setup", "dependencies.mjs");
/** npm's own list of what it installed changes when somebody removes packages by hand. */
const installed = inRoot("node_modules", ".package-lock.json");
const key = () => hashFiles(inRoot("package-lock.json"), recipe, installed);

const options = [
  // No package may run a script: rclnodejs would build itself before there is a ROS 2.
  ...["--ignore-scripts", "--include=dev", "--include=optional"],
  // The cache may be enough. Where it is not, a registry that refuses is reported within 20 s.
  ...["--prefer-offline", "--fetch-retry-mintimeout=1000"],
  ...["--no-audit", "--no-fund", "--loglevel=warn"],
];

async function install() {
  const own = process.env.npm_execpath?.endsWith("npm-cli.js");
  if (!own && !onPath("npm")) {
    throw new SetupError("npm is missing: install it beside Node.js (Debian and Ubuntu: npm).");
  }
  const [command, ...first] = own ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const env = { ...toolEnvironment(), npm_config_update_notifier: "false" };
  const args = [...first, "ci", ...options];
  unstamp(modules);
  await tool("Installing the npm packages", command, args, { env, log: "npm" });
  stamp(modules, key());
}

export const dependencies = {
  title: "npm packages (npm ci)",
  isCurrent: () => isStamped(modules, key()),
  run: install,
};
