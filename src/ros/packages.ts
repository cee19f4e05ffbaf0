/** What is installed, by ament's resource index (REP-122). */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { InvalidInputError } from "../base/errors";
import type { Topic } from "./topics";

/** Whether a package is installed, by its name: many nodes of a process ask. */
const found = new Map<string, boolean>();

/** @throws InvalidInputError where the package of a topic's type is not installed */
export function requirePackage({ name, type }: Topic): void {
  const [owner] = type.split("/");
  const known = found.get(owner) ?? isIndexed(owner);
  found.set(owner, known);
  if (known) return;
  throw new InvalidInputError(
    `${name} is of type ${type}, and package ${owner} is not installed; install it (sudo apt install ros-$ROS_DISTRO-${owner.replaceAll("_", "-")}), or leave out what needs that topic`,
  );
}

function isIndexed(name: string): boolean {
  const prefixes = (process.env.AMENT_PREFIX_PATH ?? "").split(delimiter);
  const index = join("share", "ament_index", "resource_index", "packages", name);
  return prefixes.some((prefix) => existsSync(join(prefix, index)));
}
