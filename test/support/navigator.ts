/** How a robot with a navigator of its own moves, such as Nav2's. */
import type { Point } from "../../src/game/arena";

export interface Post extends Point {
  readonly radius: number;
}

/** It turns aside this far from a post, m, */
const ASIDE_M = 0.3;
/** and stands this near its goal, m. */
const THERE_M = 0.01;

/** Moves a body by at most `way`, m, towards its goal, and round a post on the way. */
export function stepTowards(
  pose: { x: number; y: number; yaw: number },
  goal: Point,
  post: Post,
  way: number,
): void {
  const left = Math.hypot(goal.x - pose.x, goal.y - pose.y);
  if (left < THERE_M) return;
  const ahead = Math.atan2(goal.y - pose.y, goal.x - pose.x);
  const toPost = Math.atan2(post.y - pose.y, post.x - pose.x);
  const isNear = Math.hypot(post.x - pose.x, post.y - pose.y) < post.radius + ASIDE_M;
  pose.yaw = isNear && Math.cos(toPost - ahead) > 0 ? toPost + Math.PI / 2 : ahead;
  const length = Math.min(way, left);
  pose.x += length * Math.cos(pose.yaw);
  pose.y += length * Math.sin(pose.yaw);
}
