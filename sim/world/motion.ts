/**
 * The motion world: unicycle bodies driven by velocity commands, docks that lock wheels, bodies that
 * keep apart, a wall. Pure: the same seed, start, commands and steps give the same world, bit for bit.
 * Metres, radians, seconds of simulated time, the `map` frame.
 */
import {
  type Arena,
  arenaProblem,
  leadSpotOf,
  middleOf,
  spotOf,
  wallRadius,
  zoneOf,
  wrapAngle,
} from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import type { EpisodeStart } from "../../src/game/episode";
import { type Game, sizesOf } from "../../src/game/model";
import { Contacts } from "./motion_contacts";

// Taken once: this runs millions of times, and a global is slow to look up in a vm context.
const { abs, atan2, ceil, cos, floor, max, min, sin } = Math;

export interface MotionOptions {
  readonly arena: Arena;
  /** One robot each, in order; robot i has spot i of every zone (`spotOf`). */
  readonly agentIds: readonly string[];
  /** Key of the job-end draws. */
  readonly seed: number;
  readonly start: EpisodeStart;
  /** s; default 0 */
  readonly startTime?: number;
  /** Length of an epoch slot, s; default the arena's. */
  readonly epoch?: number;
}

/** Physics advance in steps no longer than this, s; a longer `step` is cut into equal parts. */
export const LONGEST_STEP = 0.02;
/** A robot docks where it stands within this of its spot, m, and is no faster than this, m/s. */
export const DOCK_DISTANCE = 0.05;
export const DOCK_SPEED = 0.05;
/** A boundary counts as reached this early, s: time is a sum of steps. */
const TIME_TOLERANCE = 1e-5;

/** An epoch shorter than this leaves the nodes no time to answer, s of wall time. */
const SHORTEST_EPOCH = 0.2;

/**
 * Why the motion world cannot run `game` with `population` robots, epochs of `epoch` s and `speed`
 * simulated seconds a second, and what to change; undefined where it can.
 */
export function motionProblem(
  game: Game,
  population: number,
  epoch: number = game.arena.epoch,
  speed = 1,
): string | undefined {
  if (epoch / speed < SHORTEST_EPOCH) {
    return `at a speed of ${speed} an epoch of ${epoch} s takes ${(epoch / speed).toFixed(2)} s of wall time, too short for the nodes to answer; give at most ${(epoch / SHORTEST_EPOCH).toFixed(1)}`;
  }
  const { sG, aG, sL } = sizesOf(game);
  if (sG !== sL || aG !== sL) {
    return `${game.name} has ${sL} local states, ${sG} global states and ${aG} global actions, and in motion each is a zone of the arena; give as many of each, or use --fidelity abstract`;
  }
  return arenaProblem(game.arena, population, epoch);
}

export class MotionWorld {
  /** [(n+1) * 3] x m, y m, yaw rad in [-π, π]; the lead vehicle is the last body. */
  readonly poses: Float64Array;
  /** [(n+1) * 2] forward m/s, yaw rate rad/s, as realised. */
  readonly twists: Float64Array;
  /** [n+1] share of its wheels' way that a body does not go; 0: none. */
  readonly slips: Float64Array;
  /** [n] 1 while docked with wheels locked. */
  readonly locked: Uint8Array;
  /** s of simulated time. */
  time: number;
  /** Commands that were not finite and so not taken. */
  ignoredCommands = 0;
  readonly epoch: number;

  private readonly arena: Arena;
  private readonly agentIds: readonly string[];
  private readonly seed: number;
  private readonly robots: number;
  private readonly contacts: Contacts;
  private readonly pushable: Uint8Array;
  /** [(n+1) * 2] as asked for, and what the wheels do of it: m/s, rad/s. */
  private readonly commands: Float64Array;
  private readonly wheels: Float64Array;
  /** [(n+1) * 2] where each moving body was at the start of the step, m. */
  private readonly from: Float64Array;
  /** [n+1] zone of each body, with hysteresis. */
  private readonly zones: Uint8Array;
  /** The bodies that can move: unlocked robots in order, then the lead vehicle. */
  private moving: number[] = [];
  private slot: number;
  /** Time is `anchor` + `steps` · `stepLength`, so that it does not drift. */
  private anchor: number;
  private steps = 0;
  private stepLength = 0;

