/** Odometry as a broken robot tells it. Pure. */
import type { Fault } from "./protocol";

export class ToldPoses {
  /** [(n+1) * 3] as told last. */
  private readonly told: Float64Array;

  /** @param bodies n + 1 */
  constructor(bodies: number) {
    this.told = new Float64Array(3 * bodies);
  }

  /** x, y, yaw that `body` tells of its true pose; undefined: it is mute. */
  of(
    body: number,
    poses: Float64Array,
    fault: Fault | undefined,
  ): readonly [number, number, number] | undefined {
    if (fault === "mute") return undefined;
    if (fault === "nan") return [NaN, NaN, NaN];
    const at = 3 * body;
    if (fault !== "frozen") this.told.set(poses.subarray(at, at + 3), at);
    return [this.told[at], this.told[at + 1], this.told[at + 2]];
  }
}
