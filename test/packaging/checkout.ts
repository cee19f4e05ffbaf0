/** The checkout's files, for tests that look at what is shipped rather than at what it does. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  GLOBAL_AGENT_PARAMETERS,
  LEAD_AGENT_PARAMETERS,
  LEARNER_PARAMETERS,
  LOCAL_AGENT_PARAMETERS,
  RECORDER_PARAMETERS,
} from "../../src/nodes/parameters";
import { SIMULATOR_PARAMETERS } from "../../sim/parameters";
import type { ParameterSpecs } from "../../src/ros/parameters";

/** Tests run from dist/test/packaging. */
export const root = resolve(__dirname, "../../..");

export const read = (...parts: string[]): string => readFileSync(join(root, ...parts), "utf8");

/** What a Python program prints, parsed as JSON. */
export function python(args: readonly string[]): unknown {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  return JSON.parse(execFileSync("python3", args, { encoding: "utf8", env, cwd: root }));
}

/** Executables (and bare node names) and what they declare. */
export const NODES: Readonly<Record<string, ParameterSpecs>> = {
  global_agent: GLOBAL_AGENT_PARAMETERS,
  local_agent: LOCAL_AGENT_PARAMETERS,
  lead_agent: LEAD_AGENT_PARAMETERS,
  learner: LEARNER_PARAMETERS,
  recorder: RECORDER_PARAMETERS,
  simulator: SIMULATOR_PARAMETERS,
};
