import fs from "node:fs";
import { onPath } from "./machine.mjs";
import { inRoot } from "./paths.mjs";
import { SetupError } from "./report.mjs";
import { tool, toolEnvironment } from "./tool.mjs";

const installed = inRoot("node_modules", ".package-lock.json");
const readPackages = (file) => JSON.parse(fs.readFileSync(file, "utf8")).packages;

/**
 * npm writes node_modules/.package-lock.json when it is done with everything else: the packages
 * are complete when it agrees with package-lock.json. (A package for another platform is
 * optional and missing from it.)
 */
function isCurrent() {
  if (!fs.existsSync(installed)) return false;
  try {
    const there = readPackages(installed);
    const wanted = Object.entries(readPackages(inRoot("package-lock.json")));
    return wanted.every(([name, entry]) => {
      if (name === "" || (entry.optional && !there[name])) return true;
      return there[name]?.version === entry.version && there[name].integrity === entry.integrity;
    });
  } catch {
    return false;
  }
}

function npm(what, log, ...args) {
  const own = process.env.npm_execpath?.endsWith("npm-cli.js");
  const [command, ...first] = own ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const env = { ...toolEnvironment(), npm_config_update_notifier: "false" };
  const quiet = ["--no-audit", "--no-fund", "--loglevel=warn"];
  return tool(what, command, [...first, ...args, ...quiet], { env, log });
}

/** One small question to the registry: without it `npm ci` would try for minutes. */
async function isRegistryReachable() {
  const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  try {
    await npm(
      "Asking the registry",
      "npm",
      "view",
      "ws",
      "version",
      "--prefer-online",
      ...patience,
    );
    return true;
  } catch (error) {
    if (error instanceof SetupError) return false;
    throw error;
  }
}

async function install() {
  if (!process.env.npm_execpath && !onPath("npm")) {
    throw new SetupError("npm is missing: install it beside Node.js (Debian and Ubuntu: npm).");
  }
  // What npm has cached may be enough; where it is not, it says so at once.
  const source = (await isRegistryReachable()) ? "--prefer-offline" : "--offline";
  // An interrupted `npm ci` must not leave an old list beside half of the packages.
  fs.rmSync(installed, { force: true });
  // No package may run a script: rclnodejs would build itself before there is a ROS 2.
  const args = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", source];
  await npm("Installing the npm packages", "npm", ...args);
  if (!isCurrent()) throw new SetupError("npm ci ended well, but node_modules is not complete.");
}

export const dependencies = {
  title: "npm packages (npm ci)",
  isCurrent,
  run: install,
};
