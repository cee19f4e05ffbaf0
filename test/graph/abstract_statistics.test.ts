import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { robotNames } from "../../sim/run";
import type { RunSummary } from "../../src/cli/simulator_report";
import { sizesOf } from "../../src/game/model";
import { nest } from "../../src/game/scenario";
import { loadScenario } from "../../src/game/scenario_file";
import { inclusionQuantile, overlapFit } from "../support/sampling_fit";
import { decisions, expectWellFormed, lookingAt, overBudget } from "./heard_run";
import { Peer } from "./peer";
import {
  meanReward,
  readTrace,
  replayDifferences,
  rewardQuantiles,
  type TraceLine,
  transitionFit,
} from "./run_trace";
import { startSwarm, type Swarm, type SwarmOptions } from "./swarm";

/** A fit less probable than this is a fault; the seeds are fixed. */
const LEVEL = 1e-4;
/** Two shifts of dock_dispatch. */
const EPOCHS = 100;
/** Fewer are enough to see a fault, and two runs that differ: a difference stays. */
const FEW_EPOCHS = 50;
/** Of the run that a peer hears: whole shifts, as of the others. */
const HEARD_EPOCHS = 300;
/** Probability of each tail of the samples that the peer hears; the seed is fixed. */
const TAIL = 0.001;
const ROBOTS = 30;
const K = 10;

interface Played {
  readonly trace: TraceLine[];
  readonly summary: RunSummary;
  readonly swarm: Swarm;
}

async function play(scenario: string, seed: number, options: SwarmOptions = {}): Promise<Played> {
  const swarm = await startSwarm({ scenario, seed, epoch: 1, seconds: EPOCHS, ...options });
  try {
    const summary = await swarm.summary;
    expect(swarm.deaths).toEqual([]);
    return { trace: readTrace(swarm.trace), summary, swarm };
  } finally {
    await swarm.end();
  }
}

/** A shipped scenario as a file, with one row of P_l mixed up. */
function withWrongRow(name: string, file: string): string {
  const game = loadScenario(name);
  const { sG, aG, sL, aL } = sizesOf(game);
  // The row of robots that stay in zone 0 while the lead vehicle is there: it is used often.
  const row = game.localActions.indexOf("stay");
  const wrong = game.localTransition.slice();
  for (let i = 0; i < sL; i++) wrong[row * sL + i] = 0.8 * wrong[row * sL + i] + 0.2 / sL;
  const scenario = {
    name: game.name,
    discount: game.discount,
    global_states: game.globalStates,
    global_actions: game.globalActions,
    local_states: game.localStates,
    local_actions: game.localActions,
    global_transition: nest(game.globalTransition, [sG, aG, sG]),
    local_transition: nest(wrong, [sL, sG, aL, sL]),
    global_reward: nest(game.globalReward, [sG, aG]),
    local_reward: nest(game.localReward, [sL, sG, aL]),
    initial: { global: Array.from(game.initialGlobal), local: { dirichlet: 0.3 } },
    horizon: game.horizon,
  };
  writeFileSync(file, stringify(scenario));
  return file;
}

const STALE = "test/graph/fixtures/stale_simulator.js";
const AT_ONCE = 4;
const played = new Map<string, Played>();

/** Lockstep mostly waits, so several swarms run at once, each in a ROS domain of its own. */
async function playAll(runs: readonly (readonly [string, () => Promise<Played>])[]): Promise<void> {
  const left = [...runs];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) played.set(next[0], await next[1]());
  };
  await Promise.all([...Array(AT_ONCE).keys()].map(worker));
}

let peer: Peer;

/** The same, heard by a peer from the beginning. */
async function playHeard(scenario: string, seed: number): Promise<Played> {
  const heard = await play(scenario, seed, {
    seconds: HEARD_EPOCHS,
    before: async (environment) => {
      peer = new Peer(environment, lookingAt(ROBOTS));
      await peer.first("ready");
    },
  });
  await peer.first("command", 0, ({ message }) => message.epoch === HEARD_EPOCHS - 1);
  await peer.end();
  return heard;
}

const folder = mkdtempSync(join(tmpdir(), "wrong-"));

