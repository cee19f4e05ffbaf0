/**
 * Smooth motion from 10 to 25 pose frames a second: each pose glides to the newest frame, the slower the
 * nearer it is. Pure; wall time is passed in, ms.
 */
import type { PoseFrame } from "../../protocol";

/** In this time a pose goes 63 % of what is left of its way. */
const GLIDE_MS = 60;

export class Motion {
  /** Poses shown, as those of a frame. */
  readonly shown: Float32Array;
  frame: PoseFrame | undefined;
  private shownMs = 0;

  constructor(robots: number) {
    this.shown = new Float32Array(3 * (robots + 1));
  }

  /** Takes the newest frame; one with another number of robots is ignored. */
  push(frame: PoseFrame): void {
    if (frame.poses.length !== this.shown.length) return;
    if (this.frame === undefined) this.shown.set(frame.poses);
    this.frame = frame;
  }

  /** Brings `shown` to the instant `nowMs`. */
  advance(nowMs: number): void {
    const share = 1 - Math.exp((this.shownMs - nowMs) / GLIDE_MS);
    this.shownMs = nowMs;
    this.frame?.poses.forEach((goal, i) => {
      const left = goal - this.shown[i];
      // From where nobody knows it comes at once.
      if (Number.isNaN(left)) this.shown[i] = goal;
      else this.shown[i] += share * (i % 3 === 2 ? turn(left) : left);
    });
  }
}

/** The shorter way round of a turn, rad. */
const turn = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