  /** @throws RangeError where `start` has not one state for each robot, or time or epoch is no number */
  constructor(options: MotionOptions) {
    this.arena = options.arena;
    this.agentIds = options.agentIds;
    this.seed = options.seed;
    this.robots = options.agentIds.length;
    this.epoch = options.epoch ?? options.arena.epoch;
    this.time = options.startTime ?? 0;
    this.anchor = this.time;
    if (!Number.isFinite(this.time) || !(this.epoch > 0)) {
      throw new RangeError(
        `startTime ${this.time} s and epoch ${this.epoch} s must be numbers, the epoch above 0`,
      );
    }
    const bodies = this.robots + 1;
    this.poses = new Float64Array(3 * bodies);
    this.twists = new Float64Array(2 * bodies);
    this.commands = new Float64Array(2 * bodies);
    this.wheels = new Float64Array(2 * bodies);
    this.from = new Float64Array(2 * bodies);
    this.slips = new Float64Array(bodies);
    this.zones = new Uint8Array(bodies);
    this.locked = new Uint8Array(this.robots);
    this.pushable = new Uint8Array(bodies);
    const radii = new Float64Array(bodies).fill(options.arena.robot.radius);
    radii[this.robots] = options.arena.lead.radius;
    this.contacts = new Contacts({
      poses: this.poses,
      radii,
      pushable: this.pushable,
      wall: { ...middleOf(options.arena), radius: wallRadius(options.arena) },
    });
    this.slot = this.slotNow();
    this.place(options.start);
  }

  /**
   * Asks `body` (robot index, or n for the lead vehicle) for v m/s forward and w rad/s. It holds
   * until the next; the body follows within its own limits, and not at all while docked. Numbers
   * that are not finite are ignored and counted.
   */
  setCommand(body: number, v: number, w: number): void {
    if (!Number.isFinite(v) || !Number.isFinite(w)) {
      this.ignoredCommands++;
      return;
    }
    this.commands[2 * body] = v;
    this.commands[2 * body + 1] = w;
  }

  /** Advances by dt s. @throws RangeError unless dt is a finite number above 0 */
  step(dt: number): void {
    if (!(dt > 0) || !Number.isFinite(dt))
      throw new RangeError(`dt is ${dt}; it must be above 0 s`);
    const parts = max(1, ceil(dt / LONGEST_STEP - 1e-9));
    if (dt / parts !== this.stepLength) {
      this.anchor = this.time;
      this.steps = 0;
      this.stepLength = dt / parts;
    }
    for (let part = 0; part < parts; part++) {
      this.moveBodies(this.stepLength);
      this.steps++;
      this.time = this.anchor + this.steps * this.stepLength;
      const slot = this.slotNow();
      if (slot > this.slot) this.startSlot(slot);
    }
  }

  /**
   * A new shift: every body at rest at its spot, facing the middle (the lead vehicle facing its
   * zone), commands forgotten, robots docked. The wheels of the running epoch slot are locked or not
   * as its job-end draws say, as if the bodies had stood there when it began; `held`: no body moves
   * before the next slot.
   */
  place(start: EpisodeStart, until: "free" | "held" = "free"): void {
    if (start.localStates.length !== this.robots) {
      throw new RangeError(
        `${start.localStates.length} local states for ${this.robots} robots; give one for each`,
      );
    }
    const middle = middleOf(this.arena);
    for (let i = 0; i < this.robots; i++) {
      const zone = start.localStates[i];
      const spot = spotOf(this.arena, zone, i, this.robots);
      this.putBody(i, zone, spot.x, spot.y, atan2(middle.y - spot.y, middle.x - spot.x));
    }
    const { x, y } = this.arena.zones[start.globalState];
    const spot = leadSpotOf(this.arena, start.globalState);
    const yaw = atan2(y - middle.y, x - middle.x);
    this.putBody(this.robots, start.globalState, spot.x, spot.y, yaw);
    this.twists.fill(0);
    this.wheels.fill(0);
    this.commands.fill(0);
    this.locked.fill(1);
    this.contacts.touched.fill(0);
    this.contacts.rebuild();
    this.moving = [];
    if (until === "free") this.startSlot(this.slotNow());
  }

  /** [n] the true zone of each robot now. */
  localStates(): Uint8Array {
    return this.zones.slice(0, this.robots);
  }

  /** The true zone of the lead vehicle now. */
  globalState(): number {
    return this.zones[this.robots];
  }

  /** True where robot i stands at its spot in some zone, as docking needs. */
  isSettled(i: number): boolean {
    if (this.locked[i] === 1) return true;
    const speed = max(abs(this.twists[2 * i]), abs(this.wheels[2 * i]));
    if (speed > DOCK_SPEED) return false;
    const spot = spotOf(this.arena, this.zones[i], i, this.robots);
    const dx = this.poses[3 * i] - spot.x;
    const dy = this.poses[3 * i + 1] - spot.y;
    return dx * dx + dy * dy <= DOCK_DISTANCE * DOCK_DISTANCE;
  }

