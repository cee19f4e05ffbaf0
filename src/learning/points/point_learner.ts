/**
 * G-LEARN(π_l) without a table: point-based backups in the limit of many robots, where the global
 * agent's problem is that of a POMDP with the population's distribution μ for the belief.
 *
 * Taken from Perseus (Spaan and Vlassis, JAIR 24, 2005, section 3): points from simulated paths, and
 * sweeps that back up only the points which no vector added before them in the sweep has improved. From
 * HSVI (Smith and Simmons, UAI 2004): of the points met, those where upper and lower bound are furthest
 * apart. Deviations: points are taken in their order and not at random; a backup adds a vector only where
 * it gains enough; points grow in number while that becomes finer; at the end vectors that were dropped
 * come back where the lower bound needs them (plans.ts).
 */
import { finish, type Steps } from "../../base/steps";
import { histogramCount } from "../../game/histogram";
import { type Limit, limitOf } from "../../game/limit";
import type { Game } from "../../game/model";
import type { PointsUsed, ReturnBounds } from "../../game/policy_metadata";
import { type Estimate, estimate, sumOf } from "../../game/statistics";
import { DEFAULT_POINT_ACCURACY, DEFAULT_POINTS, type PointLearnOptions } from "../options";
import { rewardRange } from "../value_iteration";
import { Paths } from "./paths";
import { Plans } from "./plans";
import { finestResolution, UpperBound, type Values } from "./upper_bound";

export interface PointOptions extends Pick<
  PointLearnOptions,
  "points" | "accuracy" | "seed" | "isTimeUp"
> {
  /** Hears the bounds at the start after each sweep. */
  readonly onSweep?: (points: number, lower: number, upper: number) => void;
}

export interface PointResult extends PointsUsed {
  readonly plans: Plans;
  /** V̲ at starts that are the same for every π_l. */
  readonly lowers: Float64Array;
  readonly sweeps: number;
}

const DEFAULT_HORIZON = 50;
const FIRST_POINTS = 10;
/** Points met for each that is taken. */
const MET = 2;
/** A backup that gains less adds no vector, as a share of the rewards' range: halved step by step, */
const FIRST_GAIN = 1 / 128;
/** down to this share of the accuracy, but not below what rounding needs. */
const FINEST_SHARE = 0.4;
const LEAST_GAIN = 1e-6;
/** Sweeps go on while the points gain more than this share of that on average. */
const MEAN_SHARE = 0.1;
/** Starts by which learning is stopped; and by which pairs are compared, and others for the bounds. */
const WATCHED_STARTS = 32;
const MEASURED_STARTS = 256;
/** Of the limit's upper bound; and for a lattice of pairs of robots: points times what their moves reach, */
const LATTICE_POINTS = 250;
const MOST_WORK = 6e6;
/** and the cost of placing a point after a move, in the same unit. */
const PLACING = 40;
/** Error of its values, which are coarser anyhow, as a share of the rewards' range. */
const LATTICE_ACCURACY = 5e-3;
/** Coarser lattices (shares of 1 / this) end no learning. */
const FINE = 4;
/** Error of the first plans' and of the upper bounds' values, as a share of the rewards' range. */
const FIRST_ACCURACY = 0.01;
const BOUND_ACCURACY = 1e-4;

/** @param localPolicy π_l, in either form */
export function* pointSteps(
  game: Game,
  localPolicy: ArrayLike<number>,
  options: PointOptions = {},
): Steps<PointResult> {
  const { points: most = DEFAULT_POINTS, accuracy = DEFAULT_POINT_ACCURACY, seed = 0 } = options;
  const limit = limitOf(game, localPolicy);
  const range = rewardRange(game);
  const resolution = finestResolution(limit.sizes.sL, LATTICE_POINTS);
  const isFine = resolution >= FINE;
  const bound = new UpperBound(limit, isFine ? resolution : 1);
  yield* bound.solve({ accuracy: (isFine ? BOUND_ACCURACY : accuracy) * range });
  const paths = new Paths(game, limit, seed);
  const watched = paths.starts(WATCHED_STARTS, "watch");
  const upper = meanOf(yield* valuesAt(game, watched, bound));
  const plans = new Plans(limit);
  for (const action of game.globalActions.keys()) {
    plans.repeat(action, FIRST_ACCURACY * range);
    yield;
  }
  const ending = (points: number): PointResult["stop"] | undefined => {
    const lower = meanOf(finish(valuesAt(game, watched, plans)));
    options.onSweep?.(points, lower, upper);
    if (upper - lower <= accuracy * Math.abs(lower)) return "accuracy";
    return options.isTimeUp?.() ? "time" : undefined;
  };
  const finest = Math.min(FIRST_GAIN, Math.max(LEAST_GAIN, FINEST_SHARE * accuracy)) * range;
  const pick = (wanted: number) => widest(plans, bound, paths, wanted);
  const ended = yield* raise(plans, pick, FIRST_GAIN * range, finest, most, ending);
  plans.close();
  const compared = paths.starts(MEASURED_STARTS, "compare");
  return { ...ended, plans, lowers: yield* valuesAt(game, compared, plans) };
}

/**
 * Both bounds at the start, of the kinds' exact shares, for ever and over the scenario's horizon, else 50 epochs.
 * @param lower V̲ of the policy
 */
