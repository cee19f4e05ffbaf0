/**
 * A robot, or the lead vehicle: a disc on two wheels. It keeps its state when others join or leave. Map
 * frame, SI units.
 */
import type { RigidBody } from "@dimforge/rapier2d-deterministic-compat";
import { wrapAngle } from "../../src/game/arena";
import { type BodyOptions, STEP_S } from "./body_options";
import { Odometry } from "./odometry";
import { Wheels } from "./wheels";

/**
 * Wheels accelerate a body by at most this: a blocked body pushes, but not with its wheels' full
 * speed. At 40, two drives in a thousand past docked robots arrive late.
 */
const GRIP_M_S2 = 60;
/** A body that ends farther than this from where its wheels lead was touched, m: 32-bit rounding. */
const TOUCHED_M = 5e-5;

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
  /** Share of its wheels' way that it does not go; 0: none. */
  slip = 0;
  /** How far its wheels take it in the step, m. */
  wayX = 0;
  wayY = 0;
  /** The physics engine's, while it is in a world. */
  disc: RigidBody | undefined;
  readonly wheels: Wheels;
  readonly odometry: Odometry;
  /** Forward m/s of the last step. */
  private speed = 0;
  /** Whether it was blocked or pushed in the last step. */
  private isTouched = false;

  constructor(readonly options: BodyOptions) {
    this.wheels = new Wheels(options);
    this.odometry = new Odometry(options);
  }

  /** Stands from now on; a command goes on. */
  halt(): void {
    [this.v, this.w, this.speed, this.wayX, this.wayY] = [0, 0, 0, 0, 0];
    this.wheels.halt();
  }

  /** A new episode: it stands, without a command, and knows where. */
  reset(): void {
    this.halt();
    this.isTouched = false;
    this.wheels.reset();
    this.odometry.reset();
  }

  /** Whether a step changes nothing unless others move. */
  get isStill(): boolean {
    return this.wayX === 0 && this.wayY === 0 && !this.isTouched;
  }

  /** Turns the wheels towards the command, advances yaw, sets the way to the chord of the arc. */
  drive(): void {
    const { driven } = this.wheels;
    const { v, w } = driven;
    this.wheels.turn();
    this.v = driven.v;
    this.w = driven.w;
    const half = ((w + driven.w) * STEP_S) / 4;
    const length = (1 - this.slip) * this.gripped((v + driven.v) / 2) * STEP_S;
    const way = length * (half === 0 ? 1 : Math.sin(half) / half);
    this.wayX = way * Math.cos(this.yaw + half);
    this.wayY = way * Math.sin(this.yaw + half);
    if (half !== 0) this.yaw = wrapAngle(this.yaw + 2 * half);
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
