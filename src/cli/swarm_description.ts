/** The swarm's description, launch/swarm.json: which processes run, and what each is given. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../base/package_root";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** By name: a value, or "$name" for an argument's (left out when it has none). */
const parameters = z.record(z.string(), scalar);
const why = z.string().optional();

/** Holds when the argument has the value; without `is`, when it was given. */
const condition = z.strictObject({ argument: z.string(), is: scalar.optional() });

const argument = z.strictObject({
  /** As an option of npm start, in camel case; none: it is an argument of the launch file alone. */
  option: z.string().optional(),
  /** What stands for the option's value in the help. */
  value: z.string().optional(),
  /** node.name of the parameter that declares it; its own type where it has none. */
  parameter: z.string().optional(),
  type: z.enum(["integer", "boolean", "string"]).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  choices: z.array(z.string()).optional(),
  /** Default: the parameter's. */
  default: scalar.optional(),
  /** All nodes share it: the launch file gives it to each, as given or as the parameter file says. */
  always: z.literal(true).optional(),
  /** Default: the parameter's. */
  description: z.string().optional(),
});

const swarmProcess = z.strictObject({
  /** Also the name of the executable, and of its section in config/swarm.yaml. */
  node: z.string(),
  /** Compiled file below dist/, or a Python module's (.py) below python/. */
  file: z.string(),
  namespace: z.string().optional(),
  /** Further flags of Node.js, and why. */
  node_flags: z.record(z.string(), z.string()).optional(),
  /** It is started again when it ends. */
  respawn: z.boolean().optional(),
  /** The swarm goes on without it. Without either, npm start ends the swarm. */
  optional: z.boolean().optional(),
  /** When it ends, the launch file ends all. */
  ends_launch: z.literal(true).optional(),
  /** One process for each `robots_per_process` robots; gives $first_robot and $hosted_robots. */
  hosts_robots: z.literal(true).optional(),
  /** All of them. */
  when: z.array(condition).default([]),
  parameters,
  variants: z.array(z.strictObject({ why, when: condition, parameters })).default([]),
});

const schema = z.strictObject({
  about: z.string(),
  /** Environment variables of every process that the user has not set. */
  environment: z.record(z.string(), z.strictObject({ value: z.string(), why: z.string() })),
  /** Flags of Node.js, and why. */
  node_flags: z.record(z.string(), z.string()),
  /** s */
  respawn_delay: z.number(),
  arguments: z.record(z.string(), argument),
  processes: z.array(swarmProcess),
});

export type DescribedProcess = z.infer<typeof swarmProcess>;
export type ParameterMap = Readonly<Record<string, string | number | boolean | readonly number[]>>;
/** By the argument's name. */
export type ArgumentValues = Readonly<Record<string, ParameterMap[string] | undefined>>;

const FILE = join(packageRoot(), "launch", "swarm.json");

/** @throws ZodError where the file is not as it was shipped */
export const SWARM = schema.parse(JSON.parse(readFileSync(FILE, "utf8")));

export function holds(when: z.infer<typeof condition>, values: ArgumentValues): boolean {
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
