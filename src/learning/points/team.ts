/**
 * What a team could earn that chooses a_g and one rule S_l -> A_l together, all robots seen. That is convex
 * in μ too, so points find it: a command of the team is (a_g, rule), and what its plans promise holds for
 * every n. Rules are those of given local policies.
 */
import type { Steps } from "../../base/steps";
import { type Game, localRow, sizesOf } from "../../game/model";
import { blindSteps } from "../starts";
import { type PointOptions, type PointResult, pointSteps } from "./point_learner";

/** π_l in the form `command`, [sL][sG][aG][aL]. */
type Rules = Float64Array;

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

/** π_l that obeys each command by the local policy for it, in either form. */
export function toldBy(game: Game, policyFor: (action: number) => ArrayLike<number>): Rules {
  const { sG, aG, sL, aL } = sizesOf(game);
  return Float64Array.from({ length: sL * sG * aG * aL }, (_, i) => {
    const [a, row] = [i % aL, Math.floor(i / aL)];
    const [action, state] = [row % aG, Math.floor(row / aG)];
    const policy = policyFor(action);
    return policy[localRow(game, policy, Math.floor(state / sG), state % sG, action) + a];
  });
}

/** Robots' response to a lead that repeats its command, whichever it is. */
export function* repeatedSteps(game: Game, temperature?: number): Steps<Rules> {
  const responses: Float32Array[] = [];
  for (const action of game.globalActions.keys()) {
    responses.push(yield* blindSteps(game, action, temperature));
  }
  return toldBy(game, (action) => responses[action]);
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
function interleaved(arrays: readonly Float64Array[], width: number): Float64Array {
  const all = new Float64Array(arrays.length * arrays[0].length);
  arrays.forEach((array, i) => {
    for (let at = 0; at < array.length; at += width)
      all.set(array.subarray(at, at + width), at * arrays.length + i * width);
  });
  return all;
}
