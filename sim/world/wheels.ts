/**
 * Differential drives: a command takes effect after its latency, wheels follow it within the body's
 * limits, slip loses part of their speed, and the body follows with its inertia. m/s, rad/s, s.
 */
import type { BodyLimits } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import { STEP_S, takeOver } from "./bodies";
import type { Imperfections } from "./imperfections";

interface WheelOptions extends Imperfections {
  readonly seed: number;
  /** One for each body. */
  readonly ids: readonly string[];
  readonly limits: readonly BodyLimits[];
}

/** A command counts as arrived this early: time is a sum of rounded steps. */
const TIME_TOLERANCE_S = 1e-5;

/** A body takes its wheels' speed once it is this near, m/s or rad/s. */
const CAUGHT_UP = 1e-4;

interface SentCommand {
  readonly arrives: number;
  readonly body: number;
  readonly v: number;
  readonly w: number;
}

export class Wheels {
  /** [bodies * 2] speed of the wheels without slip: forward m/s, yaw rate rad/s. */
  readonly speeds: Float64Array;
  /** [bodies * 2] speed of the body by its wheels, with slip and inertia: m/s, rad/s. */
  readonly driven: Float64Array;
  /** [bodies * 2] commands in effect. */
  private readonly commands: Float64Array;
  /** In order of arrival: the latency is the same for all. */
  private pending: SentCommand[] = [];
  /** [bodies * 2] share of its speed that the left and the right wheel keep. */
  private readonly grip: Float64Array;

  constructor(private readonly options: WheelOptions) {
    this.speeds = new Float64Array(2 * options.ids.length);
    this.driven = new Float64Array(2 * options.ids.length);
    this.commands = new Float64Array(2 * options.ids.length);
    this.grip = new Float64Array(2 * options.ids.length).fill(1);
  }

  /** Takes a command for `body` sent at `time`, unless it is not finite. */
  setCommand(body: number, v: number, w: number, time: number): void {
    if (!Number.isFinite(v) || !Number.isFinite(w)) return;
    const { command_latency: latency } = this.options;
    const command = { arrives: time + latency, body, v, w };
    if (latency > 0) this.pending.push(command);
    else this.obey(command);
  }

  hearUntil(time: number): void {
    let heard = 0;
    while (heard < this.pending.length && this.pending[heard].arrives <= time + TIME_TOLERANCE_S) {
      this.obey(this.pending[heard++]);
    }
    if (heard > 0) this.pending = this.pending.slice(heard);
  }

  /** Stops all wheels and drops all commands, pending ones too. */
  reset(): void {
    this.speeds.fill(0);
    this.driven.fill(0);
    this.commands.fill(0);
    this.pending = [];
  }

  /** Continues the wheels and commands of bodies that were in the world before. */
  takeOver(before: Wheels): void {
    takeOver(this.speeds, before.speeds, 2);
    takeOver(this.driven, before.driven, 2);
    takeOver(this.commands, before.commands, 2);
    const [lead, lastLead] = [this.options.ids.length - 1, before.options.ids.length - 1];
    this.pending = before.pending.flatMap((command) => {
      if (command.body === lastLead) return [{ ...command, body: lead }];
      return command.body < lead ? [command] : [];
    });
  }

  halt(body: number): void {
    this.speeds.fill(0, 2 * body, 2 * body + 2);
    this.driven.fill(0, 2 * body, 2 * body + 2);
  }

  drawSlip(slot: number): void {
    const { wheel_slip: slip, ids, seed } = this.options;
    if (slip === 0) return;
    ids.forEach((id, body) => {
      const uniform = keyedUniform(seed, "wheel-slip", id, slot);
      this.grip[2 * body] = 1 - slip * uniform();
      this.grip[2 * body + 1] = 1 - slip * uniform();
    });
  }

  /** Accelerates the wheels of `body` towards its command for a step; the body follows. */
  turn(body: number): void {
    const { speeds, commands, driven } = this;
    const { wheel_slip: slip, inertia } = this.options;
    const limits = this.options.limits[body];
    const i = 2 * body;
    speeds[i] = approach(speeds[i], commands[i], limits.maxSpeed, limits.maxAcceleration * STEP_S);
    const yawChange = limits.maxYawAcceleration * STEP_S;
    speeds[i + 1] = approach(speeds[i + 1], commands[i + 1], limits.maxYawRate, yawChange);
    let v = speeds[i];
    let w = speeds[i + 1];
    if (slip > 0) {
      const left = this.grip[i] * (v - limits.radius * w);
      const right = this.grip[i + 1] * (v + limits.radius * w);
      v = (left + right) / 2;
      w = (right - left) / (2 * limits.radius);
    }
    const share = inertia > 0 ? 1 - Math.exp(-STEP_S / inertia) : 1;
    driven[i] = follow(driven[i], v, share);
    driven[i + 1] = follow(driven[i + 1], w, share);
  }

  private obey({ body, v, w }: SentCommand): void {
    this.commands[2 * body] = v;
    this.commands[2 * body + 1] = w;
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
