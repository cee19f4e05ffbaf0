/** Whether what is learned hangs on the learning seed. */
import { evaluate, type EvaluateOptions } from "../src/evaluation/evaluate";
import { loadScenario } from "../src/game/scenario_file";
import { learn } from "../src/learning/learn";
import { learnByPoints } from "../src/learning/points/learn_by_points";
import type { Game, LocalForm, PolicyPair } from "../src/game/model";
import type { PolicyMetadata, ReturnBounds } from "../src/game/policy_metadata";
import { say } from "./measure";
import { drawnGame, GAMES, POPULATION } from "./learning";

const SEEDS = [...Array(10).keys()];
/** Rollouts of each pair on random numbers of its own. */
const FRESH = 2500;
/** By a table of that k, also with the command; or at points. */
type Way = number | readonly [tableSize: number, localForm: LocalForm] | LocalForm;
interface Shipped {
  readonly name: string;
  readonly way: Way;
  readonly timing: "next" | "current";
  readonly population?: number;
}
const SHIPPED: readonly Shipped[] = [
  { name: "ring_dispatch", way: 20, timing: "next" },
  { name: "ring_dispatch", way: 10, timing: "next" },
  { name: "dock_dispatch", way: 10, timing: "current" },
  { name: "ring_dispatch", way: [20, "command"], timing: "next" },
  { name: "ring_dispatch", way: "state", timing: "next" },
  { name: "dock_dispatch", way: "state", timing: "current" },
  { name: "ring_dispatch", way: "command", timing: "next" },
  { name: "ring_dispatch", way: "command", timing: "current" },
  { name: "dock_dispatch", way: "command", timing: "current" },
  { name: "warehouse", way: "state", timing: "current", population: 300 },
  { name: "warehouse", way: "command", timing: "current", population: 300 },
  { name: "dock_dispatch_mixed", way: "state", timing: "current", population: 30 },
  { name: "dock_dispatch_mixed", way: "command", timing: "current", population: 30 },
];

/** A pair by a table of k, or at points with robots of that form. */
const learned = (
  game: Game,
  way: Way,
  population: number,
  seed: number,
): Promise<{ readonly pair: PolicyPair; readonly metadata: PolicyMetadata }> =>
  typeof way === "string"
    ? learnByPoints(game, { localForm: way, population, seed })
    : learn(game, { ...tableOf(way), population, seed });

function tableOf(way: Exclude<Way, LocalForm>) {
  const [tableSize, localForm = "state"] = typeof way === "number" ? [way] : way;
  return { tableSize, localForm };
}

const wayOf = (way: Way): string =>
  typeof way === "string" ? `points, ${way}` : `k = ${String(way)}`;

/**
 * Returns of the pairs of all seeds, all robots seen; from ten with memory; of the blind pair; of
 * random play. `fresh`: the mean over the pairs, each on random numbers of its own. `bounds`: of pairs at
 * points, over the horizon.
 */
async function returnsOf(game: Game, way: Way, options: EvaluateOptions & { population: number }) {
  const { population } = options;
  const [earned, ten, fresh, blind]: number[][] = [[], [], [], []];
  const bounds: ReturnBounds[] = [];
  let random = NaN;
  for (const seed of SEEDS) {
    const policy = await learned(game, way, population, seed);
    const some = { observation: "filter", sampleSize: Math.min(10, population) } as const;
    const result = evaluate(game, policy, { ...options, ...some });
    ten.push(result.return.mean);
    earned.push(result.references.full.return.mean);
    blind.push(result.references.blind.return.mean);
    if (policy.metadata.bounds) bounds.push(policy.metadata.bounds);
    random = result.references.random.return.mean;
    const own = { ...options, rollouts: FRESH, seed: 100 + seed, sampleSize: population };
    fresh.push(evaluate(game, policy, own).return.mean);
  }
  const mean = meanOf(earned);
  const [least, most] = [Math.min(...earned), Math.max(...earned)];
  const others = { ten: meanOf(ten), fresh: meanOf(fresh), blind: meanOf(blind) };
  return { mean, least, most, random, ...others, bounds };
}

/** Least and most over the seeds. */
const rangeOf = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;

function told(bounds: readonly ReturnBounds[]): string {
  if (bounds.length === 0) return "";
  const [lower, upper, limit] = [
    bounds.map(({ horizonLower }) => horizonLower),
    bounds.map(({ horizonUpper }) => horizonUpper),
    bounds.map(({ limitHorizonUpper }) => limitHorizonUpper),
  ].map(rangeOf);
  return `; at least ${lower}, at most ${upper} for every n, ${limit} in the limit`;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);

export async function benchSeeds(): Promise<void> {
  say(
    `returns of the pairs learned with ${SEEDS.length} seeds, all robots seen: mean, least, most; mean of ${FRESH * SEEDS.length} other rollouts; from ten with memory; blind; random; bounds at the start`,
  );
  for (const { name, way, timing, population = 1000 } of SHIPPED) {
    const options = { population, horizon: 50, rollouts: 1000, transitionTiming: timing };
    const seen = await returnsOf(loadScenario(name), way, options);
    const { mean, least, most, fresh, ten, blind, random } = seen;
    const figures = [mean, least, most, fresh, ten, blind, random].map((x) => x.toFixed(2));
    say(`  ${name} (${timing}), ${wayOf(way)}: ${figures.join(", ")}${told(seen.bounds)}`);
  }
  say(
    `${GAMES} drawn games, by a table, at points, and with the command: the worst seed below the best, as a share of best over random play; and the mean`,
  );
  const worst = [0, 0, 0];
  for (let game = 1; game <= GAMES; game++) {
    const drawn = drawnGame(game);
    const options = { population: POPULATION, rollouts: 500, seed: 77, horizon: 100 };
    const parts: string[] = [];
    for (const [i, way] of ([drawn.tableSize, "state", "command"] as const).entries()) {
      const { least, most, random, mean } = await returnsOf(drawn.game, way, options);
      const share = (100 * (most - least)) / Math.max(most - random, 1e-9);
      worst[i] = Math.max(worst[i], share);
      parts.push(`${share.toFixed(2)} % ${mean.toFixed(2)}`);
    }
    say(`  ${drawn.game.name}: ${parts.join(", ")}`);
  }
  say(`  at most ${worst.map((share) => `${share.toFixed(2)} %`).join(", ")}`);
}
