/** `npm start`: a swarm under a learned policy over ROS 2, with its simulator and page. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { evaluate } from "../evaluation/evaluate";
import { type Game } from "../game/model";
import { obtainPolicy } from "../nodes/learned_policy";
import { type LoadedPolicy, loadPolicy, requireScenario } from "../policy/policy_file";
import { claimDomain, LAST_DOMAIN } from "../ros/domain";
import { motionProblem } from "../../sim/world/motion_problem";
import { loadPhysics } from "../../sim/world/physics";
import { distanceFromWorld } from "./calibration";
import {
  abortOnInterrupt,
  type CommandSpec,
  JSON_OPTION,
  loadScenario,
  type Options,
  packageRoot,
  runCommand,
  SEED_OPTION,
  UsageError,
} from "./options";
import { type SwarmSettings, swarmSpecs } from "./swarm_specs";
import { runSwarm } from "./run_swarm";
import type { RunSummary, SimulatorReport } from "./simulator_report";

const SPEC: CommandSpec = {
  usage: "npm start --",
  summary: "Starts a swarm under a learned policy over ROS 2, in a simulator with a page.",
  options: {
    "scenario F": "file or shipped name (default dock_dispatch)",
    "policy F": "policy file (default: learned now, or from the cache)",
    "robots N": "robots of the swarm, n (default 30)",
    "sample-size K": "robots asked each epoch (default: the table's k)",
    "table-size K": "k of the table that is learned (default 10, or all robots)",
    "observation O": "sample (default) or filter: act on the memory of all samples",
    "fidelity F": "motion (default): driven bodies; abstract: exact draws in lockstep",
    "epoch S": "length of a decision, simulated seconds (default: the scenario's)",
    "seconds S": "end after so many simulated seconds from the first command",
    "speed X": "simulated seconds a second, motion only (default 1)",
    "port P": "port of the page; the next is taken if it is in use (default 8080)",
    "host A": "address that the page is served on (default 127.0.0.1: this machine alone)",
    headless: "no page",
    "record F": "record to a new MCAP file (rosbag2, Foxglove)",
    "odometry-rate HZ": "odometry recorded of each robot (default 1)",
    ...SEED_OPTION,
    ...JSON_OPTION,
  },
};

/** Rows of the scenario's arrays this far (total variation) from the world's are worth a word. */
const NOTABLE_DISTANCE = 0.05;

/** k of a table that is learned before a start: more take long. */
const MOST_TABLE_SIZE = 200;
/** Exit status of a command that Ctrl-C ended before it had a result. */
const INTERRUPTED = 130;

type Say = (line: string) => void;

/** ROS_DOMAIN_ID, where the user has set it. */
function wantedDomain(): number | undefined {
  const text = process.env.ROS_DOMAIN_ID;
  if (!text) return undefined;
  const id = Number(text);
  if (Number.isInteger(id) && id >= 0 && id <= LAST_DOMAIN) return id;
  throw new UsageError(
    `ROS_DOMAIN_ID is "${text}"; set a whole number from 0 to ${LAST_DOMAIN}, or unset it`,
  );
}

function settingsOf(options: Options, game: Game): SwarmSettings {
  const robots = options.integer("robots", { min: 1, max: 10_000 }, 30);
  const fidelity = options.choice("fidelity", ["motion", "abstract"] as const, "motion");
  const epoch = options.number("epoch", { min: 0.01, max: 3600 }, game.arena.epoch);
  const speed = options.number("speed", { min: 0.01, max: 1000 }, 1);
  const sampleSize = options.integer("sample-size", { min: 1 });
  if (sampleSize !== undefined && sampleSize > robots) {
    throw new UsageError(
      `--sample-size is ${sampleSize} and there are ${robots} robots; ask at most as many as there are`,
    );
  }
  if (fidelity === "abstract" && options.has("speed")) {
    throw new UsageError(
      "--speed is for --fidelity motion; the abstract world runs as fast as the nodes answer",
    );
  }
  const ofPage = ["port", "host"].find((name) => options.has(name));
  if (options.switch("headless") && ofPage) {
    throw new UsageError(`--${ofPage} is the page's and --headless has none; give one of them`);
  }
  if (options.has("policy") && options.has("table-size")) {
    throw new UsageError(
      "--table-size is for learning and --policy names a table; give one of them",
    );
  }
  const record = options.text("record");
  if (record !== undefined && existsSync(record)) {
    throw new UsageError(`--record names ${record}, which exists; name a new file`);
  }
  if (record !== undefined && !existsSync(dirname(record))) {
    throw new UsageError(`--record names ${record}, whose folder does not exist; make it first`);
  }
  if (record === undefined && options.has("odometry-rate")) {
    throw new UsageError("--odometry-rate is a recording's; give --record FILE too");
  }
  if (fidelity === "motion") {
    const problem = motionProblem(game, robots, epoch, speed);
    if (problem) throw new UsageError(problem);
  }
  return {
    scenario: options.text("scenario", "dock_dispatch"),
    robots,
    fidelity,
    epoch,
    speed,
    sampleSize,
    observation: options.choice("observation", ["sample", "filter"] as const, "sample"),
    seconds: options.number("seconds", { min: 0.01, max: 1e9 }),
    port: options.integer("port", { min: 0, max: 65_535 }, 8080),
    host: options.text("host", "127.0.0.1"),
    headless: options.switch("headless"),
    record,
    odometryRate: options.number("odometry-rate", { min: 0, max: 1000 }),
    seed: options.integer("seed", { min: 0, max: 2 ** 31 - 1 }, 0),
  };
}

