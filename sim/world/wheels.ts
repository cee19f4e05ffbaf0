/**
 * A differential drive: a command takes effect after its latency, wheels follow it within the body's
 * limits, slip loses part of their speed, and the body follows with its inertia. m/s, rad/s, s.
 */
import { keyedUniform } from "../../src/game/draws";
import { type BodyOptions, STEP_S } from "./body_options";

/** Forward m/s and yaw rate rad/s. */
interface Twist {
  v: number;
  w: number;
}

/** A command counts as arrived this early: time is a sum of rounded steps. */
const TIME_TOLERANCE_S = 1e-5;

/** A body takes its wheels' speed once it is this near, m/s or rad/s. */
const CAUGHT_UP = 1e-4;

export class Wheels {
  /** Of the wheels, without slip. */
  readonly speed: Twist = { v: 0, w: 0 };
  /** Of the body by its wheels, with slip and inertia. */
  readonly driven: Twist = { v: 0, w: 0 };
  /** In effect. */
  private command: Twist = { v: 0, w: 0 };
  /** In order of arrival. */
  private pending: (Twist & { readonly arrives: number })[] = [];
  /** Share of its speed that the left and the right wheel keep. */
  private grip = [1, 1];

  constructor(private readonly options: BodyOptions) {}

  /** Takes a command sent at `time`, in place of another of that time, unless it is not finite. */
  setCommand(v: number, w: number, time: number): void {
    if (!Number.isFinite(v) || !Number.isFinite(w)) return;
    const arrives = time + this.options.command_latency;
    if (this.pending.at(-1)?.arrives === arrives) this.pending.pop();
    this.pending.push({ arrives, v, w });
  }

  /** Drops all commands, pending ones too. */
  reset(): void {
    this.command = { v: 0, w: 0 };
    this.pending = [];
  }

  halt(): void {
    this.speed.v = this.speed.w = this.driven.v = this.driven.w = 0;
  }

  drawSlip(slot: number): void {
    const { wheel_slip: slip, id, seed } = this.options;
    if (slip === 0) return;
    const uniform = keyedUniform(seed, "wheel-slip", id, slot);
    this.grip = [1 - slip * uniform(), 1 - slip * uniform()];
  }

  hearUntil(time: number): void {
    while (this.pending.length > 0 && this.pending[0].arrives <= time + TIME_TOLERANCE_S) {
      this.command = this.pending.shift()!;
    }
  }

  /** Accelerates the wheels towards the command for a step; the body follows. */
  turn(): void {
    const { speed, command, driven } = this;
    const { limits, inertia } = this.options;
    const { maxSpeed, maxAcceleration, maxYawRate, maxYawAcceleration } = limits;
    speed.v = approach(speed.v, command.v, maxSpeed, maxAcceleration * STEP_S);
    speed.w = approach(speed.w, command.w, maxYawRate, maxYawAcceleration * STEP_S);
    const { v, w } = this.slipped();
    const share = inertia > 0 ? 1 - Math.exp(-STEP_S / inertia) : 1;
    driven.v = follow(driven.v, v, share);
    driven.w = follow(driven.w, w, share);
  }

  private slipped(): Twist {
    const { v, w } = this.speed;
    const { wheel_slip: slip, limits } = this.options;
    if (slip === 0) return this.speed;
    const left = this.grip[0] * (v - limits.radius * w);
    const right = this.grip[1] * (v + limits.radius * w);
    return { v: (left + right) / 2, w: (right - left) / (2 * limits.radius) };
  }
}

/** From `value` towards `wanted` (clamped to ±limit) by no more than `change`. */
function approach(value: number, wanted: number, limit: number, change: number): number {
  const goal = Math.max(-limit, Math.min(limit, wanted));
  if (goal > value + change) return value + change;
  return goal < value - change ? value - change : goal;
}

/** From `value` towards `goal` by a share of what is left. */
function follow(value: number, goal: number, share: number): number {
  const next = value + (goal - value) * share;
  return share === 1 || Math.abs(goal - next) < CAUGHT_UP ? goal : next;
}
