/** Whether a simulated world can run a game. */
import { arenaProblem } from "../../src/game/arena";
import { kindsProblem } from "../../src/game/kinds";
import { type Game, sizesOf } from "../../src/game/model";

/** Robots whose odometry a reporter hears, each by itself: more would keep its process busy. */
export const MOST_APART = 100;
/** In a shorter epoch the nodes have no time to answer; wall time. */
const SHORTEST_EPOCH_S = 0.2;

/**
 * Why a world of npm start cannot run `game` with `population` robots, epochs of `epoch` s and `speed` simulated
 * seconds a second, and what to change; undefined where it can.
 */
export function worldProblem(
  game: Game,
  world: string,
  population: number,
  epoch: number = game.arena.epoch,
  speed = 1,
): string | undefined {
  const unshared = kindsProblem(game, population);
  if (unshared !== undefined || world === "abstract") return unshared;
  if (world === "mujoco" && population > MOST_APART) {
    return `beside MuJoCo ${MOST_APART} robots are heard at most, each by itself, and ${population} are asked for; have fewer robots, or use --world motion`;
  }
  if (epoch / speed < SHORTEST_EPOCH_S) {
    return `at a speed of ${speed} an epoch of ${epoch} s takes ${(epoch / speed).toFixed(2)} s of wall time, too short for the nodes to answer; give at most ${(epoch / SHORTEST_EPOCH_S).toFixed(1)}`;
  }
  const { sG, aG } = sizesOf(game);
  if (sG !== aG || !game.arena.isLeadPlaced) {
    return `${game.name} has ${sG} global states and ${aG} global actions, and in motion each is a place of the lead vehicle: the zones, if there are as many, or arena.lead_places; give as many of each, or use --world abstract`;
  }
  return arenaProblem(game.arena, population, epoch);
}
