/**
 * The rule of the docks: a robot that stands at its spot when an epoch begins stays docked for that
 * epoch, unless its job ends then. Pure; a draw is a function of seed, robot and epoch slot.
 */
import { type Arena, type Point, spotOf } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";

/** A robot docks when it is this near its spot and this slow. */
const DOCK_DISTANCE_M = 0.05;
const DOCK_SPEED_M_S = 0.05;

export const hasDocks = ({ jobEndProbability }: Pick<Arena, "jobEndProbability">): boolean =>
  jobEndProbability.some((probability) => probability < 1);

/** Whether robot `index`, at `place` with a speed in m/s, stands at its spot in `zone`. */
export function isAtSpot(
  arena: Arena,
  index: number,
  zone: number,
  place: Point,
  speed: number,
): boolean {
  if (speed > DOCK_SPEED_M_S) return false;
  const spot = spotOf(arena, zone, index);
  const square = (place.x - spot.x) ** 2 + (place.y - spot.y) ** 2;
  return square <= DOCK_DISTANCE_M * DOCK_DISTANCE_M;
}

/**
 * Whether a robot is docked in epoch slot `slot` (ROS time in lengths of an epoch, rounded down).
 * @param state its local state when the slot begins
 * @param isSettled whether it was docked until then, or is at its spot
 */
export function isDocked(
  arena: Arena,
  seed: number,
  agentId: string,
  slot: number,
  state: number,
  isSettled: boolean,
): boolean {
  const probability = arena.jobEndProbability[state];
  if (!isSettled || probability >= 1) return false;
  return keyedUniform(seed, "job-end", agentId, slot)() >= probability;
}