beforeAll(async () => {
  const few = { seconds: FEW_EPOCHS };
  const scenario = withWrongRow("ring_dispatch", join(folder, "wrong.yaml"));
  await playAll([
    ["dock_dispatch/3", () => playHeard("dock_dispatch", 3)],
    ["dock_dispatch/2", () => play("dock_dispatch", 2)],
    ["ring_dispatch/3", () => play("ring_dispatch", 3)],
    ["ring_dispatch/2", () => play("ring_dispatch", 2)],
    ["again", () => play("ring_dispatch", 2, few)],
    ["stale", () => play("dock_dispatch", 2, { ...few, programs: { simulator: STALE } })],
    [
      "wrong row",
      () => play("ring_dispatch", 2, { ...few, overrides: { simulator: { scenario } } }),
    ],
  ]);
}, 400_000);

afterAll(async () => {
  await peer?.end();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ["ring_dispatch", 2],
  ["ring_dispatch", 3],
  ["dock_dispatch", 2],
  ["dock_dispatch", 3],
])("%s with seed %d over ROS is the abstract game that evaluate plays", (name, seed) => {
  const { trace, summary, swarm } = played.get(`${name}/${seed}`)!;
  const { game, policy, settings } = swarm;
  const epochs = settings.seconds!;
  expect(summary).toMatchObject({
    epochs,
    missedEpochs: 0,
    staleActions: 0,
    missingActions: 0,
    samplesAsked: epochs * K,
    samplesReceived: epochs * K,
  });
  expect(trace.map(({ epoch }) => epoch)).toEqual([...Array(epochs).keys()]);
  expect(replayDifferences(trace, game, policy, seed)).toEqual([]);
  const fit = transitionFit(trace, game);
  expect(fit.local).toBeGreaterThan(LEVEL);
  expect(fit.global).toBeGreaterThan(LEVEL);
  const { low, high } = rewardQuantiles(trace, game, policy);
  expect(meanReward(trace)).toBeGreaterThan(low);
  expect(meanReward(trace)).toBeLessThan(high);
});

test("the same seed twice makes the same decisions", () => {
  const first = played.get("ring_dispatch/2")!.trace.slice(0, FEW_EPOCHS);
  expect(played.get("again")!.trace).toEqual(first);
});

test("one wrong row of P_l in the world is seen by the fit of the transitions", () => {
  const { trace, swarm } = played.get("wrong row")!;
  expect(transitionFit(trace, swarm.game).local).toBeLessThan(LEVEL);
});

test("states one epoch old are seen by the ledger and the replay", () => {
  const { trace, summary, swarm } = played.get("stale")!;
  const { game, policy } = swarm;
  expect(summary.staleActions).toBeGreaterThan(0);
  expect(replayDifferences(trace, game, policy, 2)).not.toEqual([]);
});

test("an rclpy peer hears 300 epochs: commands well-formed, samples uniform, the policy the one they name", () => {
  const { swarm } = played.get("dock_dispatch/3")!;
  const heard = decisions(peer).map(({ message }) => message);
  expect(heard).toHaveLength(HEARD_EPOCHS);
  heard.forEach((command, i) => {
    expectWellFormed(command, swarm);
    expect(command.epoch).toBe(heard[0].epoch + i);
    expect(command.missing).toBe(0);
  });
  const samples = heard.map(({ sampled_agents }) => sampled_agents);
  const quantile = inclusionQuantile(samples, robotNames(ROBOTS));
  const overlaps = overlapFit(samples, ROBOTS);
  const looks = peer.of("graph");
  const most = Math.max(...looks.map(({ live }) => live.length));
  console.log(
    `${samples.length} samples: inclusion at quantile ${quantile.toFixed(3)}, overlaps p = ${overlaps.toFixed(3)}; at most ${most} live subscriptions in ${looks.length} looks`,
  );
  expect(quantile).toBeGreaterThan(TAIL);
  expect(quantile).toBeLessThan(1 - TAIL);
  expect(overlaps).toBeGreaterThan(TAIL);
  expect(overBudget(looks, K)).toEqual([]);

  const policies = peer.of("policy");
  expect(policies).toHaveLength(1);
  const { sL, sG, aL } = sizesOf(swarm.game);
  expect(policies[0].message).toMatchObject({
    policy_sha256: heard[0].policy_sha256,
    scenario_sha256: swarm.game.sha256,
    local_states: sL,
    global_states: sG,
    local_actions: aL,
    local_policy: Array.from(swarm.policy.pair.localPolicy),
  });
});
