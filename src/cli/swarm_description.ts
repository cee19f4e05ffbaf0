/** The swarm's description, launch/swarm.json (config/swarm.schema.yaml): which processes run, and what each is given. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FromSchema } from "json-schema-to-ts";
import { z } from "zod";
import { packageRoot } from "../base/package_root";
import { SWARM as SCHEMA } from "./generated/swarm";

type Swarm = FromSchema<typeof SCHEMA>;
export type DescribedProcess = Swarm["processes"][number];
export type ParameterMap = Readonly<Record<string, string | number | boolean | readonly number[]>>;
/** By the argument's name. */
export type ArgumentValues = Readonly<Record<string, ParameterMap[string] | undefined>>;

const FILE = join(packageRoot(), "launch", "swarm.json");

/** @throws ZodError where the file is not as it was shipped */
export const SWARM = z
  .fromJSONSchema(SCHEMA as never)
  .parse(JSON.parse(readFileSync(FILE, "utf8"))) as Swarm;

export function holds(when: DescribedProcess["when"][number], values: ArgumentValues): boolean {
  const value = values[when.argument];
  return when.is === undefined ? value !== undefined && value !== "" : value === when.is;
}

/** The parameters of a process with its arguments' values put in. */
export function parametersOf(
  { parameters: own, variants }: DescribedProcess,
  values: ArgumentValues,
): ParameterMap {
  const chosen = variants.filter(({ when }) => holds(when, values));
  const all = chosen.reduce((sum, variant) => ({ ...sum, ...variant.parameters }), own);
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, given]) => {
      const isArgument = typeof given === "string" && given.startsWith("$");
      const value = isArgument ? values[given.slice(1)] : given;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
