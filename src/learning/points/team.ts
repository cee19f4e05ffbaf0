/**
 * What a team could earn that chooses a_g and one rule S_l -> A_l together, all robots seen. That is convex
 * in μ too, so points find it: a command of the team is (a_g, rule), and what its plans promise holds for
 * every n. Rules are those of given local policies.
 */
import type { Steps } from "../../base/steps";
import { type Game, sizesOf } from "../../game/model";
import { type PointOptions, type PointResult, pointSteps } from "./point_learner";

/** π_l in the form `command`, [sL][sG][aG][aL]. */
type Rules = Float32Array;

const MOST_POINTS = 60;
/** Of the accuracy asked for. */
const ACCURACY_SHARE = 0.2;

export function* teamSteps(
  game: Game,
  rules: readonly Rules[],
  options: Required<Pick<PointOptions, "points" | "accuracy">> & PointOptions,
): Steps<PointResult> {
  const points = Math.min(options.points, MOST_POINTS);
  const asked = { ...options, points, accuracy: ACCURACY_SHARE * options.accuracy };
  const team = teamGame(game, rules);
  yield;
  return yield* pointSteps(team.game, team.localPolicy, asked);
}

/** The game whose commands are (a_g, rule), and the π_l that obeys them. */
export function teamGame(game: Game, rules: readonly Rules[]) {
  const { sG, aL } = sizesOf(game);
  const repeated = (array: Float64Array, width: number): Float64Array =>
    interleaved(new Array<Float64Array>(rules.length).fill(array), width);
  const team: Game = {
    ...game,
    globalActions: game.globalActions.flatMap((name) => rules.map((_, i) => `${name} ${i}`)),
    globalTransition: repeated(game.globalTransition, sG),
    globalReward: repeated(game.globalReward, 1),
  };
  return { game: team, localPolicy: interleaved(rules, aL) };
}

/** The first row of each of the arrays, then the second ones, and so on. */
function interleaved(arrays: readonly (Float64Array | Rules)[], width: number): Float64Array {
  const all = new Float64Array(arrays.length * arrays[0].length);
  arrays.forEach((array, i) => {
    for (let at = 0; at < array.length; at += width)
      all.set(array.subarray(at, at + width), at * arrays.length + i * width);
  });
  return all;
}
