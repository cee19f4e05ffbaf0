/** Odometry that a robot with a fault reports. Pure. */
import type { Fault } from "./protocol";

export class ToldPoses {
  /** Poses of bodies when they froze. */
  private readonly frozen = new Map<number, Float64Array>();

  /** x, y (m), yaw (rad) that `body` reports; undefined: nothing, it is mute. */
  of(
    body: number,
    poses: Float64Array,
    fault: Fault | undefined,
  ): readonly [number, number, number] | undefined {
    if (fault === "mute") return undefined;
    if (fault === "nan") return [NaN, NaN, NaN];
    const told = poses.subarray(3 * body, 3 * body + 3);
    if (fault !== "frozen") this.frozen.delete(body);
    else if (!this.frozen.has(body)) this.frozen.set(body, told.slice());
    const [x, y, yaw] = this.frozen.get(body) ?? told;
    return [x, y, yaw];
  }
}
