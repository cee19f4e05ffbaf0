/**
 * Smooth motion from 20 to 30 pose frames a second: each pose glides to the newest frame in about the
 * time between two frames. Pure; wall time is passed in, ms.
 */
import type { PoseFrame } from "../../protocol";

const SHORTEST_MS = 16;
const LONGEST_MS = 300;

export class Motion {
  /** Poses shown: x, y (m), heading (rad) of each robot, then of the lead vehicle. */
  readonly shown: Float32Array;
  frame: PoseFrame | undefined;
  private readonly from: Float32Array;
  private startMs = 0;
  private durationMs = 50;

  constructor(robots: number) {
    this.shown = new Float32Array(3 * (robots + 1));
    this.from = new Float32Array(this.shown.length);
  }

  /** Takes the newest frame; one with another number of robots is ignored. */
  push(frame: PoseFrame, nowMs: number): void {
    if (frame.poses.length !== this.shown.length) return;
    if (this.frame === undefined) {
      this.shown.set(frame.poses);
    } else {
      this.advance(nowMs);
      const gap = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, nowMs - this.startMs));
      this.durationMs += 0.2 * (gap - this.durationMs);
    }
    this.from.set(this.shown);
    this.frame = frame;
    this.startMs = nowMs;
  }

  /** Brings `shown` to the instant `nowMs`. */
  advance(nowMs: number): void {
    if (this.frame === undefined) return;
    const { poses } = this.frame;
    const share = Math.min(1, (nowMs - this.startMs) / this.durationMs);
    for (let i = 0; i < poses.length; i += 3) {
      this.shown[i] = this.from[i] + share * (poses[i] - this.from[i]);
      this.shown[i + 1] = this.from[i + 1] + share * (poses[i + 1] - this.from[i + 1]);
      this.shown[i + 2] = this.from[i + 2] + share * turn(this.from[i + 2], poses[i + 2]);
    }
  }
}

/** The shorter way round from one heading to another, rad. */
const turn = (from: number, to: number): number =>
  to - from - 2 * Math.PI * Math.round((to - from) / (2 * Math.PI));
