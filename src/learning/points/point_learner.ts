/**
 * G-LEARN(π_l) without a table: point-based backups in the limit of many robots, where the global
 * agent's problem is that of a POMDP with the population's distribution μ for the belief.
 *
 * Taken from Perseus (Spaan and Vlassis, JAIR 24, 2005, section 3): points from simulated paths, and
 * sweeps that back up only the points which no vector added before them in the sweep has improved. From
 * HSVI (Smith and Simmons, UAI 2004): points where upper and lower bound are furthest apart. Deviations:
 * points are taken in their order and not at random; a backup adds a vector only where it gains enough;
 * points grow in number while that becomes finer; at the end vectors that were dropped come back where
 * the lower bound needs them (plans.ts).
 */
import type { Steps } from "../../base/steps";
import { type Limit, limitOf } from "../../game/limit";
import type { Game } from "../../game/model";
import type { PointsUsed } from "../../game/policy_metadata";
import { type Estimate, estimate } from "../../game/statistics";
import { rewardRange } from "../value_iteration";
import { finestResolution, LatticeBound } from "./lattice_bound";
import { Paths } from "./paths";
import { Plans } from "./plans";
import { DispatcherBound, type Until, type UpperBound } from "./upper_bounds";

export interface PointOptions {
  /** Most points; default 200. */
  readonly points?: number;
  /** Stops where the limit's bounds at the start differ by this share of the lower; default 0.005. */
  readonly accuracy?: number;
  readonly seed?: number;
  /** Asked after each sweep; true ends learning with what there is. */
  readonly isTimeUp?: () => boolean;
}

export interface PointResult extends PointsUsed {
  readonly plans: Plans;
  /**
   * Infinite discounted return from the scenario's start, all robots seen: what the policy earns at
   * least and what none exceeds against this π_l, both for every n; what none exceeds in the limit.
   */
  readonly bounds: Readonly<Record<"lower" | "upper" | "limitUpper", Estimate>>;
  readonly sweeps: number;
}

const FIRST_POINTS = 10;
/** A backup that gains less adds no vector, as a share of the rewards' range: halved step by step, */
const FIRST_GAIN = 1 / 128;
/** down to this share of the accuracy, but not below what rounding needs. */
const FINEST_SHARE = 0.4;
const LEAST_GAIN = 1e-6;
/** Sweeps go on while the points gain more than this share of that on average. */
const MEAN_SHARE = 0.1;
/** Starts by which learning is stopped, and by which bounds are measured. */
const WATCHED_STARTS = 32;
const MEASURED_STARTS = 256;
/** Of the limit's upper bound. */
const LATTICE_POINTS = 500;
/** Error of the upper bounds' values, as a share of the rewards' range. */
const BOUND_ACCURACY = 1e-4;

/** @param localPolicy π_l, in either form */
export function* pointSteps(
  game: Game,
  localPolicy: ArrayLike<number>,
  { points: most = 200, accuracy = 5e-3, seed = 0, isTimeUp }: PointOptions = {},
): Steps<PointResult> {
  const limit = limitOf(game, localPolicy);
  const range = rewardRange(game);
  const until = { accuracy: BOUND_ACCURACY * range };
  const everyBound = new DispatcherBound(limit, until);
  const limitBound = limitBoundOf(limit, everyBound, until);
  const paths = new Paths(game, limit, seed);
  const watched = paths.starts(WATCHED_STARTS, "watch");
  const upper = meanAt(game, watched, limitBound).mean;
  const plans = new Plans(limit, leastReward(game) / (1 - game.discount), most);
  const ending = (): PointResult["stop"] | undefined => {
    const lower = meanAt(game, watched, plans).mean;
    if (upper - lower <= accuracy * Math.abs(lower)) return "accuracy";
    return isTimeUp?.() ? "time" : undefined;
  };
  const finest = Math.min(FIRST_GAIN, Math.max(LEAST_GAIN, FINEST_SHARE * accuracy)) * range;
  const ended = yield* raise(plans, paths, FIRST_GAIN * range, finest, most, ending);
  plans.close();
  const measured = paths.starts(MEASURED_STARTS, "measure");
  const [lower, limitUpper, everyUpper] = [plans, limitBound, everyBound].map((values) =>
    meanAt(game, measured, values),
  );
  return { ...ended, plans, bounds: { lower, limitUpper, upper: everyUpper } };
}

/** A lattice where a fine one fits, else what holds for every n. */
function limitBoundOf(limit: Limit, every: DispatcherBound, until: Until): UpperBound {
  const resolution = finestResolution(limit.sizes.sL, LATTICE_POINTS);
  return resolution > 1 ? new LatticeBound(limit, resolution, until) : every;
}

/** Sweeps over more and more points, with a finer and finer gain, until something ends it. */
function* raise(
  plans: Plans,
  paths: Paths,
  first: number,
  finest: number,
  most: number,
  ending: () => PointResult["stop"] | undefined,
): Steps<PointsUsed & Pick<PointResult, "sweeps">> {
  const { lookahead, blocks } = plans;
  let count = 0;
  const add = (points: readonly Float64Array[]): void => {
    const added = points.slice(0, most - count);
    plans.addPoints(added);
    count += added.length;
  };
  add(corners(plans.limit.sizes.sL));
  let sweeps = 0;
  for (let gain = first; ; gain = Math.max(gain / 2, finest)) {
    const before = count;
    const wanted = Math.min(most, Math.max(FIRST_POINTS, 2 * before));
    while (count < wanted) {
      add(
        paths
          .walk((g, shares) => (lookahead.look(g, shares), lookahead.action))
          .slice(0, wanted - count),
      );
    }
    for (let gained = Infinity; gained > MEAN_SHARE * gain * count * blocks.length; sweeps++) {
      gained = 0;
      for (const g of blocks.keys()) {
        gained += plans.raise(g, gain);
        yield;
      }
      const stop = ending();
      if (stop) return { points: count, sweeps: sweeps + 1, stop };
    }
    if (gain === finest && count === before) return { points: count, sweeps, stop: "points" };
  }
}

/** All robots in one local state. */
const corners = (states: number): Float64Array[] =>
  Array.from({ length: states }, (_, corner) =>
    new Float64Array(states).fill(1, corner, corner + 1),
  );

/** At most what an epoch earns. */
const leastReward = ({ globalReward, localReward }: Game): number =>
  [globalReward, localReward].reduce(
    (sum, values) => sum + values.reduce((a, b) => Math.min(a, b)),
    0,
  );

/** Mean of values over starts of the scenario. */
const meanAt = (
  { initialGlobal }: Game,
  starts: readonly Float64Array[],
  values: UpperBound,
): Estimate =>
  estimate(
    starts.map((shares) =>
      initialGlobal.reduce((sum, p, g) => (p > 0 ? sum + p * values.at(g, shares) : sum), 0),
    ),
  );
