/** ROS 2 brought up in this process, and why it cannot be, in words. */
import { homedir } from "node:os";
import { join } from "node:path";
import { attempt, InvalidInputError, reasonOf } from "../base/errors";
import { cacheFolder, writableFolder } from "../base/folders";
import { wantedDomain } from "./domain";
import { NOBODY, takeNamespace } from "./fleet";
import { type RclContext, rcl } from "./rcl";
import { RANGE, udpOnly } from "./transport";

/** By what rcl says that it could not parse: the remedy. */
const REMEDIES: Readonly<Record<string, string>> = {
  "remap rule":
    "a name is made of letters, digits and _, and does not begin with a digit, as in -r __ns:=/robot_3",
  "params file":
    "give a file that can be read, in the YAML that ROS reads: no anchors, no merge keys",
  "parameter override": "give -p name:=value, and a value that is YAML",
  "log level": "give debug, info, warn, error or fatal, as in --log-level info",
};

/** What is wrong with the arguments, if that is why rcl did not start; else undefined. */
export function argumentProblem(said: string): string | undefined {
  const [, what, argument, reason] =
    /Couldn't parse ([a-z ]+?)(?: rule)?: '(.*?)'\.? *(?:Error: )?(.*)/s.exec(said) ?? [];
  if (what === undefined) return undefined;
  const place = reason.replace(/, at \/\S+:\d+/g, "").trim();
  const known = Object.entries(REMEDIES).find(
    ([name]) => name.startsWith(what) || what.startsWith(name),
  );
  return `ROS refuses ${argument.replace(NOBODY, "")}: ${place}; ${known?.[1] ?? "see --ros-args in the ROS 2 documentation"}`;
}

/** ROS ends a process that cannot write its log: it is sent elsewhere, if need be. */
function provideLogFolder(): void {
  const { ROS_LOG_DIR, ROS_HOME } = process.env;
  // This user may have no home.
  const ofHome = attempt(() => join(ROS_HOME || join(homedir(), ".ros"), "log")) ?? "";
  const wanted = ROS_LOG_DIR || ofHome;
  if (wanted !== "" && writableFolder(wanted) !== undefined) return;
  process.env.ROS_LOG_DIR = join(cacheFolder(), "ros_log");
  console.error(
    `the log folder "${wanted}" cannot be written to: logs go to ${process.env.ROS_LOG_DIR}`,
  );
}

/**
 * @param context default: that of the process
 * @throws InvalidInputError for arguments or variables that ROS refuses
 * @throws Error when there is no ROS 2 that starts
 */
export async function initialiseRos(context?: RclContext): Promise<void> {
  wantedDomain(process.env);
  provideLogFolder();
  const range = process.env[RANGE];
  Object.assign(process.env, udpOnly(process.env));
  try {
    await rcl().init(context, takeNamespace(process.argv));
  } catch (error) {
    const problem = argumentProblem(reasonOf(error));
    if (problem !== undefined) throw new InvalidInputError(problem, { cause: error });
    throw new Error(
      `ROS 2 did not start (${reasonOf(error)}); source a ROS 2, or run it by npm run ros`,
      { cause: error },
    );
  } finally {
    // ROS has read it. What speaks of it says what the user set.
    if (range !== undefined) process.env[RANGE] = range;
  }
}
