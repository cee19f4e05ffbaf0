/** The options of `npm start`: what of them goes together, and the processes that it starts by them. */
import { existsSync } from "node:fs";
import { samplingProblem } from "../game/kinds";
import type { Game } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { sampleSizeProblem } from "../policy/sample_size";
import { epochSeconds } from "../ros/epoch_length";
import { readOrigins } from "../../sim/page_access";
import { worldProblem } from "../../sim/world/world_problem";
import { COMMANDS } from "./generated/commands";
import { type OptionSpecs, type OptionValues, requireWritable, UsageError } from "./options";
import {
  type ArgumentValues,
  type DescribedProcess,
  holds,
  parametersOf,
  SWARM,
} from "./swarm_description";
import type { ProcessSpec } from "./swarm_processes";

const { options: OPTIONS } = COMMANDS.start;

/** What a start and its swarm's processes are told; 0 and "" mean what they mean to the parameters. */
export type SwarmSettings = OptionValues<typeof OPTIONS>;

/**
 * The scenario that options name, and the options with its epoch where they have none.
 * @throws UsageError for options that do not go together
 */
export function readSettings(given: SwarmSettings): { settings: SwarmSettings; game: Game } {
  const { robots, speed, sampling, sampleSize, record } = given;
  const world = given.fidelity ?? given.world;
  const game = loadScenario(given.scenario);
  const epoch = epochSeconds(given.epoch, game.arena.epoch, "--epoch");
  const problem =
    problemOf(given) ??
    worldProblem(game, world, robots, epoch, speed) ??
    samplingProblem(game, sampling, sampleSize || undefined);
  if (problem !== undefined) throw new UsageError(problem);
  readOrigins(given.origins);
  if (record) requireWritable("--record", record);
  return { settings: { ...given, world, fidelity: undefined, epoch }, game };
}

/** Why the options do not go together, beyond what their declarations say; undefined: they do. */
function problemOf(settings: SwarmSettings): string | undefined {
  const { robots, record } = settings;
  const isGiven = (name: keyof SwarmSettings): boolean =>
    settings[name] !== (OPTIONS as OptionSpecs)[name].default;
  if ((settings.fidelity ?? settings.world) === "abstract" && isGiven("speed")) {
    return "--speed is for other worlds; the abstract one runs as fast as the nodes answer";
  }
  if (!record && isGiven("odometryRate")) {
    return "--odometry-rate is a recording's; give --record FILE too";
  }
  if (record && existsSync(record))
    return `--record names ${record}, which exists; name a new file`;
  return (
    sampleSizeProblem("--sample-size", settings.sampleSize, robots) ??
    sampleSizeProblem("--table-size", settings.tableSize, robots)
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
  const given: ArgumentValues = settings;
  const ofArguments = Object.entries(SWARM.arguments).map(
    ([name, { option, default: fallback }]) => [name, option ? given[option] : fallback] as const,
  );
  const values: ArgumentValues = {
    ...Object.fromEntries(ofArguments),
    about: JSON.stringify(settings),
    // It tells nothing itself.
    reporter: settings.world === "mujoco" ? "mujoco" : "",
    // ROS has no literal for an empty list.
    references: references.length > 0 ? references : undefined,
  };
  return SWARM.processes
    .filter(({ when }) => when.every((condition) => holds(condition, values)))
    .flatMap((described) => specsOf(described, values));
}
