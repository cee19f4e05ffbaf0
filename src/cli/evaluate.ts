/** `npm run evaluate`: what a policy earns in a population simulated without robots. */
import { basename } from "node:path";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Earned, evaluate, type EvaluateResult } from "../evaluation/evaluate";
import type { Game } from "../game/model";
import type { PopulationStart } from "../game/population";
import { InvalidInputError, reasonOf } from "../base/errors";
import { loadPolicy, requireScenario } from "../policy/policy_file";
import {
  type CommandSpec,
  JSON_OPTION,
  loadScenario,
  type Options,
  runCommand,
  SEED_OPTION,
  UsageError,
} from "./options";

const SPEC: CommandSpec = {
  usage: "npm run evaluate --",
  summary: "Evaluates a policy, or the difference of two, in a population simulated by counts.",
  options: {
    "policy F!+": "policy file; a second one is compared on the same random numbers",
    "scenario F": "scenario file, or the name of a shipped one (default: the policy's)",
    "robots N": "robots (default 1000, or as many as --start places)",
    "sample-size K": "robots asked at each epoch (default: the table's k)",
    "observation O": "sample or filter (default sample)",
    "start F": "YAML or JSON file with global_state (name or index) and local_counts",
    "horizon T": "epochs of a rollout (default: the scenario's, or 50)",
    "rollouts R": "rollouts (default 400)",
    "transition-timing W": "current or next: which global state moves the robots (default current)",
    ...SEED_OPTION,
    ...JSON_OPTION,
  },
};

const startSchema = z.strictObject({
  global_state: z.union([z.string(), z.int()]),
  local_counts: z.array(z.int().nonnegative()),
});

function loadStart(file: string, game: Game): PopulationStart {
  let data: unknown;
  try {
    data = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = reasonOf(error);
    throw new InvalidInputError(
      `the start ${file} cannot be read: ${reason}; give a YAML or JSON file with global_state and local_counts`,
    );
  }
  const parsed = startSchema.safeParse(data);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw new InvalidInputError(
      `${file}: ${path.join(".") || "the file"}: ${message}; give global_state and local_counts and nothing else`,
    );
  }
  const { global_state: state, local_counts: localCounts } = parsed.data;
  const globalState = typeof state === "number" ? state : game.globalStates.indexOf(state);
  if (globalState < 0) {
    throw new InvalidInputError(
      `${file}: global_state "${state}" is none of ${game.globalStates.join(", ")}; give one of them or an index`,
    );
  }
  return { globalState, localCounts };
}

function optionsOf(options: Options, game: Game) {
  const start = options.text("start");
  return {
    population: options.integer("robots", { min: 1, max: 1_000_000_000 }),
    sampleSize: options.integer("sample-size", { min: 0 }),
    observation: options.choice("observation", ["sample", "filter"], "sample"),
    start: start === undefined ? undefined : loadStart(start, game),
    horizon: options.integer("horizon", { min: 1, max: 1_000_000 }),
    rollouts: options.integer("rollouts", { min: 2, max: 10_000_000 }),
    transitionTiming: options.choice("transition-timing", ["current", "next"], "current"),
    seed: options.integer("seed", { min: 0 }, 0),
  };
}

async function main(options: Options): Promise<void> {
  const files = options.list("policy");
  if (files.length > 2) {
    throw new UsageError(`--policy is given ${files.length} times; give one or two policies`);
  }
  const policies = files.map(loadPolicy);
  const [policy, other] = policies;
  const game = loadScenario(options.text("scenario", policy.metadata.scenario));
  policies.forEach((one) => requireScenario(one, game));
  const result = evaluate(game, policy, optionsOf(options, game), other);
  const { settings, ...figures } = result;
  const summary = {
    policy: files[0],
    otherPolicy: files[1],
    scenario: game.name,
    ...settings,
    ...figures,
  };
  process.stdout.write(
    options.switch("json") ? `${JSON.stringify(summary)}\n` : readable(files, game, result),
  );
}

function readable(files: readonly string[], game: Game, result: EvaluateResult): string {
  const { settings, references, difference, other, modeAccuracy } = result;
  const labels = files.map((file) => basename(file));
  const width = Math.max(30, ...labels.map((label) => 2 * label.length + 7)) + 2;
  const row = (name: string, earned: Earned): string => {
    const figure = ({ mean, standardError }: Earned["return"]): string =>
      `${mean.toFixed(3)} ± ${standardError.toFixed(3)}`;
    return `${name.padEnd(width)}${figure(earned.return).padEnd(20)}${figure(earned.rewardPerStep)}`;
  };
  const { blind } = references;
  return [
    `${game.name}: ${settings.population} robots, ${settings.sampleSize} asked an epoch (${settings.observation}), ${settings.rollouts} rollouts of ${settings.horizon} epochs`,
    `${"".padEnd(width)}${"return".padEnd(20)}reward per step`,
    row(labels[0], result),
    row("  random commands", references.random),
    row(`  blind: always ${game.globalActions[blind.globalAction]}`, blind),
    row("  all robots seen", references.full),
    ...(other ? [row(labels[1], other)] : []),
    ...(difference ? [row(labels.join(" minus "), difference)] : []),
    `${labels[0]}: mode of the robots seen right in ${(100 * modeAccuracy).toFixed(1)} % of the epochs`,
    "",
  ].join("\n");
}

void runCommand(SPEC, main);
