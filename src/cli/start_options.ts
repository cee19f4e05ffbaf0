/**
 * The options of `npm start`, from the swarm's description and the parameters' declarations, and the
 * processes that it starts by them.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { kindsProblem, samplingProblem, SAMPLINGS } from "../game/kinds";
import type { Game } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { sampleSizeProblem } from "../policy/sample_size";
import { epochSeconds } from "../ros/epoch_length";
import { readOrigins } from "../../sim/page_access";
import { motionProblem } from "../../sim/world/motion_problem";
import { COMMANDS } from "./generated/commands";
import { type OptionSpecs, requireWritable, UsageError } from "./options";
import { NODES } from "../ros/generated/parameters";
import {
  type ArgumentValues,
  type DescribedProcess,
  holds,
  parametersOf,
  SWARM,
} from "./swarm_description";
import type { ProcessSpec } from "./swarm_processes";

/** What a start and its swarm's processes are told. */
const settingsSchema = z.object({
  scenario: z.string(),
  robots: z.number(),
  fidelity: z.enum(["motion", "abstract"]),
  /** s of simulated time */
  epoch: z.number(),
  speed: z.number(),
  /** Undefined: the table's k. */
  sampleSize: z.number().optional(),
  observation: z.enum(["sample", "filter"]),
  sampling: z.enum(SAMPLINGS),
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
  /** File; empty: learned, or from the cache. */
  policy: z.string(),
  /** Of the table that is learned; 0: the default. */
  tableSize: z.number(),
  json: z.boolean(),
});

export type SwarmSettings = z.infer<typeof settingsSchema>;

/** "sample-size K" as a setting's name: sampleSize. */
export const settingOf = (option: string): string =>
  option.split(" ")[0].replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Options as given, by name. */
type Given = Readonly<Record<string, unknown>>;

/** The description's arguments that are options, with the values they have when not given. */
const described = Object.values(SWARM.arguments).flatMap(({ option, parameter, ...own }) => {
  if (option === undefined || parameter === undefined) return [];
  const [node, name] = parameter.split(".");
  const { default: declared, ...spec } = NODES[node][name];
  const fallback = own.default ?? declared;
  const isTold = fallback !== "" && spec.type !== "boolean";
  const help = `${own.description ?? spec.description}${isTold ? ` (default ${String(fallback)})` : ""}`;
  const value = option.split(" ")[1];
  return [{ name: settingOf(option), spec: { ...spec, value, description: help }, fallback }];
});

export const START_OPTIONS: OptionSpecs = {
  ...Object.fromEntries(described.map(({ name, spec }) => [name, spec])),
  ...COMMANDS.start.options,
};

/**
 * The settings, with defaults for what was not given, and their scenario.
 * @throws UsageError for options that do not go together
 */
export function readSettings(given: Given): { settings: SwarmSettings; game: Game } {
  const entries = described.map(({ name, fallback }) => [name, given[name] ?? fallback] as const);
  const settings = settingsSchema.parse({ ...Object.fromEntries(entries), json: given.json });
  const game = loadScenario(settings.scenario);
  const { robots, fidelity, speed, sampleSize, record } = settings;
  const epoch = epochSeconds(settings.epoch, game.arena.epoch, "--epoch");
  const isMotion = fidelity === "motion";
  const problem =
    problemOf(given, settings) ??
    kindsProblem(game, robots) ??
    samplingProblem(game, settings.sampling, sampleSize || undefined) ??
    (isMotion ? motionProblem(game, robots, epoch, speed) : undefined);
  if (problem !== undefined) throw new UsageError(problem);
  readOrigins(settings.origins);
  if (record) requireWritable("--record", record);
  // Here 0 stands for the table's k and for no end, and an empty name for no recording.
  const known = {
    epoch,
    sampleSize: sampleSize || undefined,
    seconds: settings.seconds || undefined,
    record: record || undefined,
    // Where it is not given, the parameter file decides.
    odometryRate: given.odometryRate === undefined ? undefined : settings.odometryRate,
  };
  return { settings: { ...settings, ...known }, game };
}

/** Why the options do not go together; undefined: they do. */
function problemOf(given: Given, settings: SwarmSettings): string | undefined {
  const { robots, sampleSize, fidelity, headless, record } = settings;
  if (fidelity === "abstract" && given.speed !== undefined) {
    return "--speed is for --fidelity motion; the abstract world runs as fast as the nodes answer";
  }
  const ofPage = ["port", "host", "origins"].find((name) => given[name] !== undefined);
  if (headless && ofPage) {
    return `--${ofPage} is the page's and --headless has none; give one of them`;
  }
  if (given.policy !== undefined && given.tableSize !== undefined) {
    return "--table-size is for learning and --policy names a table; give one of them";
  }
  if (!record && given.odometryRate !== undefined) {
    return "--odometry-rate is a recording's; give --record FILE too";
  }
  if (record && existsSync(record))
    return `--record names ${record}, which exists; name a new file`;
  return (
    sampleSizeProblem("--sample-size", sampleSize ?? 0, robots) ??
    sampleSizeProblem("--table-size", settings.tableSize, robots)
  );
}

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

/** One process, or one for each group of robots. */
function specsOf(described: DescribedProcess, values: ArgumentValues): ProcessSpec[] {
  const specOf = (name: string, own: object): ProcessSpec => {
    const parameters = parametersOf(described, { ...values, ...own });
    return { ...described, name, parameters };
  };
  if (!described.hosts_robots) return [specOf(described.node, {})];
  const [robots, most] = [Number(values.robots), Number(values.robots_per_process)];
  return Array.from({ length: Math.ceil(robots / most) }, (_, i) => {
    const first = i * most;
    const hosted = { first_robot: first, hosted_robots: Math.min(most, robots - first) };
    return specOf(`${described.node}s_${first}`, hosted);
  });
}

/**
 * @param settings with the policy file that the learner's node publishes
 * @param references rewards per epoch for the page: random, blind, full; none: not shown
 */
export function swarmSpecs(settings: SwarmSettings, references: readonly number[]): ProcessSpec[] {
  const values: ArgumentValues = {
    ...argumentsOf(settings),
    about: JSON.stringify(settings),
    // ROS has no literal for an empty list.
    references: references.length > 0 ? references : undefined,
  };
  return SWARM.processes
    .filter(({ when }) => holds(when, values))
    .flatMap((described) => specsOf(described, values));
}