export function* boundSteps(
  game: Game,
  limit: Limit,
  lower: Values,
  seed: number,
): Steps<ReturnBounds> {
  const { horizon = DEFAULT_HORIZON } = game;
  const accuracy = BOUND_ACCURACY * rewardRange(game);
  const starts = new Paths(game, limit, seed).starts(MEASURED_STARTS, "measure");
  const every = new UpperBound(limit);
  const resolution = resolutionFor(limit);
  const many = resolution > 1 ? new UpperBound(limit, resolution) : every;
  // The limit's are backed up once more where they are asked.
  yield* many.solve({ accuracy, epochs: horizon - 1 });
  const manyEarly = yield* valuesAt(game, starts, many);
  yield* every.solve({ accuracy, epochs: many === every ? 1 : horizon });
  const everyEarly = yield* valuesAt(game, starts, every.everyN);
  yield* every.solve({ accuracy });
  if (many !== every) yield* many.solve({ accuracy: LATTICE_ACCURACY * rewardRange(game) });
  const values: Float64Array[] = [];
  for (const one of [lower, every.everyN, many]) values.push(yield* valuesAt(game, starts, one));
  values.push(everyEarly, manyEarly);
  const [least, upper, limitUpper, horizonUpper, limitHorizonUpper] = values.map(meanOf);
  return {
    ...{ lower: least, upper, upperPopulation: 1, limitUpper },
    // A policy of all time may earn its share after the horizon: at most this.
    horizonLower: least - game.discount ** horizon * every.most,
    ...{ horizon, horizonUpper, limitHorizonUpper },
    error: Math.max(...values.map((one) => estimate(one).standardError)),
  };
}

/**
 * What no global agent earns more than from the start, for any n that the kinds share exactly: a
 * dispatcher for each robot, over `epochs` or for ever.
 */
export function* dispatched(
  game: Game,
  limit: Limit,
  seed: number,
  epochs?: number,
): Steps<Estimate> {
  const until = { accuracy: BOUND_ACCURACY * rewardRange(game), epochs };
  const bound = yield* new UpperBound(limit).solve(until);
  return yield* measuredAt(game, limit, seed, bound.everyN);
}

/** Mean of values at the starts of which bounds are told. */
export function* measuredAt(
  game: Game,
  limit: Limit,
  seed: number,
  values: Values,
): Steps<Estimate> {
  const starts = new Paths(game, limit, seed).starts(MEASURED_STARTS, "measure");
  return estimate(yield* valuesAt(game, starts, values));
}

/** Of the limit's bound: of a lattice that is worked off in seconds. */
function resolutionFor({ moves, sizes: { sL } }: Limit): number {
  const pairs = histogramCount(sL, 2);
  const reached = moves.flat().reduce((sum, one) => sum + PLACING + one.reached.length, 0);
  return finestResolution(
    sL,
    pairs * reached <= MOST_WORK ? Math.max(LATTICE_POINTS, pairs) : LATTICE_POINTS,
  );
}

/** Sweeps over more and more points, with a finer and finer gain, until something ends it. */
function* raise(
  plans: Plans,
  pick: (wanted: number) => Steps<readonly Float64Array[]>,
  first: number,
  finest: number,
  most: number,
  ending: (points: number) => PointResult["stop"] | undefined,
): Steps<PointsUsed & Pick<PointResult, "sweeps">> {
  const { blocks } = plans;
  const points = corners(plans.limit.sizes.sL).slice(0, most);
  yield* plans.addPoints(points);
  let count = points.length;
  let sweeps = 0;
  for (let gain = first; ; gain = Math.max(gain / 2, finest)) {
    const before = count;
    count = Math.min(most, Math.max(FIRST_POINTS, 2 * before));
    yield* plans.addPoints(yield* pick(count - before));
    for (let gained = Infinity; gained > MEAN_SHARE * gain * count * blocks.length; sweeps++) {
      gained = 0;
      for (const g of blocks.keys()) {
        gained += plans.raise(g, gain);
        yield;
      }
      const stop = ending(count);
      if (stop) return { points: count, sweeps: sweeps + 1, stop };
    }
    if (gain === finest && count === before) return { points: count, sweeps, stop: "points" };
  }
}

/** Of the points met on paths those where the bounds are furthest apart. */
function* widest(
  plans: Plans,
  bound: Values,
  paths: Paths,
  wanted: number,
): Steps<readonly Float64Array[]> {
  const { lookahead } = plans;
  const command = (g: number, shares: Float64Array): number => {
    lookahead.look(g, shares);
    return lookahead.action;
  };
  const met: { readonly shares: Float64Array; readonly gap: number }[] = [];
  while (met.length < MET * wanted) {
    for (const { globalState, shares } of paths.walk(command)) {
      met.push({ shares, gap: bound.at(globalState, shares) - plans.at(globalState, shares) });
    }
    yield;
  }
  met.sort((a, b) => b.gap - a.gap);
  return met.slice(0, wanted).map(({ shares }) => shares);
}

/** All robots in one local state. */
const corners = (states: number): Float64Array[] =>
  Array.from({ length: states }, (_, corner) =>
    new Float64Array(states).fill(1, corner, corner + 1),
  );

/** Values at each of the starts, s_g by the scenario's law. */
function* valuesAt(
  { initialGlobal }: Game,
  starts: readonly Float64Array[],
  values: Values,
): Steps<Float64Array> {
  const all = new Float64Array(starts.length);
  for (const [i, shares] of starts.entries()) {
    initialGlobal.forEach((p, g) => (all[i] += p > 0 ? p * values.at(g, shares) : 0));
    yield;
  }
  return all;
}

export const meanOf = (values: Float64Array): number => sumOf(values) / values.length;
