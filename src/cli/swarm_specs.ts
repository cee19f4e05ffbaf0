/** The processes that `npm start` starts, by the swarm's description. */
import { z } from "zod";
import {
  type ArgumentValues,
  type DescribedProcess,
  holds,
  parametersOf,
  SWARM,
} from "./swarm_description";
import type { ProcessSpec } from "./swarm_processes";

/** Of the options, what this program uses itself. */
export const settingsSchema = z.object({
  scenario: z.string(),
  robots: z.number(),
  fidelity: z.enum(["motion", "abstract"]),
  /** s of simulated time */
  epoch: z.number(),
  speed: z.number(),
  /** Undefined: the table's k. */
  sampleSize: z.number().optional(),
  observation: z.enum(["sample", "filter"]),
  /** Simulated seconds to run; undefined: until told to end. */
  seconds: z.number().optional(),
  port: z.number(),
  host: z.string(),
  origins: z.string(),
  headless: z.boolean(),
  /** MCAP file; undefined: none. */
  record: z.string().optional(),
  /** Hz */
  odometryRate: z.number().optional(),
  seed: z.number(),
});

export type SwarmSettings = z.infer<typeof settingsSchema>;

/** "sample-size K" as a setting's name: sampleSize. */
export const settingOf = (option: string): string =>
  option.split(" ")[0].replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The settings as arguments of the description. */
function argumentsOf(settings: SwarmSettings): ArgumentValues {
  const given: Readonly<Record<string, ArgumentValues[string]>> = settings;
  return Object.fromEntries(
    Object.entries(SWARM.arguments).map(([name, { option, default: fallback }]) => [
      name,
      option === undefined ? fallback : given[settingOf(option)],
    ]),
  );
}

function specOf(described: DescribedProcess, name: string, values: ArgumentValues): ProcessSpec {
  return { ...described, name, parameters: parametersOf(described, values) };
}

/** One process, or one for each group of robots. */
function specsOf(described: DescribedProcess, values: ArgumentValues): ProcessSpec[] {
  if (!described.hosts_robots) return [specOf(described, described.node, values)];
  const [robots, most] = [Number(values.robots), Number(values.robots_per_process)];
  return Array.from({ length: Math.ceil(robots / most) }, (_, i) => {
    const first = i * most;
    const hosted = { first_robot: first, hosted_robots: Math.min(most, robots - first) };
    return specOf(described, `${described.node}s_${first}`, { ...values, ...hosted });
  });
}

/**
 * @param policyFile published by the learner's node
 * @param references rewards per epoch for the page: random, blind, full; none: not shown
 */
export function swarmSpecs(
  settings: SwarmSettings,
  policyFile: string,
  references: readonly number[],
): ProcessSpec[] {
  const values: ArgumentValues = {
    ...argumentsOf(settings),
    policy_file: policyFile,
    about: JSON.stringify({ ...settingsSchema.parse(settings), policyFile }),
    // ROS has no literal for an empty list.
    references: references.length > 0 ? references : undefined,
  };
  return SWARM.processes
    .filter(({ when }) => holds(when, values))
    .flatMap((described) => specsOf(described, values));
}
