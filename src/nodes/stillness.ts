/** Detects a body that is told to move and does not: frozen odometry, or a body that is held. */
import type { DriveCommand, Pose } from "./drive";
import { steadyMs } from "../ros/clock";

/** A body is held once its odometry has not changed for this long while it was told to move. */
const FROZEN_S = 0.4;
/** After a new decision a held body tries again for this long. */
const RETRY_S = 0.25;
/** A longer gap between two odometry messages counts as nothing: the body may have moved. */
const LONGEST_GAP_S = 1;

export class Stillness {
  /** How long it has not moved, s, by stamps and by the steady clock; both must agree. */
  private stamped = 0;
  private wall = 0;
  private heardMs = -Infinity;
  private last: Pose | undefined;

  /**
   * @param told the last command
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
    else if (isTold && seconds < LONGEST_GAP_S) {
      this.stamped += Math.max(0, seconds);
      this.wall += wall;
    }
  }

  /** Docked robots are held for long, so this is a warning in /diagnostics and not logged. */
  get isHeld(): boolean {
    return Math.min(this.stamped, this.wall) >= FROZEN_S;
  }

  /** Called at a new decision: a held body tries again, for a shorter time. */
  retry(): void {
    if (this.isHeld) this.stamped = this.wall = FROZEN_S - RETRY_S;
  }
}
