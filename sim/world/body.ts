/**
 * A robot, or the lead vehicle: a disc on two wheels. A command takes effect after its latency, the
 * wheels follow it within the body's limits, slip loses part of their speed, and the body follows with
 * its inertia, as far as grip allows. It keeps its state when others join or leave. Map frame, SI units.
 */
import type { RigidBody } from "@dimforge/rapier2d-deterministic-compat";
import { type BodyLimits, wrapAngle } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import { Odometry } from "./odometry";

/** A physics step, s of simulated time (50 Hz). */
export const STEP_S = 0.02;
/**
 * Wheels accelerate a body by at most this: a blocked body pushes, but not with its wheels' full
 * speed. At 40, two drives in a thousand past docked robots arrive late.
 */
const GRIP_M_S2 = 60;
/** A body that nobody commands brakes by this, as tyres hold. */
const BRAKE_M_S2 = 10;
/** A body that ends farther than this from where its wheels lead was touched, m: 32-bit rounding. */
const TOUCHED_M = 5e-5;
/** A command counts as arrived, a boundary as reached, this early: time is a rounded product. */
export const TIME_TOLERANCE_S = 1e-5;
/** A body takes its wheels' speed once it is this near, m/s or rad/s. */
const CAUGHT_UP = 1e-4;

/** What bodies of a perfect motion world do not do: the simulator's parameters of these names. */
export const PERFECT = {
  wheel_slip: 0,
  odometry_noise: 0,
  odometry_noise_yaw: 0,
  odometry_drift: 0,
  odometry_drift_yaw: 0,
  command_latency: 0,
  inertia: 0,
};

/** Units and meaning: config/parameters.yaml. */
export type Imperfections = Readonly<typeof PERFECT>;

export interface BodyOptions extends Imperfections {
  readonly seed: number;
  /** Its name in draws. */
  readonly id: string;
  /** Its number in draws of odometry: robot i has i + 1, the lead vehicle 0. */
  readonly number: number;
  readonly limits: BodyLimits;
  /** kg */
  readonly mass: number;
}

/** Forward m/s and yaw rate rad/s. */
interface Twist {
  v: number;
  w: number;
}

export class Body {
  x = 0;
  y = 0;
  /** In [-π, π]. */
  yaw = 0;
  /** Forward m/s and yaw rate rad/s, as realised. */
  v = 0;
  w = 0;
  /** With hysteresis. */
  zone = 0;
  /** Of robots. */
  kind = 0;
  /** Docked, with wheels locked. */
  isLocked = false;
  /** Nobody commands it. */
  isLost = false;
  /** Share of its wheels' way that it does not go; 0: none. */
  slip = 0;
  /** How far its wheels take it in the step, m. */
  wayX = 0;
  wayY = 0;
  /** The physics engine's, while it is in a world. */
  disc: RigidBody | undefined;
  readonly odometry: Odometry;
  /** Of the wheels, without slip. */
  readonly wheels: Twist = { v: 0, w: 0 };
  /** Of the body by its wheels, with their slip and its inertia. */
  private readonly driven: Twist = { v: 0, w: 0 };
  /** In effect. */
  private command: Twist = { v: 0, w: 0 };
  /** In order of arrival. */
  private pending: (Twist & { readonly arrives: number })[] = [];
  /** Share of its speed that the left and the right wheel keep. */
  private kept = [1, 1];
  /** Forward m/s of the last step. */
  private speed = 0;
  /** Whether it was blocked or pushed in the last step. */
  private isTouched = false;

  constructor(readonly options: BodyOptions) {
    this.odometry = new Odometry(options);
  }

  /** Takes a command sent at `time`, in place of another of that time, unless it is not finite. */
  setCommand(v: number, w: number, time: number): void {
    if (!Number.isFinite(v) || !Number.isFinite(w)) return;
    const arrives = time + this.options.command_latency;
    if (this.pending.at(-1)?.arrives === arrives) this.pending.pop();
    this.pending.push({ arrives, v, w });
  }

  hearUntil(time: number): void {
    while (this.pending.length > 0 && this.pending[0].arrives <= time + TIME_TOLERANCE_S) {
      this.command = this.pending.shift()!;
    }
  }