interface PolicyFile {
  readonly file: string;
  readonly policy: LoadedPolicy;
}

async function policyOf(
  options: Options,
  settings: SwarmSettings,
  game: Game,
  signal: AbortSignal,
  say: Say,
): Promise<PolicyFile> {
  const given = options.text("policy");
  if (given !== undefined) {
    const policy = loadPolicy(given);
    requireScenario(policy, game);
    return { file: given, policy };
  }
  const { robots } = settings;
  const most = Math.min(MOST_TABLE_SIZE, robots);
  const tableSize = options.integer("table-size", { min: 1, max: most }, Math.min(10, robots));
  let said = "";
  const { file, policy, wasCached } = await obtainPolicy(game, {
    tableSize,
    population: settings.robots,
    seed: settings.seed,
    cache: join(packageRoot(), ".cache", "policies"),
    signal,
    warn: say,
    onProgress: ({ doing, iteration, tableSize: size }) => {
      if (!said)
        say(`learning a policy for ${game.name}: k = ${tableSize}, n = ${settings.robots}`);
      const now = `  k = ${size}: ${doing}, iteration ${iteration}`;
      if (now !== said) say(now);
      said = now;
    },
  });
  say(wasCached ? `policy from the cache: ${file}` : `policy learned: ${file}`);
  return { file, policy };
}

/** What `evaluate` finds for this population, the page's reference lines: random, blind, full. */
function referencesOf(game: Game, policy: LoadedPolicy, settings: SwarmSettings): number[] {
  const { robots: population, sampleSize, observation } = settings;
  const options = { population, sampleSize, observation, rollouts: 200, seed: settings.seed };
  const { random, blind, full } = evaluate(game, policy, options).references;
  return [random, blind, full].map((earned) => earned.rewardPerStep.mean);
}

async function sayDistance(game: Game, robots: number, say: Say): Promise<void> {
  await loadPhysics();
  const { local, global } = distanceFromWorld(game, robots);
  // Three sampling errors are taken off: a thousand epochs leave some noise in every row.
  const notable = [local, global].some(({ distances, errors }) =>
    distances.some((distance, row) => distance - 3 * errors[row] > NOTABLE_DISTANCE),
  );
  if (!notable) return;
  say(
    `the arrays of ${game.name} are not the motion world's: rows of P_l differ by up to ${local.largest.toFixed(2)} (mean ${local.mean.toFixed(2)}), of P_g by up to ${global.largest.toFixed(2)} in total variation; npm run calibrate measures them, --fidelity abstract runs them as they are`,
  );
}

async function main(options: Options): Promise<number> {
  const json = options.switch("json");
  const say: Say = (line) => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const signal = abortOnInterrupt();
  const game = loadScenario(options.text("scenario", "dock_dispatch"));
  const settings = settingsOf(options, game);
  const domain = await claimDomain(wantedDomain());
  const learned = await policyOf(options, settings, game, signal, say).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (learned === undefined) {
    say("interrupted; nothing was started");
    return INTERRUPTED;
  }
  const { file, policy } = learned;
  const references = referencesOf(game, policy, settings);
  if (settings.fidelity === "motion") await sayDistance(game, settings.robots, say);
  const specs = swarmSpecs(settings, file, policy.pair.tableSize, references);
  say(
    `starting ${settings.robots} robots, the lead vehicle and the agents (ROS domain ${domain.id})`,
  );
  const tell = (report: SimulatorReport): void => sayReport(report, say);
  const outcome = await runSwarm(specs, domain.id, signal, say, tell);
  domain.release();
  if (outcome.failure) say(outcome.failure);
  const { tableSize, globalGap, localGap } = policy.metadata;
  const [random, blind, full] = references;
  const summary = {
    ...outcome.summary,
    domain: domain.id,
    // They are of the population of the start.
    ...(outcome.summary?.robots === settings.robots && { references: { random, blind, full } }),
    policy: { file, tableSize, globalGap, localGap },
  };
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else if (outcome.summary || !outcome.failure) sayEnd(outcome.summary, say);
  return outcome.failure ? 1 : 0;
}

/** The page's address, and every tenth epoch in words. */
function sayReport(told: SimulatorReport, say: Say): void {
  if (told.type === "page") say(`\nThe page: ${told.url}\n`);
  if (told.type !== "epoch") return;
  const { report } = told;
  if (report.reward === null || report.epochsCounted % 10 !== 0) return;
  say(
    `epoch ${report.epoch}: reward ${report.reward.toFixed(2)}, mean ${report.meanReward?.toFixed(2)} over ${report.epochsCounted} epochs, ${report.missedEpochs} missed`,
  );
}

function sayEnd(summary: RunSummary | undefined, say: Say): void {
  const mean = summary?.rewardPerEpoch.mean;
  if (!summary || mean === null || mean === undefined) {
    say("ended before the first epoch was over");
    return;
  }
  const error = summary.rewardPerEpoch.standardError;
  say(
    `ended after ${summary.epochs} epochs (${summary.missedEpochs} missed): reward per epoch ${mean.toFixed(2)}${error === null ? "" : ` ± ${error.toFixed(2)}`}, ${summary.samplesReceived} of ${summary.samplesAsked} samples received`,
  );
}

void runCommand(SPEC, main);
