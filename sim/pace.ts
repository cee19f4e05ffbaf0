/** The world against the wall clock: how many steps are due, and which real-time factor is reached. */
import { RosClock, steadyMs } from "../src/ros/clock";
import { type Health, publishDiagnostics } from "../src/ros/diagnostics";
import type { RosNode } from "../src/ros/node";
import type { WorldControls } from "./world_controls";

/** The factor is that of at least so long, ms of wall time. */
const WINDOW_MS = 2000;
/** A world that reaches less than this share of the speed asked for is slow. */
const SLOW = 0.9;

/** Which share of real time is reached. */
export class RealTimeFactor {
  /** Simulated seconds a second over the last window; null: not known yet. */
  value: number | null = null;
  private sinceMs: number | undefined;
  private seconds = 0;

  /** So much simulated time went by. */
  advanced(seconds: number): void {
    this.seconds += seconds;
  }

  /** Time stands: what went before counts no more. */
  hold(): void {
    this.sinceMs = undefined;
  }

  /** Looks at the clock; true when `value` is new. */
  look(wallMs: number): boolean {
    if (this.sinceMs === undefined) {
      this.sinceMs = wallMs;
      this.seconds = 0;
    }
    const passed = wallMs - this.sinceMs;
    if (passed < WINDOW_MS) return false;
    this.value = (1000 * this.seconds) / passed;
    this.sinceMs = wallMs;
    this.seconds = 0;
    return true;
  }

  /** Whether less is reached than the `speed` asked for. */
  isSlow(speed: number): boolean {
    return this.value !== null && this.value < SLOW * speed;
  }
}

/** Looks at the factor each second; says in the log and on /diagnostics where the world is slow. */
export function watchFactor(
  node: RosNode,
  factor: RealTimeFactor,
  controls: WorldControls,
  parameters: { readonly speed: number; readonly fidelity: string },
): () => void {
  const asked = (): number => (parameters.fidelity === "abstract" ? 0 : parameters.speed);
  const slow = (): string =>
    `the world reaches ${factor.value?.toFixed(2)} simulated seconds a second of the ${asked()} asked for; give it fewer robots, less speed, or more of the processor`;
  let wasSlow = false;
  let before = asked();
  const timer = setInterval(() => {
    if (asked() !== before) factor.hold();
    before = asked();
    if (!factor.look(steadyMs())) return;
    const isSlow = factor.isSlow(asked());
    if (isSlow && !wasSlow) node.log.warn(slow());
    wasSlow = isSlow;
  }, 500);
  const look = (): Health => {
    const values = { real_time_factor: factor.value ?? 0, paused: controls.paused };
    if (controls.paused) return { level: "warn", message: "time stands: paused", values };
    return wasSlow
      ? { level: "warn", message: slow(), values }
      : { level: "ok", message: "time goes on", values };
  };
  const check = { robot: "", name: "simulator: world", look };
  const endDiagnostics = publishDiagnostics(node, new RosClock(false), () => [check]);
  return () => {
    clearInterval(timer);
    endDiagnostics();
  };
}

/** Steps that the wall clock asks for. A world that falls behind slows down and never skips. */
export class Pace {
  private lastMs: number | undefined;
  private credit = 0;

  /**
   * @param stepMs of simulated time
   * @param most steps in one go
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
