/** What is installed, by ament's resource index (REP-122). */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a ROS package is installed. */
export function hasPackage(name: string): boolean {
  const prefixes = (process.env.AMENT_PREFIX_PATH ?? "").split(delimiter);
  const index = join("share", "ament_index", "resource_index", "packages", name);
  return prefixes.some((prefix) => existsSync(join(prefix, index)));
}
