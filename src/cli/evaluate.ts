/** `npm run evaluate`: what a policy earns in a population simulated without robots. */
import { basename } from "node:path";
import { z } from "zod";
import { type Earned, evaluate, type EvaluateResult } from "../evaluation/evaluate";
import { checked } from "../game/file_check";
import type { Game } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import type { PopulationStart } from "../game/population";
import { InvalidInputError, readOrRefuse, reasonOf } from "../base/errors";
import { readText } from "../base/platform";
import { parseYaml } from "../base/yaml";
import { boundSentences } from "../policy/bounds";
import { type LoadedPolicy, loadPolicy, requireScenario } from "../policy/policy_file";
import { COMMANDS } from "./generated/commands";
import { type OptionValues, runCommand, UsageError } from "./options";

const startSchema = z.strictObject({
  global_state: z.union([z.string(), z.int()]),
  local_counts: z.array(z.int().nonnegative()),
});

const HELP = { document: "npm run evaluate -- --help", form: "" };

function loadStart(file: string, game: Game): PopulationStart {
  const remedy = "give a YAML or JSON file with global_state and local_counts";
  const data = readOrRefuse(`the start ${file}`, remedy, () => parseYaml(readText(file)));
  const start = checked(startSchema, data, file, HELP) as z.infer<typeof startSchema>;
  const { global_state: state, local_counts: localCounts } = start;
  const globalState = typeof state === "number" ? state : game.globalStates.indexOf(state);
  if (globalState < 0) {
    throw new InvalidInputError(
      `${file}: global_state "${state}" is none of ${game.globalStates.join(", ")}; give one of them or an index`,
    );
  }
  return { globalState, localCounts };
}

/** The policy's own scenario where no other is named. @throws InvalidInputError */
function gameOf(scenario: string | undefined, { metadata }: LoadedPolicy): Game {
  try {
    return loadScenario(scenario ?? metadata.scenario);
  } catch (error) {
    if (scenario !== undefined) throw error;
    throw new InvalidInputError(
      `the policy is for ${metadata.scenario} (${reasonOf(error)}); where that is a file of your own, give it as --scenario`,
    );
  }
}

export async function main(options: OptionValues<typeof COMMANDS.evaluate.options>): Promise<void> {
  const { policy: files, scenario, robots: population, start: startFile, json, ...how } = options;
  if (files.length > 2) {
    throw new UsageError(`--policy is given ${files.length} times; give one or two policies`);
  }
  const policies = files.map(loadPolicy);
  const [policy, other] = policies;
  const game = gameOf(scenario, policy);
  policies.forEach((one) => requireScenario(one, game));
  const start = startFile === undefined ? undefined : loadStart(startFile, game);
  const result = evaluate(game, policy, { ...how, population, start }, other);
  const { settings, ...figures } = result;
  const { bounds, teamEstimate, teamBound, teamError } = policy.metadata;
  const summary = {
    policy: files[0],
    otherPolicy: files[1],
    scenario: game.name,
    ...{ bounds, teamEstimate, teamBound, teamError },
    ...settings,
    ...figures,
  };
  // They are of the scenario's start and of the paper's timing.
  const isOfThis = startFile === undefined && result.settings.transitionTiming === "current";
  const sentences = isOfThis ? boundSentences(policy.metadata, game) : [];
  const told = sentences.map((sentence) => `${basename(files[0])}: ${sentence}\n`).join("");
  process.stdout.write(
    json ? `${JSON.stringify(summary)}\n` : readable(files, game, result) + told,
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
    `${game.name}: ${settings.population} robots, ${settings.sampleSize} asked an epoch${settings.sampling === "by_kind" ? " by kind" : ""} (${settings.observation}), ${settings.rollouts} rollouts of ${settings.horizon} epochs (± one standard error)`,
    `${"".padEnd(width)}${"return".padEnd(20)}reward per step`,
    row(labels[0], result),
    row("  random commands", references.random),
    row(`  blind: always ${game.globalActions[blind.globalAction]}`, blind),
    row("  all robots seen", references.full),
    ...(other ? [row(labels[1], other)] : []),
    ...(difference ? [row(labels.join(" minus "), difference)] : []),
    `${labels[0]}: the robots seen were most where most of all are in ${(100 * modeAccuracy).toFixed(1)} % of the epochs`,
    "",
  ].join("\n");
}

if (require.main === module) void runCommand(COMMANDS.evaluate, main);
