/** Where bodies stand when a shift starts. Metres and radians in the `map` frame. */
import { type Arena, leadSpotOf, middleOf, spotOf } from "../../src/game/arena";
import type { EpisodeStart } from "../../src/game/episode";

const { atan2, fround } = Math;

/**
 * [(n+1) * 3] x, y, yaw: every robot at its spot, facing the arena's middle, then the lead vehicle,
 * facing its zone. Places are as 32-bit floats have them, which the physics engine counts in: a body
 * at rest stays exactly where it was put.
 */
export function startPoses(arena: Arena, { globalState, localStates }: EpisodeStart): Float64Array {
  const robots = localStates.length;
  const middle = middleOf(arena);
  const poses = new Float64Array(3 * (robots + 1));
  const put = (body: number, x: number, y: number, yaw: number): void => {
    poses.set([fround(x), fround(y), yaw], 3 * body);
  };
  localStates.forEach((zone, i) => {
    const { x, y } = spotOf(arena, zone, i, robots);
    put(i, x, y, atan2(middle.y - y, middle.x - x));
  });
  const { x, y } = arena.zones[globalState];
  const spot = leadSpotOf(arena, globalState);
  put(robots, spot.x, spot.y, atan2(y - middle.y, x - middle.x));
  return poses;
}
