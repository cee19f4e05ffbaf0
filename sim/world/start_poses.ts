/** Where bodies stand when an episode starts. Metres and radians in the `map` frame. */
import { type Arena, leadSpotOf, middleOf, type Point, spotOf } from "../../src/game/arena";
import type { EpisodeStart } from "../../src/game/episode";

/** A spot is free if no other body's edge would be nearer to the robot's than this. */
const ROOM_M = 0.02;

/**
 * [(n+1) * 3] x, y, yaw: every robot at its spot, facing the arena's middle, then the lead vehicle,
 * facing its zone. Positions are rounded to the physics engine's 32-bit floats: a body at rest stays
 * exactly where it was put.
 */
export function startPoses(arena: Arena, { globalState, localStates }: EpisodeStart): Float64Array {
  const robots = localStates.length;
  const middle = middleOf(arena);
  const poses = new Float64Array(3 * (robots + 1));
  localStates.forEach((zone, i) => put(poses, i, spotOf(arena, zone, i), middle));
  put(poses, robots, leadSpotOf(arena, globalState), arena.zones[globalState]);
  return poses;
}

/**
 * Puts the robots from index `first` on into their zones of `start`, each at its own spot or, if that
 * is taken, at the next free one of the zone. `poses` holds all other bodies.
 */
export function putFree(
  arena: Arena,
  poses: Float64Array,
  first: number,
  { localStates }: EpisodeStart,
): void {
  const robots = localStates.length;
  const isFree = ({ x, y }: Point, robot: number): boolean => {
    for (let body = 0; body <= robots; body++) {
      // Robots placed later have no pose yet.
      if (body >= robot && body < robots) continue;
      const radius = body === robots ? arena.lead.radius : arena.robot.radius;
      const distance = Math.hypot(poses[3 * body] - x, poses[3 * body + 1] - y);
      if (distance < radius + arena.robot.radius + ROOM_M) return false;
    }
    return true;
  };
  for (let robot = first; robot < robots; robot++) {
    const zone = localStates[robot];
    const spots = [...Array(robots).keys()].map((k) => spotOf(arena, zone, (robot + k) % robots));
    put(poses, robot, spots.find((spot) => isFree(spot, robot)) ?? spots[0], middleOf(arena));
  }
}

function put(poses: Float64Array, body: number, { x, y }: Point, facing: Point): void {
  poses.set([Math.fround(x), Math.fround(y), Math.atan2(facing.y - y, facing.x - x)], 3 * body);
}
