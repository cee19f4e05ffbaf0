/** The authors' continuous task, learned on a grid: what it earns beside their figures, by robots seen. */
import { availableParallelism } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { Game, LocalForm, PointsPair } from "../src/game/model";
import { estimate, pairedDifference } from "../src/game/statistics";
import { bestBlind } from "../src/learning/blind";
import { pointSettingsOf } from "../src/learning/options";
import { alternated, learnByPoints } from "../src/learning/points/learn_by_points";
import { constantController, policyController } from "../src/policy/controllers";
import { corridorGame, finestIn, gridOf, onGrid } from "./corridor/grid";
import { RANDOM, ROBOTS, Shifts, type Way } from "./corridor/task";
import { binPolicies, lawMemory, wayOf } from "./corridor/ways";
import { figure, say } from "./measure";

/** Robots asked: the authors', and all. */
const ASKED = [1, 3, 5, 10, 20, 35, 50, 75, ROBOTS];
/** For these all learning seeds are played, for the others the first. */
const RANGED = [1, 10, ROBOTS];
const LEARNING_SEEDS = [...Array(10).keys()];
/** Of robots that use the command: learning them takes five times as long. */
const COMMAND_SEEDS = 3;
/** As the authors evaluate; and other shifts, by which it is decided what is played. */
const EVALUATED = { seeds: [...Array(10).keys()], rollouts: 30 };
const DECIDED = { seeds: [...Array(5).keys()].map((seed) => 100 + seed), rollouts: 30 };
/** Cells of robots' positions in a bin: those played, and finer ones beside them. */
const PER_BIN = 12;
const FINER = 5 / 3;
const POINTS = 100;
const ACCURACY = 0.01;
/** Of learning's time; the rest is for what is told of a pair, which nobody asks for here. */
const LEARNING_SHARE = 0.6;

const optionsOf = (localForm: LocalForm, seed: number) => ({
  ...{ localForm, seed, population: ROBOTS, points: POINTS, accuracy: ACCURACY },
  threads: availableParallelism(),
  isTimeUp: (share = 1): boolean => share > LEARNING_SHARE,
});

const learned = async (game: Game, localForm: LocalForm, seed: number): Promise<PointsPair> =>
  (await learnByPoints(game, optionsOf(localForm, seed))).pair;

/** Robots of the form state, from the pair of a coarser grid on. */
async function refined(game: Game, coarse: { game: Game; pair: PointsPair }): Promise<PointsPair> {
  const localPolicy = onGrid(coarse.pair.localPolicy, coarse.game, game);
  const settings = pointSettingsOf(game, optionsOf("state", 0));
  return (await alternated(game, settings, [{ localPolicy }])).candidates[0].pair;
}

const MEMORY = getHeapStatistics().heap_size_limit;

const gameOf = (perBin: number): Game => corridorGame(gridOf(perBin, MEMORY));

async function blindWay(game: Game): Promise<Way> {
  const { action, localPolicy } = await bestBlind(game, {});
  return wayOf(game, localPolicy, constantController(action));
}

/** A pair with exact positions of the robots asked. */
function exactWay(game: Game, pair: PointsPair, mode: "sample" | "filter", asked: number): Way {
  const controller = policyController(game, pair, mode, ROBOTS, asked);
  return wayOf(game, pair.localPolicy, controller);
}

const lawWay = (game: Game, pair: PointsPair, asked: number): Way =>
  wayOf(game, pair.localPolicy, lawMemory(game, pair, asked));

/** Discounted returns by one way to play. */
interface Played {
  /** Of each shift. */
  readonly returns: Float64Array;
  /** Of each evaluation seed. */
  readonly means: Float64Array;
}

function played(shifts: Shifts, way: Way): Played {
  const returns = shifts.play(way);
  return {
    returns: Float64Array.from(returns.flatMap((one) => [...one])),
    means: Float64Array.from(returns, (one) => estimate(one).mean),
  };
}

/** "160.1 ± 4.2": mean and standard deviation, as the authors give it. */
function spreadOf(values: ArrayLike<number>): string {
  const { mean, standardError } = estimate(values);
  return `${mean.toFixed(1)} ± ${(standardError * Math.sqrt(values.length)).toFixed(1)}`;
}

interface Learned {
  readonly seed: number;
  readonly state: PointsPair;
  readonly command?: PointsPair;
}

/** Columns of the table, and what may be played in each, beside the blind pair. */
const COLUMNS = {
  bins: ["shares as they are", "improved", "improved twice"],
  positions: ["as they are"],
  filter: ["filter"],
  laws: ["laws"],
  command: ["filter", "laws"],
};

/** In the order of COLUMNS; none where nothing was learned. */
async function waysFor(game: Game, { seed, state, command }: Learned, asked: number) {
  const bins = await binPolicies(game, state, asked, seed);
  return [
    bins.map((controller) => wayOf(game, state.localPolicy, controller)),
    [exactWay(game, state, "sample", asked)],
    [exactWay(game, state, "filter", asked)],
    [lawWay(game, state, asked)],
    command ? [exactWay(game, command, "filter", asked), lawWay(game, command, asked)] : [],
  ];
}