  private putBody(body: number, zone: number, x: number, y: number, yaw: number): void {
    this.poses[3 * body] = x;
    this.poses[3 * body + 1] = y;
    this.poses[3 * body + 2] = yaw;
    this.zones[body] = zone;
  }

  private slotNow(): number {
    return floor((this.time + TIME_TOLERANCE) / this.epoch);
  }

  /** An epoch begins: who stands in a bay works on there, unless its job ends now. */
  private startSlot(slot: number): void {
    this.slot = slot;
    this.moving = [];
    const probability = this.arena.jobEndProbability;
    for (let i = 0; i < this.robots; i++) {
      const docks = probability < 1 && this.isSettled(i);
      const freed =
        !docks || keyedUniform(this.seed, "job-end", this.agentIds[i], slot)() < probability;
      this.locked[i] = freed ? 0 : 1;
      this.pushable[i] = freed ? 1 : 0;
      if (freed) this.moving.push(i);
      else this.halt(i);
    }
    this.moving.push(this.robots);
  }

  private halt(body: number): void {
    this.twists.fill(0, 2 * body, 2 * body + 2);
    this.wheels.fill(0, 2 * body, 2 * body + 2);
  }

  /** Every free body in order: wheels follow commands, the body follows its wheels as far as it can. */
  private moveBodies(dt: number): void {
    const { touched } = this.contacts;
    for (const body of this.moving) {
      this.from[2 * body] = this.poses[3 * body];
      this.from[2 * body + 1] = this.poses[3 * body + 1];
      touched[body] = 0;
    }
    for (const body of this.moving) {
      const heading = this.turnWheels(body, dt);
      if (this.way === 0) continue;
      this.contacts.move(body, this.way * cos(heading), this.way * sin(heading));
    }
    for (const body of this.moving) this.noteMove(body, dt);
  }

  /** The zone, and where others stood in the way the speed, that came of a step. */
  private noteMove(body: number, dt: number): void {
    const dx = this.poses[3 * body] - this.from[2 * body];
    const dy = this.poses[3 * body + 1] - this.from[2 * body + 1];
    if (dx !== 0 || dy !== 0) {
      this.zones[body] = zoneOf(this.arena, this.positionOf(body), this.zones[body]);
    }
    if (this.contacts.touched[body] === 0) return;
    const yaw = this.poses[3 * body + 2];
    this.twists[2 * body] = (dx * cos(yaw) + dy * sin(yaw)) / dt;
  }

  /** Chord of the step's arc, m; set by `turnWheels`. */
  private way = 0;

  /**
   * Speeds one step nearer to the command, yaw on, and the chord of the arc into `way`.
   * @returns the chord's direction, rad
   */
  private turnWheels(body: number, dt: number): number {
    const { wheels, commands } = this;
    const limits = body === this.robots ? this.arena.lead : this.arena.robot;
    const v0 = wheels[2 * body];
    const w0 = wheels[2 * body + 1];
    const v = approach(v0, commands[2 * body], limits.maxSpeed, limits.maxAcceleration * dt);
    const w = approach(
      w0,
      commands[2 * body + 1],
      limits.maxYawRate,
      limits.maxYawAcceleration * dt,
    );
    wheels[2 * body] = this.twists[2 * body] = v;
    wheels[2 * body + 1] = this.twists[2 * body + 1] = w;
    const half = ((w0 + w) * dt) / 4;
    const kept = 1 - this.slips[body];
    this.way = kept * ((v0 + v) / 2) * dt * (half === 0 ? 1 : sin(half) / half);
    const yaw = this.poses[3 * body + 2];
    if (half !== 0) this.poses[3 * body + 2] = wrapAngle(yaw + 2 * half);
    return yaw + half;
  }

  private readonly position = { x: 0, y: 0 };

  private positionOf(body: number): { x: number; y: number } {
    this.position.x = this.poses[3 * body];
    this.position.y = this.poses[3 * body + 1];
    return this.position;
  }
}

/** From `value` towards `wanted` (clamped to ±limit) by no more than `change`. */
function approach(value: number, wanted: number, limit: number, change: number): number {
  const goal = max(-limit, min(limit, wanted));
  if (goal > value + change) return value + change;
  return goal < value - change ? value - change : goal;
}
