import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RunSummary } from "../../src/cli/simulator_report";
import { type Game, sizesOf } from "../../src/game/model";
import { nest } from "../../src/game/scenario";
import { loadScenario } from "../../src/game/scenario_file";
import type { LoadedPolicy } from "../../src/policy/policy_file";
import {
  meanReward,
  readTrace,
  replayDifferences,
  rewardQuantiles,
  type TraceLine,
  transitionFit,
} from "./run_trace";
import { startSwarm, type SwarmOptions } from "./swarm";

/** A fit less probable than this is a fault; the seeds are fixed. */
const LEVEL = 1e-4;
/** Two shifts of dock_dispatch. A wrong row of P_l has p = 0 in them. */
const EPOCHS = 100;
/** Fewer are enough to see a fault that occurs in every epoch. */
const FAULTY_EPOCHS = 25;

interface Played {
  readonly trace: TraceLine[];
  readonly summary: RunSummary;
  readonly game: Game;
  readonly policy: LoadedPolicy;
}

async function play(scenario: string, seed: number, options: SwarmOptions = {}): Promise<Played> {
  const swarm = await startSwarm({ scenario, seed, epoch: 1, seconds: EPOCHS, ...options });
  try {
    const summary = await swarm.summary;
    expect(swarm.deaths).toEqual([]);
    return { trace: readTrace(swarm.trace), summary, game: swarm.game, policy: swarm.policy };
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

const HEALTHY = ["ring_dispatch", "dock_dispatch"].flatMap((name) =>
  [2, 3].map((seed) => [name, seed] as const),
);
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

const folder = mkdtempSync(join(tmpdir(), "wrong-"));

beforeAll(async () => {
  const scenario = withWrongRow("ring_dispatch", join(folder, "wrong.yaml"));
  await playAll([
    ...HEALTHY.map(([name, seed]) => [`${name}/${seed}`, () => play(name, seed)] as const),
    ["again", () => play("ring_dispatch", 2)],
    [
      "stale",
      () =>
        play("dock_dispatch", 2, {
          seconds: FAULTY_EPOCHS,
          programs: { simulator: "test/graph/fixtures/stale_simulator.js" },
        }),
    ],
    ["wrong row", () => play("ring_dispatch", 2, { overrides: { simulator: { scenario } } })],
  ]);
}, 400_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(HEALTHY)(
  "%s with seed %d over ROS is the abstract game that evaluate plays",
  (name, seed) => {
    const { trace, summary, game, policy } = played.get(`${name}/${seed}`)!;
    expect(summary).toMatchObject({
      epochs: EPOCHS,
      missedEpochs: 0,
      staleActions: 0,
      missingActions: 0,
      samplesAsked: EPOCHS * 10,
      samplesReceived: EPOCHS * 10,
    });
    expect(trace.map(({ epoch }) => epoch)).toEqual([...Array(EPOCHS).keys()]);
    expect(replayDifferences(trace, game, policy, seed)).toEqual([]);
    const fit = transitionFit(trace, game);
    expect(fit.local).toBeGreaterThan(LEVEL);
    expect(fit.global).toBeGreaterThan(LEVEL);
    const { low, high } = rewardQuantiles(trace, game, policy);
    expect(meanReward(trace)).toBeGreaterThan(low);
    expect(meanReward(trace)).toBeLessThan(high);
  },
);

test("the same seed twice makes the same decisions", () => {
  expect(played.get("again")!.trace).toEqual(played.get("ring_dispatch/2")!.trace);
});

test("one wrong row of P_l in the world is seen by the fit of the transitions", () => {
  const { trace, game } = played.get("wrong row")!;
  expect(transitionFit(trace, game).local).toBeLessThan(LEVEL);
});

test("states one epoch old are seen by the ledger and the replay", () => {
  const { trace, summary, game, policy } = played.get("stale")!;
  expect(summary.staleActions).toBeGreaterThan(0);
  expect(replayDifferences(trace, game, policy, 2)).not.toEqual([]);
});
