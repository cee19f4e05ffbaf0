import { robotNames } from "../../sim/run";
import type { RunSummary } from "../../src/cli/swarm_processes";
import { type Game, sizesOf } from "../../src/game/model";
import { toLocalPolicy } from "../../src/nodes/policy_source";
import { sampleSizeOf } from "../../src/policy/sample_size";
import { madePoints } from "../policy/policies";
import { inclusionQuantile, overlapFit } from "../support/sampling_fit";
import { decisions, expectWellFormed, lookingAt, overBudget } from "./heard_run";
import { Peer } from "./peer";
import {
  meanReward,
  playPurely,
  readTrace,
  rewardQuantiles,
  type TraceLine,
  transitionFit,
} from "./run_trace";
import { startSwarm, type Swarm, type SwarmOptions } from "./swarm";

/** A fit less probable than this is a fault; the seeds are fixed. */
const LEVEL = 1e-4;
/** Two shifts of dock_dispatch: so many are enough for the statistics. */
const EPOCHS = 100;
/** Of these so many are played over ROS: a shift, and the begin of another one. */
const PLAYED_EPOCHS = 60;
/** Of the run that a peer hears: whole shifts, as of the others. */
const HEARD_EPOCHS = 200;
/** Probability of each tail of the samples that the peer hears; the seed is fixed. */
const TAIL = 0.001;
const ROBOTS = 30;
const K = 10;
/** Subscriptions of the first participant in the run that the peer hears, a third of them. */
const KEPT = 400;

interface Played {
  readonly trace: TraceLine[];
  readonly summary: RunSummary;
  readonly swarm: Swarm;
}

async function play(scenario: string, seed: number, options: SwarmOptions = {}): Promise<Played> {
  const swarm = await startSwarm({ scenario, seed, epoch: 1, seconds: PLAYED_EPOCHS, ...options });
  try {
    const summary = await swarm.summary;
    expect(swarm.deaths).toEqual([]);
    return { trace: readTrace(swarm.trace), summary, swarm };
  } finally {
    await swarm.end();
  }
}

/** A game with one row of P_l mixed up, the one that this run uses most. */
function withWrongRow(game: Game, run: readonly TraceLine[]): Game {
  const { sG, sL, aL } = sizesOf(game);
  const uses = new Array<number>(game.localTransition.length / sL).fill(0);
  for (const { globalState, localStates, actions } of run) {
    localStates.forEach((state, i) => uses[(state * sG + globalState) * aL + actions[i]]++);
  }
  const row = uses.indexOf(Math.max(...uses));
  const localTransition = game.localTransition.slice();
  for (let i = row * sL; i < (row + 1) * sL; i++) {
    localTransition[i] = 0.8 * localTransition[i] + 0.2 / sL;
  }
  return { ...game, localTransition };
}

/**
 * The first is by a made-up pair: by vectors, with robots that use the command and draw. The second is heard
 * by a peer. In the last, robots of two kinds are sampled by kind.
 */
const RUNS = [
  ["ring_dispatch", 3],
  ["dock_dispatch", 3],
  ["dock_dispatch_mixed", 2],
] as const;
const played = new Map<string, Played>();
let peer: Peer;

/** The same, heard by a peer from the beginning, with a fresh participant under way. */
async function playHeard(scenario: string, seed: number): Promise<Played> {
  const heard = await play(scenario, seed, {
    seconds: HEARD_EPOCHS,
    overrides: { global_agent: { subscriptions_kept: KEPT } },
    before: async (environment) => {
      peer = new Peer(environment, lookingAt(ROBOTS));
      await peer.first("ready");
    },
  });
  await peer.first("command", 0, ({ message }) => message.epoch === HEARD_EPOCHS - 1);
  await peer.end();
  return heard;
}

// Lockstep mostly waits, so the swarms run at once, each in a ROS domain of its own.
beforeAll(async () => {
  await Promise.all(
    RUNS.map(async (run) => {
      const [scenario, seed] = run;
      const isHeard = run === RUNS[1];
      const pair = (game: Game) => madePoints(game, "command");
      const options =
        run === RUNS[0] ? { pair } : run === RUNS[2] ? { pair, sampling: "by_kind" as const } : {};
      const made = await (isHeard ? playHeard(scenario, seed) : play(scenario, seed, options));
      played.set(`${scenario}/${seed}`, made);
    }),
  );
}, 400_000);

afterAll(() => peer?.end());

test.each(RUNS)(
  "%s with seed %d over ROS is the run that the seed gives, of the abstract game that evaluate plays",
  (name, seed) => {
    const { trace, summary, swarm } = played.get(`${name}/${seed}`)!;
    const { game, policy, settings } = swarm;
    const epochs = settings.seconds!;
    const asked = epochs * sampleSizeOf(undefined, policy.pair, ROBOTS);
    expect(summary).toMatchObject({
      epochs,
      missedEpochs: 0,
      staleActions: 0,
      missingActions: 0,
      samplesAsked: asked,
      samplesReceived: asked,
    });
    expect(trace.map(({ epoch }) => epoch)).toEqual([...Array(epochs).keys()]);
    const { robots, sampling } = settings;
    const longer = Math.max(epochs, EPOCHS);
    const run = playPurely(game, policy, seed, robots, longer, game, sampling);
    expect(trace).toEqual(run.slice(0, epochs));
    const fit = transitionFit(run, game);
    expect(fit.local).toBeGreaterThan(LEVEL);
    expect(fit.global).toBeGreaterThan(LEVEL);
    const { low, high } = rewardQuantiles(run, game, policy, sampling);
    expect(meanReward(run)).toBeGreaterThan(low);
    expect(meanReward(run)).toBeLessThan(high);
  },
);

test("one wrong row of P_l in the world is seen by the fit of the transitions", () => {
  const { trace: run, swarm } = played.get("dock_dispatch/3")!;
  const { game, policy } = swarm;
  const trace = playPurely(game, policy, 3, ROBOTS, EPOCHS, withWrongRow(game, run));
  expect(transitionFit(trace, game).local).toBeLessThan(LEVEL);
});

test("an rclpy peer hears 200 epochs: commands well-formed, samples uniform, the policy the one they name", () => {
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
  const nodes = new Set(looks.flatMap(({ live }) => live.map(([, node]) => node)));
  expect([...nodes]).toEqual(expect.arrayContaining(["global_agent", "_global_agent_states"]));

  const policies = peer.of("policy");
  expect(policies).toHaveLength(1);
  expect(policies[0].message.policy_sha256).toBe(heard[0].policy_sha256);
  const sent = toLocalPolicy(swarm.policy);
  const [local_policy, actions] = [Array.from(sent.local_policy), Array.from(sent.actions)];
  expect(actions).toHaveLength(5 * 5);
  expect(policies[0].message).toEqual({ ...sent, local_policy, actions });
});
