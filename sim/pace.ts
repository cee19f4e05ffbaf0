/** Simulated time against the wall clock: the steps that are due, the real-time factor reached. */
import { RosClock, steadyMs } from "../src/ros/clock";
import { type Health, publishDiagnostics } from "../src/ros/diagnostics";
import type { RosNode } from "../src/ros/node";
import { isSlow } from "./protocol";
import type { WorldControls } from "./world_controls";

/** The factor is measured over at least this long, ms of wall time. */
const WINDOW_MS = 2000;

/** Simulated seconds per second of wall time. */
export class RealTimeFactor {
  /** Over the last window; null: not known yet. */
  value: number | null = null;
  private sinceMs: number | undefined;
  private seconds = 0;
  /** Of the windows that are over. */
  private total = { ms: 0, seconds: 0 };

  /** Over all the time that was looked at until `wallMs`; null: none was. */
  overall(wallMs: number): number | null {
    const { total, sinceMs, seconds } = this;
    const ms = total.ms + wallMs - (sinceMs ?? wallMs);
    return ms > 0 ? (1000 * (total.seconds + (sinceMs === undefined ? 0 : seconds))) / ms : null;
  }

  advanced(seconds: number): void {
    this.seconds += seconds;
  }

  /** Time stands: the window starts anew. */
  hold(): void {
    this.sinceMs = undefined;
  }

  /** Returns whether `value` is new at `wallMs` of a steady clock. */
  look(wallMs: number): boolean {
    const passed = wallMs - (this.sinceMs ?? wallMs);
    const isOver = passed >= WINDOW_MS;
    if (isOver) {
      this.value = (1000 * this.seconds) / passed;
      this.total.ms += passed;
      this.total.seconds += this.seconds;
    }
    if (isOver || this.sinceMs === undefined) [this.sinceMs, this.seconds] = [wallMs, 0];
    return isOver;
  }
}

/**
 * Reports a slow world in the log and on /diagnostics until the function returned is called.
 * @param asked speed that is asked for; 0: none
 */
export function watchFactor(
  node: RosNode,
  factor: RealTimeFactor,
  controls: WorldControls,
  asked: () => number,
): () => void {
  const slow = (): string =>
    `the world runs at ${factor.value?.toFixed(2)} simulated seconds per second, ${asked()} were asked for; give it fewer robots, a lower speed or more processor time`;
  let wasSlow = false;
  let before = asked();
  const look = (): Health => {
    if (asked() !== before) factor.hold();
    before = asked();
    if (factor.look(steadyMs())) {
      if (isSlow(factor.value, asked()) && !wasSlow) node.log.warn(slow());
      wasSlow = isSlow(factor.value, asked());
    }
    const { paused } = controls;
    const values = { real_time_factor: factor.value ?? 0, paused };
    const problem = paused ? "paused" : wasSlow && slow();
    return { level: problem ? "warn" : "ok", message: problem || "running", values };
  };
  const check = { robot: "", name: "simulator: world", look };
  return publishDiagnostics(node, new RosClock(false), () => [check]);
}

/** Steps due by the wall clock. A world that falls behind slows down and skips none. */
export class Pace {
  private lastMs: number | undefined;
  private credit = 0;

  /**
   * @param stepMs simulated time of a step, ms
   * @param most steps returned at once
   */
  constructor(
    private readonly stepMs: number,
    private readonly most: number,
  ) {}

  /** Time stands until `due` is called again. */
  hold(): void {
    this.lastMs = undefined;
  }

  due(wallMs: number, speed: number): number {
    const passed = wallMs - (this.lastMs ?? wallMs);
    this.lastMs = wallMs;
    this.credit = Math.min(this.most, this.credit + (passed * speed) / this.stepMs);
    const steps = Math.floor(this.credit);
    this.credit -= steps;
    return steps;
  }
}
