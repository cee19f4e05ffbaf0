/** Rings of many zones: G-LEARN by points, where a table of histograms ends at seven. */
import { finish } from "../src/base/steps";
import type { Game } from "../src/game/model";
import type { GlobalController } from "../src/game/population";
import { scenarioOf } from "../src/game/scenario";
import { Trial } from "../src/game/trial";
import { blindLocalPolicy, firstStarts } from "../src/learning/starts";
import { constantController, lookaheadController } from "../src/policy/controllers";
import { figure, say } from "./measure";
import { boundSteps, pointSteps } from "../src/learning/points/point_learner";

const ROWS = [
  { zones: 5, points: 200 },
  { zones: 10, points: 150 },
  { zones: 20, points: 150 },
  { zones: 50, points: 100 },
  { zones: 100, points: 120 },
];
const ACCURACY = 0.02;
const LONGEST_S = 300;
const OPTIONS = { population: 1000, horizon: 50, rollouts: 200, seed: 77 };

/** Of two zones of a ring. */
const distance = (zones: number, a: number, b: number): number =>
  Math.min((a - b + zones) % zones, (b - a + zones) % zones);

type Entry = readonly [zone: number, probability: number];

function lawOn(zones: number, entries: readonly Entry[]): number[] {
  const row = new Array<number>(zones).fill(0);
  for (const [zone, probability] of entries) row[(zone + zones) % zones] += probability;
  return row;
}

/** The lead goes where it is told, or stays, or goes one zone too far; robots are slow. */
function ringOf(zones: number): Game {
  const ids = [...Array(zones).keys()];
  const law = (...entries: Entry[]): number[] => lawOn(zones, entries);
  const names = (word: string): string[] => ids.map((i) => `${word}_${i}`);
  const scenario = {
    name: `ring_of_${zones}`,
    discount: 0.95,
    global_states: names("at"),
    global_actions: names("to"),
    local_states: names("zone"),
    local_actions: ["stay", "up", "down"],
    global_transition: ids.map((g) => ids.map((a) => law([a, 0.8], [g, 0.15], [a + 1, 0.05]))),
    local_transition: ids.map((s) => {
      const drives = [0, 1, -1].map((step) => law([s, 0.75], [s + step, 0.2], [s + 1, 0.05]));
      return ids.map(() => drives);
    }),
    global_reward: ids.map(() => ids.map(() => 1)),
    local_reward: ids.map((s) =>
      ids.map((g) =>
        [0.5, 0, 0].map((bonus) => bonus + (s === g ? 10 : 2 / (1 + distance(zones, s, g)))),
      ),
    ),
    initial: {
      global: law(...ids.map((i): Entry => [i, 1 / zones])),
      local: { dirichlet: 1.5 / zones },
    },
  };
  return scenarioOf(scenario, scenario.name);
}

export function benchZones(): void {
  say(
    "rings, n = 1000, 50 epochs, robots that answer a lead that stays: return with all seen, with ten, blind; bounds of the infinite return",
  );
  for (const { zones, points } of ROWS) {
    const game = ringOf(zones);
    const blindPolicy = blindLocalPolicy(game, 0);
    const [, { localPolicy }] = firstStarts(game, blindPolicy);
    const beganMs = performance.now();
    const isTimeUp = (): boolean => performance.now() - beganMs > 1000 * LONGEST_S;
    const result = finish(pointSteps(game, localPolicy, { points, accuracy: ACCURACY, isTimeUp }));
    const seconds = (performance.now() - beganMs) / 1000;
    const { plans, stop } = result;
    const bounds = finish(boundSteps(game, result));
    const earned = (policy: ArrayLike<number>, controller: GlobalController): string =>
      figure(new Trial(game, policy, controller, OPTIONS).play().earned.return);
    const returns = [
      ...[1000, 10].map((seen) => earned(localPolicy, lookaheadController(plans.lookahead, seen))),
      earned(blindPolicy, constantController(0)),
    ];
    const vectors = plans.blocks.reduce((sum, { plans: all }) => sum + all.length, 0);
    say(
      `  ${zones} zones: ${seconds.toFixed(1)} s, ${vectors} vectors, ended by ${stop}: ${returns.join(", ")}; every n: ${bounds.lower.toFixed(1)} to ${bounds.upper.toFixed(1)}, limit at most ${bounds.limitUpper.toFixed(1)}`,
    );
  }
}