/** Index of the way that earns most. */
function bestOf(ways: readonly Way[], shifts: Shifts): number {
  const means = ways.map((way) => estimate(played(shifts, way).returns).mean);
  return means.indexOf(Math.max(...means));
}

/** The row of one number of robots asked; what is played is decided by the first learning seed. */
async function tellRow(
  game: Game,
  pairs: readonly Learned[],
  blind: Way,
  shifts: { readonly evaluated: Shifts; readonly decided: Shifts },
  asked: number,
): Promise<void> {
  const columns: Played[][] = Object.keys(COLUMNS).map(() => []);
  let kept: readonly number[] | undefined;
  for (const pair of pairs) {
    const all = await waysFor(game, pair, asked);
    kept ??= all.map((ways) => bestOf([...ways, blind], shifts.decided));
    for (const [i, ways] of all.entries()) {
      if (ways.length > 0) columns[i].push(played(shifts.evaluated, ways[kept[i]] ?? blind));
    }
  }
  const never = played(shifts.evaluated, blind);
  const parts = Object.entries(COLUMNS).map(([name, ways], i) => {
    const seeds = columns[i].map(({ returns }) => estimate(returns).mean);
    const [least, most] = [Math.min(...seeds), Math.max(...seeds)].map((mean) => mean.toFixed(1));
    const [means, returns] = [meanOf(columns[i], "means"), meanOf(columns[i], "returns")];
    const gain = figure(pairedDifference(returns, never.returns), 1);
    const range = seeds.length > 1 ? `${seeds.length} seeds, ${least} to ${most}; ` : "";
    return `${name} ${spreadOf(means)} (${range}over blind ${gain}; ${ways[kept![i]] ?? "blind"})`;
  });
  say(`  k = ${asked}: ${parts.join(", ")}`);
}

/** Over learning seeds. */
function meanOf(all: readonly Played[], of: keyof Played): Float64Array {
  const sums = new Float64Array(all[0][of].length);
  for (const one of all) one[of].forEach((value, i) => (sums[i] += value / all.length));
  return sums;
}

/** The same on grids of several sizes, each learned from the one before: all seen, ten with memory, blind. */
async function tellGrids(shifts: Shifts, perBin: readonly number[]): Promise<void> {
  let coarse: { game: Game; pair: PointsPair } | undefined;
  let before: Float64Array | undefined;
  for (const each of perBin) {
    const game = gameOf(each);
    const pair = coarse ? await refined(game, coarse) : await learned(game, "state", 0);
    coarse = { game, pair };
    const ways = [exactWay(game, pair, "sample", ROBOTS), exactWay(game, pair, "filter", 10)];
    const all = [...ways, await blindWay(game)].map((way) => played(shifts, way).returns);
    const figures = all.map((returns) => figure(estimate(returns)));
    const gain = before
      ? `; all seen, more than on the one before: ${figure(pairedDifference(all[0], before))}`
      : "";
    say(`  ${each} cells in a bin: ${figures.join(", ")}${gain}`);
    before = all[0];
  }
}

/** @param perBin cells of robots' positions in a bin */
export async function benchCorridor(perBin = PER_BIN): Promise<void> {
  const game = gameOf(perBin);
  const evaluated = new Shifts(EVALUATED.seeds, EVALUATED.rollouts);
  const decided = new Shifts(DECIDED.seeds, DECIDED.rollouts);
  say(
    `the authors' continuous task, n = ${ROBOTS}: discounted return, mean ± standard deviation of ${EVALUATED.seeds.length} seeds of ${EVALUATED.rollouts} shifts`,
  );
  const random = played(evaluated, RANDOM);
  say(`  random ${spreadOf(random.means)}, of single shifts ${spreadOf(random.returns)}`);
  const blind = await blindWay(game);
  say(`  blind ${spreadOf(played(evaluated, blind).means)}`);
  say("grids, robots of the form state: all seen, ten and memory, blind, ± standard errors");
  const finer = Math.min(finestIn(MEMORY), Math.round(FINER * perBin));
  await tellGrids(evaluated, [...new Set([perBin, finer])]);
  const pairs: Learned[] = [];
  for (const seed of LEARNING_SEEDS) {
    const command = seed < COMMAND_SEEDS ? await learned(game, "command", seed) : undefined;
    pairs.push({ seed, state: await learned(game, "state", seed), command });
  }
  say("by robots asked (learning seeds, least to most; over blind, paired; what is played)");
  for (const asked of ASKED) {
    const those = RANGED.includes(asked) ? pairs : pairs.slice(0, 1);
    await tellRow(game, those, blind, { evaluated, decided }, asked);
  }
}
