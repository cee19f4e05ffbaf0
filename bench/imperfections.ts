/**
 * Imperfect worlds: what the default swarm earns over ROS where wheels slip, odometry errs, and
 * bodies answer late, beside what `evaluate` says of the same starts.
 */
import { join } from "node:path";
import { COMMANDS } from "../src/cli/generated/commands";
import { parseOptions } from "../src/cli/options";
import { runSwarm } from "../src/cli/run_swarm";
import { readSettings, swarmSpecs } from "../src/cli/start_options";
import type { ParameterMap } from "../src/cli/swarm_description";
import type { RunSummary } from "../src/cli/swarm_processes";
import { evaluate } from "../src/evaluation/evaluate";
import { drawEpisodeStart } from "../src/game/episode";
import { packageRoot } from "../src/base/package_root";
import { loadScenario } from "../src/game/scenario_file";
import { obtainPolicy } from "../src/nodes/learned_policy";
import type { LoadedPolicy } from "../src/policy/policy_file";
import { claimDomain } from "../src/ros/domain";
import { robotNames } from "../sim/run";
import { say } from "./measure";

const game = loadScenario("dock_dispatch");
const SHIFTS = 2;
const ROLLOUTS = 1000;
const [ROBOTS, SAMPLE_SIZE, SEED] = [30, 10, 5];
const { settings: SETTINGS } = readSettings({
  ...parseOptions(COMMANDS.start, []),
  scenario: game.name,
  robots: ROBOTS,
  speed: 12,
  sampleSize: SAMPLE_SIZE,
  seconds: SHIFTS * game.horizon! * game.arena.epoch,
  headless: true,
  seed: SEED,
});
/** Parameters of the simulator that differ from a perfect world's, one world each. */
const WORLDS: readonly ParameterMap[] = [
  {},
  { wheel_slip: 0.1 },
  { wheel_slip: 0.4 },
  { odometry_noise: 0.03 },
  { odometry_noise: 0.1 },
  { odometry_noise_yaw: 0.1 },
  { odometry_noise_yaw: 0.5 },
  { odometry_drift: 0.03 },
  { odometry_drift: 0.1 },
  { command_latency: 0.3 },
  { command_latency: 1 },
  { inertia: 0.3 },
  { inertia: 1 },
];

/** What `evaluate` says of the shifts that SEED starts, and how far chance puts their mean from it. */
function predicted(policy: LoadedPolicy): { mean: number; standardError: number } {
  const shifts = Array.from({ length: SHIFTS }, (_, episode) => {
    const { globalState, localStates } = drawEpisodeStart(game, robotNames(ROBOTS), SEED, episode);
    const localCounts = game.localStates.map(
      (_, zone) => localStates.filter((state) => state === zone).length,
    );
    const options = { sampleSize: SAMPLE_SIZE, rollouts: ROLLOUTS, seed: SEED };
    return evaluate(game, policy, { ...options, start: { globalState, localCounts } });
  }).map(({ rewardPerStep }) => rewardPerStep);
  const mean = shifts.reduce((sum, shift) => sum + shift.mean, 0) / SHIFTS;
  const variance = shifts.reduce((sum, shift) => sum + ROLLOUTS * shift.standardError ** 2, 0);
  return { mean, standardError: Math.sqrt(variance) / SHIFTS };
}

async function run(file: string, worse: ParameterMap): Promise<RunSummary> {
  const specs = swarmSpecs({ ...SETTINGS, policy: file }, []).map((spec) => ({
    ...spec,
    parameters: { ...spec.parameters, ...(spec.node === "simulator" && worse) },
  }));
  const domain = await claimDomain();
  const { signal } = new AbortController();
  const tell = (): void => undefined;
  const { summary, failure } = await runSwarm(specs, domain.id, ROBOTS, signal, say, tell);
  domain.release();
  if (summary === undefined) throw new Error(failure ?? "the swarm ended without a summary");
  return summary;
}

export async function benchImperfections(): Promise<void> {
  const cache = join(packageRoot(), ".cache", "policies");
  const options = { tableSize: SAMPLE_SIZE, population: ROBOTS, seed: 0, cache };
  const { file, policy } = await obtainPolicy(game, options);
  const { mean: expected, standardError } = predicted(policy);
  say(
    `Imperfect worlds: reward per epoch over ROS in ${SHIFTS} shifts at speed ${SETTINGS.speed}; evaluate says ${expected.toFixed(2)} of them, chance allows ± ${standardError.toFixed(2)}`,
  );
  for (const worse of WORLDS) {
    const found = await run(file, worse);
    const { mean, standardError: error } = found.rewardPerEpoch;
    const label = Object.entries(worse).map(([name, level]) => `${name} ${String(level)}`);
    say(
      `| ${label[0] ?? "none"} | ${mean?.toFixed(2)} ± ${error?.toFixed(2)} | ${((mean ?? NaN) - expected).toFixed(2)} | ${found.unreachedZones} | ${found.missedEpochs} missed, ${found.staleActions} stale of ${found.epochs} |`,
    );
  }
}
