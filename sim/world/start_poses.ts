/** Where bodies stand when an episode starts. Metres and radians in the `map` frame. */
import { type Arena, leadSpotOf, middleOf, type Point, spotOf } from "../../src/game/arena";
import type { EpisodeStart } from "../../src/game/episode";
import type { Body } from "./body";

/** A spot is free if no other body's edge would be nearer to the robot's than this. */
const ROOM_M = 0.02;

/** Puts robots at their spots, facing the arena's middle, then the lead vehicle, facing its zone. */
export function putAll(
  arena: Arena,
  bodies: readonly Body[],
  { globalState, localStates }: EpisodeStart,
): void {
  const middle = middleOf(arena);
  const zones = localStates.map((state) => state % arena.zones.length);
  zones.forEach((zone, i) => put(bodies[i], zone, spotOf(arena, zone, i), middle));
  const lead = bodies[localStates.length];
  put(lead, globalState, leadSpotOf(arena, globalState), arena.leadZones[globalState]);
}

/**
 * Puts the robots from index `first` on into their zones of `start`, each at its own spot or, if that
 * is taken, at the next free one of the zone. All other bodies have their places.
 */
export function putFree(
  arena: Arena,
  bodies: readonly Body[],
  first: number,
  { localStates }: EpisodeStart,
): void {
  const robots = localStates.length;
  for (let robot = first; robot < robots; robot++) {
    const others = [...bodies.slice(0, robot), bodies[robots]];
    const isFree = ({ x, y }: Point): boolean =>
      others.every((other) => {
        const apart = other.options.limits.radius + arena.robot.radius + ROOM_M;
        return Math.hypot(other.x - x, other.y - y) >= apart;
      });
    const zone = localStates[robot] % arena.zones.length;
    const spots = [...Array(robots).keys()].map((k) => spotOf(arena, zone, (robot + k) % robots));
    put(bodies[robot], zone, spots.find(isFree) ?? spots[0], middleOf(arena));
  }
}

/** Rounded to the physics engine's 32-bit floats: a body at rest stays exactly where it was put. */
function put(body: Body, zone: number, { x, y }: Point, facing: Point): void {
  [body.x, body.y] = [Math.fround(x), Math.fround(y)];
  body.yaw = Math.atan2(facing.y - y, facing.x - x);
  body.zone = zone;
}
