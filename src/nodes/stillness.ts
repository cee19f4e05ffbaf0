/** For how long a body that is told to move has not moved: frozen odometry, or a body that is held. */
import type { DriveCommand, Pose } from "./drive";
import { steadyMs } from "../ros/clock";

/** A body that is told to move and whose odometry says the very same for this long stands, s. */
const FROZEN = 0.4;
/** At a new decision it tries for this long, s. */
const RETRY = 0.25;
/** Odometry that comes more seldom shows nothing of what happened in between, s. */
const LONGEST_GAP = 1;

export class Stillness {
  /** s, of the stamps and of the steady clock: neither alone may say it. */
  private stamped = 0;
  private wall = 0;
  private heardMs = -Infinity;

  private last: Pose | undefined;

  /**
   * @param told what the body was told last
   * @param seconds between the stamps of this odometry and the one before
   */
  hear(pose: Pose, told: DriveCommand, seconds: number): void {
    const { last } = this;
    this.last = pose;
    const isSame = last?.x === pose.x && last.y === pose.y && last.yaw === pose.yaw;
    const isTold = told.linear !== 0 || told.angular !== 0;
    const wall = (steadyMs() - this.heardMs) / 1000;
    this.heardMs = steadyMs();
    if (!isSame) this.stamped = this.wall = 0;
    else if (isTold && seconds < LONGEST_GAP) {
      this.stamped += Math.max(0, seconds);
      this.wall += wall;
    }
  }

  /** Common where wheels are locked for a while: told by diagnostics alone. */
  get isHeld(): boolean {
    return Math.min(this.stamped, this.wall) >= FROZEN;
  }

  /** A new decision is a new, shorter try for a body that did not move. */
  retry(): void {
    if (this.isHeld) this.stamped = this.wall = FROZEN - RETRY;
  }
}
