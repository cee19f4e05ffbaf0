/** What is installed, by ament's resource index (REP-122). */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A host of many robots asks for each publisher: every package is looked for once. */
const found = new Map<string, boolean>();

/** Whether a ROS package is installed. */
export function hasPackage(name: string): boolean {
  const known = found.get(name) ?? isIndexed(name);
  found.set(name, known);
  return known;
}

function isIndexed(name: string): boolean {
  const prefixes = (process.env.AMENT_PREFIX_PATH ?? "").split(delimiter);
  const index = join("share", "ament_index", "resource_index", "packages", name);
  return prefixes.some((prefix) => existsSync(join(prefix, index)));
}
