/** The options of `npm start`: the swarm's description says which, the parameters' declarations what. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { Game } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { sampleSizeProblem } from "../policy/sample_size";
import { epochSeconds } from "../ros/common_parameters";
import { motionProblem } from "../../sim/world/motion_problem";
import { JSON_OPTION, type OptionSpecs, UsageError } from "./options";
import { NODES } from "./parameters";
import { SWARM } from "./swarm_description";
import { settingOf, settingsSchema } from "./swarm_specs";

/** Options as given, by name. */
type Given = Readonly<Record<string, unknown>>;

const startSchema = settingsSchema.extend({
  /** File; empty: learned, or from the cache. */
  policy: z.string(),
  /** Of the table that is learned; 0: the default. */
  tableSize: z.number(),
  json: z.boolean(),
});

export type StartSettings = z.infer<typeof startSchema>;

/** Options that are arguments of the description, and their values where they are not given. */
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
  ...JSON_OPTION,
};

/**
 * The settings, with defaults for what was not given, and their scenario.
 * @throws UsageError for options that do not go together
 */
export function readSettings(given: Given): { settings: StartSettings; game: Game } {
  const entries = described.map(({ name, fallback }) => [name, given[name] ?? fallback] as const);
  const settings = startSchema.parse({ ...Object.fromEntries(entries), json: given.json });
  const game = loadScenario(settings.scenario);
  const problem = problemOf(given, settings) ?? recordingProblem(given, settings);
  if (problem !== undefined) throw new UsageError(problem);
  const { robots, fidelity, speed, sampleSize, record } = settings;
  const epoch = epochSeconds(settings.epoch, game.arena.epoch, "--epoch");
  const unfit = fidelity === "motion" ? motionProblem(game, robots, epoch, speed) : undefined;
  if (unfit !== undefined) throw new UsageError(unfit);
  // 0 is the table's k, "" no recording.
  const known = { epoch, sampleSize: sampleSize || undefined, record: record || undefined };
  return { settings: { ...settings, ...known }, game };
}

/** Why the options do not go together; undefined: they do. */
function problemOf(given: Given, settings: StartSettings): string | undefined {
  const { robots, sampleSize, fidelity, headless } = settings;
  if (fidelity === "abstract" && given.speed !== undefined) {
    return "--speed is for --fidelity motion; the abstract world runs as fast as the nodes answer";
  }
  const ofPage = ["port", "host"].find((name) => given[name] !== undefined);
  if (headless && ofPage) {
    return `--${ofPage} is the page's and --headless has none; give one of them`;
  }
  if (given.policy !== undefined && given.tableSize !== undefined) {
    return "--table-size is for learning and --policy names a table; give one of them";
  }
  return sampleSizeProblem("--sample-size", sampleSize ?? 0, robots);
}

function recordingProblem(given: Given, { record }: StartSettings): string | undefined {
  if (!record) {
    if (given.odometryRate === undefined) return undefined;
    return "--odometry-rate is a recording's; give --record FILE too";
  }
  if (existsSync(record)) return `--record names ${record}, which exists; name a new file`;
  if (existsSync(dirname(record))) return undefined;
  return `--record names ${record}, whose folder does not exist; make it first`;
}
