/** `npm start`: a swarm under a learned policy over ROS 2, with its simulator and page. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../base/package_root";
import { evaluate } from "../evaluation/evaluate";
import { type Game } from "../game/model";
import { obtainPolicy } from "../nodes/learned_policy";
import { policyFromFile } from "../nodes/policy_source";
import type { LoadedPolicy } from "../policy/policy_file";
import { claimDomain, domainsInUse, reachProblem, wantedDomain } from "../ros/domain";
import { loadPhysics } from "../../sim/world/physics";
import { distanceFromWorld } from "./calibration";
import { COMMANDS } from "./generated/commands";
import { abortOnInterrupt, runCommand, UsageError } from "./options";
import { runSwarm } from "./run_swarm";
import { readSettings, type SwarmSettings, swarmSpecs } from "./start_options";
import { type RunSummary, type SimulatorReport } from "./swarm_processes";

/** Rows further than this from the world's, in total variation, are worth a warning. */
const NOTABLE_DISTANCE = 0.05;

type Say = (line: string) => void;

/** The policy that --policy names, or one from the cache, or one learned now. */
async function policyOf(
  settings: SwarmSettings,
  game: Game,
  signal: AbortSignal,
  say: Say,
): Promise<{ readonly file: string; readonly policy: LoadedPolicy }> {
  const { policy: given, tableSize, robots: population, seed } = settings;
  if (given !== "") return { file: given, policy: policyFromFile(given, game) };
  let said = "";
  const { file, policy, wasCached } = await obtainPolicy(game, {
    tableSize,
    population,
    seed,
    cache: join(packageRoot(), ".cache", "policies"),
    signal,
    warn: say,
    onProgress: ({ doing, iteration, tableSize: size }) => {
      const how = size === undefined ? "at points, as there are too many zones for a table, " : "";
      if (!said) say(`learning a policy for ${game.name}, ${how}${population} robots`);
      const now = `  ${size === undefined ? "" : `k = ${size}: `}${doing}, iteration ${iteration}`;
      if (now !== said) say(now);
      said = now;
    },
  });
  say(wasCached ? `policy from the cache: ${file}` : `policy learned: ${file}`);
  return { file, policy };
}

/** The page's reference lines as `evaluate` finds them: random, blind, full. */
function referencesOf(game: Game, policy: LoadedPolicy, settings: SwarmSettings): number[] {
  const { robots: population, sampleSize, observation, sampling, seed } = settings;
  const asked = { sampleSize: sampleSize || undefined, observation, sampling };
  const options = { population, ...asked, rollouts: 200, seed };
  const { random, blind, full } = evaluate(game, policy, options).references;
  return [random, blind, full].map((earned) => earned.rewardPerStep.mean);
}

async function sayDistance(game: Game, robots: number, say: Say): Promise<void> {
  await loadPhysics();
  const { local, global } = distanceFromWorld(game, robots);
  // Three sampling errors are subtracted: so few epochs leave noise in every row.
  const notable = [...local.rows, ...global.rows].some(
    ({ distance, samplingError }) => distance - 3 * samplingError > NOTABLE_DISTANCE,
  );
  if (!notable) return;
  say(
    `the arrays of ${game.name} are not the motion world's: rows of P_l differ by up to ${local.largestDistance.toFixed(2)} (mean ${local.meanDistance.toFixed(2)}), of P_g by up to ${global.largestDistance.toFixed(2)} in total variation; npm run calibrate measures them, --world abstract runs them as they are`,
  );
}

/**
 * The swarm's domain.
 * @throws InvalidInputError where its processes could not find each other there, or none is free
 */
async function enterDomain(say: Say): Promise<number> {
  const wanted = wantedDomain(process.env);
  const problem = reachProblem(process.env);
  if (problem !== undefined) throw new UsageError(problem);
  const isInUse = wanted !== undefined && domainsInUse().has(wanted);
  const { id } = await claimDomain(wanted);
  if (isInUse) {
    say(
      `ports of ROS domain ${id} are in use on this machine; if another swarm's global agent is there, robots stand: end it, or unset ROS_DOMAIN_ID`,
    );
  }
  return id;
}

/** Whether MuJoCo is set up, or is the user's matter: in an installed package. It says why not. */
async function setUpMujoco(signal: AbortSignal): Promise<boolean> {
  const program = join(packageRoot(), "scripts", "setup.mjs");
  if (!existsSync(program)) return true;
  const stdio = ["ignore", process.stderr, process.stderr] as const;
  const child = spawn(process.execPath, [program, "--mujoco"], { stdio: [...stdio] });
  signal.addEventListener("abort", () => child.kill("SIGINT"));
  const [status] = await once(child, "exit");
  signal.throwIfAborted();
  return status === 0;
}

async function main(given: SwarmSettings): Promise<number> {
  const say: Say = (line) => void (given.json ? process.stderr : process.stdout).write(`${line}\n`);
  const signal = abortOnInterrupt();
  const { settings, game } = readSettings(given);
  if (settings.world === "mujoco" && !(await setUpMujoco(signal))) return 1;
  const domain = await enterDomain(say);
  const { file, policy } = await policyOf(settings, game, signal, say);
  const references = referencesOf(game, policy, settings);
  const specs = swarmSpecs({ ...settings, policy: file }, references);
  say(`starting ${settings.robots} robots, the lead vehicle and the agents (ROS domain ${domain})`);
  const { robots, json, seconds } = settings;
  const unwatched = json || seconds > 0 ? robots : undefined;
  const running = runSwarm(specs, domain, unwatched, signal, say, (told) => sayReport(told, say));
  // It takes a second or more, in which the processes come up.
  if (settings.world === "motion") await sayDistance(game, robots, say);
  const { summary, failure } = await running;
  if (failure) say(failure);
  if (json) {
    const [random, blind, full] = references;
    // They hold for the population at the start only.
    const known = summary?.robots === robots && { references: { random, blind, full } };
    const { tableSize, globalGap, localGap } = policy.metadata;
    const used = { file, tableSize, globalGap, localGap };
    process.stdout.write(`${JSON.stringify({ domain, ...summary, ...known, policy: used })}\n`);
  } else if (summary || !failure) sayEnd(summary, say);
  return failure ? 1 : 0;
}

/** Prints the page's address, and every tenth epoch. */
function sayReport(told: SimulatorReport, say: Say): void {
  if (told.type === "page") say(`\nThe page: ${told.url}\n`);
  if (told.type !== "epoch" || told.reward === null || told.epochsCounted % 10 !== 0) return;
  say(
    `epoch ${told.epoch}: reward ${told.reward.toFixed(2)}, mean ${told.meanReward?.toFixed(2)} over ${told.epochsCounted} epochs, ${told.missedEpochs} missed`,
  );
}

function sayEnd(summary: RunSummary | undefined, say: Say): void {
  const { mean = null, standardError: error = null } = summary?.rewardPerEpoch ?? {};
  if (!summary || mean === null) return say("ended before the first epoch was over");
  say(
    `ended after ${summary.epochs} epochs (${summary.missedEpochs} missed): reward per epoch ${mean.toFixed(2)}${error === null ? "" : ` ± ${error.toFixed(2)}`}, ${summary.samplesReceived} of ${summary.samplesAsked} samples received`,
  );
}

void runCommand(COMMANDS.start, main);