  drawSlip(slot: number): void {
    const { wheel_slip: slip, id, seed } = this.options;
    if (slip === 0) return;
    const uniform = keyedUniform(seed, "wheel-slip", id, slot);
    this.kept = [1 - slip * uniform(), 1 - slip * uniform()];
  }

  /** Stands from now on; a command goes on. */
  halt(): void {
    [this.v, this.w, this.speed, this.wayX, this.wayY] = [0, 0, 0, 0, 0];
    this.wheels.v = this.wheels.w = this.driven.v = this.driven.w = 0;
  }

  /** A new episode: it stands, without a command, and knows where. */
  reset(): void {
    this.halt();
    this.isTouched = false;
    this.command = { v: 0, w: 0 };
    this.pending = [];
    this.odometry.reset();
  }

  /** Whether a step changes nothing unless others move. */
  get isStill(): boolean {
    return this.wayX === 0 && this.wayY === 0 && !this.isTouched;
  }

  /** Turns the wheels towards the command, advances yaw, sets the way to the chord of the arc. */
  drive(): void {
    const { driven } = this;
    const { v, w } = driven;
    this.turnWheels();
    this.v = driven.v;
    this.w = driven.w;
    const half = ((w + driven.w) * STEP_S) / 4;
    const length = (1 - this.slip) * this.gripped((v + driven.v) / 2) * STEP_S;
    const way = length * (half === 0 ? 1 : Math.sin(half) / half);
    this.wayX = way * Math.cos(this.yaw + half);
    this.wayY = way * Math.sin(this.yaw + half);
    if (half !== 0) this.yaw = wrapAngle(this.yaw + 2 * half);
  }

  /** Accelerates the wheels towards the command for a step; the body follows. */
  private turnWheels(): void {
    const { wheels, command, driven } = this;
    const { limits, inertia } = this.options;
    const { maxSpeed, maxAcceleration, maxYawRate, maxYawAcceleration } = limits;
    const change = this.isLost ? Math.max(BRAKE_M_S2, maxAcceleration) : maxAcceleration;
    wheels.v = approach(wheels.v, command.v, maxSpeed, change * STEP_S);
    wheels.w = approach(wheels.w, command.w, maxYawRate, maxYawAcceleration * STEP_S);
    const { v, w } = this.slipped();
    const share = inertia > 0 ? 1 - Math.exp(-STEP_S / inertia) : 1;
    driven.v = follow(driven.v, v, share);
    driven.w = follow(driven.w, w, share);
  }

  private slipped(): Twist {
    const { v, w } = this.wheels;
    const { wheel_slip: slip, limits } = this.options;
    if (slip === 0) return this.wheels;
    const left = this.kept[0] * (v - limits.radius * w);
    const right = this.kept[1] * (v + limits.radius * w);
    return { v: (left + right) / 2, w: (right - left) / (2 * limits.radius) };
  }

  /** The forward speed, m/s, that grip allows where the wheels want `wanted`; updates the twist. */
  private gripped(wanted: number): number {
    const change = Math.max(GRIP_M_S2, this.options.limits.maxAcceleration) * STEP_S;
    const speed = Math.max(this.speed - change, Math.min(this.speed + change, wanted));
    if (speed !== wanted) this.v = speed;
    this.speed = speed;
    return speed;
  }

  /** Takes the place where step number `step` has led to; what touched something has its speed from it. */
  moveTo(x: number, y: number, step: number): void {
    const dx = x - this.x;
    const dy = y - this.y;
    this.x = x;
    this.y = y;
    this.odometry.noteMove(dx, dy, step);
    const off = Math.max(Math.abs(dx - this.wayX), Math.abs(dy - this.wayY));
    this.isTouched = off > TOUCHED_M;
    if (!this.isTouched) return;
    this.speed = (dx * Math.cos(this.yaw) + dy * Math.sin(this.yaw)) / STEP_S;
    this.v = this.speed;
  }
}

/** From `value` towards `wanted` (clamped to ±limit) by no more than `change`. */
function approach(value: number, wanted: number, limit: number, change: number): number {
  const goal = Math.max(-limit, Math.min(limit, wanted));
  return Math.max(value - change, Math.min(value + change, goal));
}

/** From `value` towards `goal` by a share of what is left. */
function follow(value: number, goal: number, share: number): number {
  const next = value + (goal - value) * share;
  return share === 1 || Math.abs(goal - next) < CAUGHT_UP ? goal : next;
}
