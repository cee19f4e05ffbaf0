/**
 * What a team could earn that chooses a_g and one rule S_l -> A_l together, all robots seen. That is convex
 * in μ too, so points find it: a command of the team is (a_g, rule), and what its plans promise holds for
 * every n. Rules are those of given local policies; then, as in the convex backup, the best before each plan
 * found, max_{a_l} r_l + γ Σ_{s_g'} P_g Σ_{s_l'} P_l α_{s_g'}(s_l').
 */
import type { Steps } from "../../base/steps";
import { rowTimes, sparseRows } from "../../game/limit";
import { type Game, localRow, sizesOf } from "../../game/model";
import { lowestBest } from "../../policy/lookahead";
import { rewardRange, TIE_SHARE } from "../value_iteration";
import type { Plans } from "./plans";
import { type PointOptions, type PointResult, pointSteps } from "./point_learner";

/** π_l in the form `command`, [sL][sG][aG][aL]. */
type Rules = Float64Array;

const MOST_POINTS = 60;
/** Of the accuracy asked for. */
const ACCURACY_SHARE = 0.2;
/** With more local states rules are not taken from plans: that would take longer than learning. */
const MOST_STATES = 20;
/** Rules of each (s_g, a_g) that are taken from plans. */
const MOST_FOUND = 3;

/** Its commands are (a_g, rule), and π_l obeys them. */
interface Team {
  readonly game: Game;
  readonly localPolicy: Float64Array;
}

/** @param given rules to begin with; the first are kept */
export function* teamSteps(
  game: Game,
  given: readonly Rules[],
  options: Required<Pick<PointOptions, "points" | "accuracy">> & PointOptions,
): Steps<(Team & PointResult)[]> {
  const points = Math.min(options.points, MOST_POINTS);
  const asked = { ...options, points, accuracy: ACCURACY_SHARE * options.accuracy };
  const teams: (Team & PointResult)[] = [];
  const rounds = sizesOf(game).sL <= MOST_STATES ? 2 : 1;
  for (let rules = given; ;) {
    const team = teamGame(game, rules);
    const result = yield* pointSteps(team.game, team.localPolicy, asked);
    teams.push({ ...team, ...result });
    if (result.stop === "time" || teams.length === rounds) break;
    rules = [given[0], ...foundRules(game, result.plans, rules.length, given[0])];
  }
  return teams;
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

function teamGame(game: Game, rules: readonly Rules[]): Team {
  const { sG, aL } = sizesOf(game);
  const repeated = (array: Float64Array, width: number): Float64Array =>
    interleaved(new Array<Float64Array>(rules.length).fill(array), width);
  const team = {
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

/** What is best for a robot before the plans. @param each commands of them for one a_g */
function foundRules(game: Game, { blocks }: Plans, each: number, otherwise: Rules): Rules[] {
  const { sG, aG, sL, aL } = sizesOf(game);
  const robots = sparseRows(game.localTransition, sL);
  const tie = TIE_SHARE * rewardRange(game);
  const found = Array.from({ length: MOST_FOUND }, () => otherwise.slice());
  const counts = new Int32Array(sG * aG);
  const known = new Set<string>();
  blocks.forEach(({ plans }, g) => {
    for (const { action, next } of plans) {
      const command = g * aG + Math.floor(action / each);
      if (counts[command] === MOST_FOUND) continue;
      const ahead = new Float64Array(sL);
      for (const { globalState, plan } of next) {
        const probability = game.globalTransition[command * sG + globalState];
        plan.vector.forEach((value, s) => (ahead[s] += probability * value));
      }
      const rule = game.localStates.map((_, s) => {
        const worth = (a: number, row = (s * sG + g) * aL + a): number =>
          game.localReward[row] + game.discount * rowTimes(robots, row, ahead);
        return lowestBest(
          [...game.localActions.keys()].map((a) => worth(a)),
          tie,
        );
      });
      if (known.size === known.add(`${command}: ${rule.join()}`).size) continue;
      const rules = found[counts[command]++];
      rule.forEach((best, s) => {
        const row = (s * sG * aG + command) * aL;
        rules.fill(0, row, row + aL)[row + best] = 1;
      });
    }
  });
  return found.slice(0, Math.max(...counts));
}
