/** Rings of many zones: G-LEARN by points, where a table of histograms ends at seven. */
import { availableParallelism } from "node:os";
import type { Game, PolicyPair } from "../src/game/model";
import type { PolicyMetadata } from "../src/game/policy_metadata";
import type { GlobalController } from "../src/game/population";
import { scenarioOf } from "../src/game/scenario";
import { Trial } from "../src/game/trial";
import { learn } from "../src/learning/learn";
import { blindLocalPolicy } from "../src/learning/starts";
import { constantController, policyController } from "../src/policy/controllers";
import { boundSentences } from "../src/policy/bounds";
import { Observation } from "../src/policy/observation";
import { figure, say } from "./measure";
import { learnByPoints } from "../src/learning/points/learn_by_points";

const ROWS = [
  { zones: 5, points: 200 },
  { zones: 10, points: 150 },
  { zones: 20, points: 150 },
  { zones: 50, points: 100 },
  { zones: 100, points: 120 },
];
const ACCURACY = 0.02;
/** After this learning and measuring end with what they have. */
const LONGEST_S = 480;
/** Where a table of k = 50 fits too. */
const TABLE_ZONES = 5;
const BLIND = constantController(0);
const OPTIONS = { population: 1000, horizon: 50, rollouts: 100, seed: 77 };

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

/** What a decision takes, µs: mean over all s_g, repeated for a while. */
function decisionUs(game: Game, pair: PolicyPair): number {
  const observation = new Observation(game, pair, "sample", OPTIONS.population);
  const seen = game.localStates.map((_, s) => 1 + (s % 3));
  const startedMs = performance.now();
  let decisions = 0;
  for (; performance.now() - startedMs < 500; decisions += game.globalStates.length) {
    observation.observe(seen);
    for (const g of game.globalStates.keys()) observation.decide(g);
  }
  return (1000 * (performance.now() - startedMs)) / decisions;
}

/** Learns, and tells what that took, and what it gave: returns with all seen, ten and memory, and blind. */
async function tell(
  label: string,
  game: Game,
  learned: () => Promise<{ readonly pair: PolicyPair; readonly metadata: PolicyMetadata }>,
): Promise<void> {
  const startedMs = performance.now();
  const { pair, metadata } = await learned();
  const seconds = (performance.now() - startedMs) / 1000;
  const earned = (policy: ArrayLike<number>, controller: GlobalController): string =>
    figure(new Trial(game, policy, controller, OPTIONS).play().earned.return);
  const by = (mode: "sample" | "filter", seen: number): string =>
    earned(pair.localPolicy, policyController(game, pair, mode, OPTIONS.population, seen));
  const blind = earned(blindLocalPolicy(game, 0), BLIND);
  const returns = [by("sample", 1000), by("filter", 10), blind].join(", ");
  const decision = `${decisionUs(game, pair).toPrecision(2)} µs a decision`;
  const size =
    "vectors" in pair
      ? `${pair.vectorState.length} vectors, ended by ${metadata.pointsUsed!.stop}`
      : "";
  const gigabytes = (process.resourceUsage().maxRSS / 1e6).toFixed(2);
  const told = boundSentences(metadata, game).join("; ");
  say(
    `  ${label}: ${seconds.toFixed(1)} s, at most ${gigabytes} GB so far, ${size}: ${returns}; ${decision}; ${told}`,
  );
}

export async function benchZones(): Promise<void> {
  const threads = availableParallelism();
  say(
    `rings learned whole by ${threads} threads, n = 1000, ${OPTIONS.horizon} epochs: return with all seen, with ten and memory, blind; bounds of the infinite return`,
  );
  for (const { zones, points } of ROWS) {
    const game = ringOf(zones);
    if (zones === TABLE_ZONES) {
      await tell(`${zones} zones, table`, game, () => learn(game, { tableSize: 50, threads }));
    }
    for (const localForm of ["state", "command"] as const) {
      const startedMs = performance.now();
      const isTimeUp = (share = 1): boolean =>
        performance.now() - startedMs > 1000 * share * LONGEST_S;
      const options = { localForm, points, accuracy: ACCURACY, threads, isTimeUp };
      await tell(`${zones} zones, ${localForm}`, game, () => learnByPoints(game, options));
    }
  }
}
