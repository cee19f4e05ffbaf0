/**
 * The motion world: bodies on differential drives that follow velocity commands, docks that lock
 * wheels, contacts and a wall by a physics engine. Pure: the same seed, start, commands and steps give
 * the same world, bit for bit. Metres, radians, seconds of simulated time, the `map` frame.
 *
 * In each step the wheels impose their velocity on the body as far as they grip, along its heading and
 * nothing across; what the body then meets takes of it what masses and contacts ask.
 */
import { type Arena, middleOf, spotOf, wallRadius, zoneOf, wrapAngle } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import type { EpisodeStart } from "../../src/game/episode";
import { Bodies } from "./bodies";
import { type Imperfections, PERFECT } from "./imperfections";
import { Odometry } from "./odometry";
import { Physics } from "./physics";
import { putFree, startPoses } from "./start_poses";
import { LONGEST_STEP, StepTime } from "./step_time";
import { Wheels } from "./wheels";

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
  /** What real robots do worse than these; default nothing. */
  readonly imperfections?: Partial<Imperfections>;
}

/** A robot docks where it stands within this of its spot, m, and is no faster than this, m/s. */
export const DOCK_DISTANCE = 0.05;
export const DOCK_SPEED = 0.05;
/** kg; the lead vehicle is so heavy that robots make way for it, and it hardly for them. */
const ROBOT_MASS = 3;
const LEAD_MASS = 300;
/**
 * Wheels change their body's speed by no more than this, m/s²: one that is held presses on, but not
 * with the whole speed of its wheels. At 40, two drives in a thousand past docked robots come late.
 */
const GRIP = 60;
/** A body that went no further than this from where it was to go was not touched, m: 32-bit floats. */
const FREE_WAY = 5e-5;
/** The lead vehicle's name in draws. */
const LEAD_ID = "lead";

export class MotionWorld {
  readonly epoch: number;
  /** How many robots there are; body n is the lead vehicle. */
  readonly robots: number;
  /** [(n+1) * 3] x m, y m, yaw rad in [-π, π]. */
  readonly poses: Float64Array;
  /** [(n+1) * 2] forward m/s, yaw rate rad/s, as realised. */
  readonly twists: Float64Array;
  /** [n+1] share of its wheels' way that a body does not go; 0: none. */
  readonly slips: Float64Array;
  /** [n] 1 while docked with wheels locked. */
  readonly locked: Uint8Array;
  private readonly bodies: Bodies;
  private readonly arena: Arena;
  private readonly physics: Physics;
  private readonly wheels: Wheels;
  private readonly odometry: Odometry;
  private readonly clock: StepTime;
  /** The bodies that can move: unlocked robots in order, then the lead vehicle. */
  private moving: number[] = [];
  private slot: number;

  /**
   * `loadPhysics` must be done.
   * @param before a world that goes on here with other robots (`withRobots`)
   * @throws RangeError where `start` has not one state for each robot, or time or epoch is no number
   */
  constructor(
    private readonly options: MotionOptions,
    before?: MotionWorld,
  ) {
    const bodies = new Bodies(options.agentIds.length);
    this.bodies = bodies;
    ({ robots: this.robots, poses: this.poses, twists: this.twists } = bodies);
    ({ slips: this.slips, locked: this.locked } = bodies);
    this.arena = options.arena;
    this.epoch = options.epoch ?? options.arena.epoch;
    this.clock = new StepTime(options.startTime ?? 0, this.epoch, before?.clock.age);
    const { arena, seed } = options;
    const limits = [...options.agentIds.map(() => arena.robot), arena.lead];
    const ids = [...options.agentIds, LEAD_ID];
    const imperfections = { ...PERFECT, ...options.imperfections };
    this.wheels = new Wheels({ seed, ids, limits, ...imperfections });
    this.odometry = new Odometry({
      seed,
      ids,
      poses: this.poses,
      noise: imperfections.odometryNoise,
      drift: imperfections.odometryDrift,
    });
    this.physics = new Physics({
      poses: this.poses,
      radii: Float64Array.from(limits, ({ radius }) => radius),
      masses: Float64Array.from(limits, (_, body) => (body < this.robots ? ROBOT_MASS : LEAD_MASS)),
      fastest: Math.max(arena.robot.maxSpeed, arena.lead.maxSpeed),
      longestStep: LONGEST_STEP,
      wall: { ...middleOf(arena), radius: wallRadius(arena) },
    });
    this.slot = this.clock.slot;
    if (before) this.goOn(before, options.start);
    else this.place(options.start);
  }

  /** [n] the true zone of each robot now. */
  localStates(): Uint8Array {
    return this.bodies.zones.slice(0, this.robots);
  }

  /** The true zone of the lead vehicle now. */
  globalState(): number {
    return this.bodies.zones[this.robots];
  }

  /** s of simulated time. */
  get time(): number {
    return this.clock.now;
  }

  /**
   * The world from now on with these robots. The first ones and the lead vehicle go on as they are;
   * those that come are docked in the zones that `start` has for them, each at its spot or, where
   * somebody stands there, at another. This world is no more.
   */
  withRobots(agentIds: readonly string[], start: EpisodeStart): MotionWorld {
    const next = new MotionWorld({ ...this.options, agentIds, start, startTime: this.time }, this);
    this.physics.free();
    return next;
  }

  private goOn(before: MotionWorld, start: EpisodeStart): void {
    const kept = Math.min(before.robots, this.robots);
    this.bodies.takeOver(before.bodies);
    putFree(this.arena, this.poses, kept, start);
    this.bodies.zones.set(start.localStates.subarray(kept), kept);
    this.wheels.takeOver(before.wheels);
    this.odometry.takeOver(before.odometry);
    this.physics.rebuild();
    this.locked.forEach((locked, i) => this.physics.setFree(i, locked === 0));
    this.startSlot(this.slot);
  }

  /**
   * Asks `body` (robot index, or n for the lead vehicle) for v m/s forward and w rad/s. It holds
   * until the next; the body follows within its own limits, and not at all while docked. Numbers
   * that are not finite are ignored.
   */
  setCommand(body: number, v: number, w: number): void {
    this.wheels.setCommand(body, v, w, this.time);
  }

  /** Advances by dt s. @throws RangeError unless dt is a finite number above 0 */
  step(dt: number): void {
    const parts = this.clock.cut(dt);
    for (let part = 0; part < parts; part++) {
      this.wheels.hearUntil(this.time);
      this.moveBodies(this.clock.stepLength);
      this.clock.advance();
      const { slot } = this.clock;
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
    this.poses.set(startPoses(this.arena, start));
    this.bodies.zones.set(start.localStates);
    this.bodies.zones[this.robots] = start.globalState;
    this.twists.fill(0);
    this.bodies.touched.fill(0);
    this.bodies.speeds.fill(0);
    this.bodies.ways.fill(0);
    this.locked.fill(1);
    this.wheels.reset();
    this.odometry.reset();
    this.physics.rebuild();
    this.moving = [];
    if (until === "free") this.startSlot(this.clock.slot);
  }

  /**
   * [(n+1) * 3] the poses as odometry has them now, off by drift and noise; valid until the next call.
   */
  readOdometry(): Float64Array {
    return this.odometry.read(this.clock.age);
  }

  /** True where robot i stands at its spot in some zone, as docking needs. */
  isSettled(i: number): boolean {
    if (this.locked[i] === 1) return true;
    const speed = Math.max(Math.abs(this.twists[2 * i]), Math.abs(this.wheels.speeds[2 * i]));
    if (speed > DOCK_SPEED) return false;
    const spot = spotOf(this.arena, this.bodies.zones[i], i);
    const dx = this.poses[3 * i] - spot.x;
    const dy = this.poses[3 * i + 1] - spot.y;
    return dx * dx + dy * dy <= DOCK_DISTANCE * DOCK_DISTANCE;
  }

  /** An epoch begins: who stands in a bay works on there, unless its job ends now. */
  private startSlot(slot: number): void {
    this.slot = slot;
    this.moving = [];
    const { seed, agentIds } = this.options;
    const probability = this.arena.jobEndProbability;
    for (let i = 0; i < this.robots; i++) {
      const docks = probability < 1 && this.isSettled(i);
      const freed = !docks || keyedUniform(seed, "job-end", agentIds[i], slot)() < probability;
      if (this.locked[i] !== (freed ? 0 : 1)) this.physics.setFree(i, freed);
      this.locked[i] = freed ? 0 : 1;
      if (freed) this.moving.push(i);
      else this.halt(i);
    }
    this.physics.setFree(this.robots, true);
    this.moving.push(this.robots);
    this.wheels.drawSlip(slot);
  }

  private halt(body: number): void {
    this.bodies.speeds[body] = 0;
    this.bodies.ways.fill(0, 2 * body, 2 * body + 2);
    this.twists.fill(0, 2 * body, 2 * body + 2);
    this.wheels.halt(body);
  }

  /** Wheels follow commands, bodies follow their wheels as far as they can. */
  private moveBodies(dt: number): void {
    let isStill = true;
    for (const body of this.moving) {
      this.bodies.from[2 * body] = this.poses[3 * body];
      this.bodies.from[2 * body + 1] = this.poses[3 * body + 1];
      this.drive(body, dt);
      const { ways } = this.bodies;
      if (ways[2 * body] !== 0 || ways[2 * body + 1] !== 0 || this.bodies.touched[body] === 1) {
        isStill = false;
      }
    }
    // Where nothing moves and nothing was pressed, a step changes nothing.
    if (isStill) return;
    this.physics.move(this.moving, this.bodies.ways, dt);
    for (const body of this.moving) this.noteMove(body, dt);
  }

  /** Wheels one step nearer to the command, yaw on, and the chord of the step's arc into `ways`. */
  private drive(body: number, dt: number): void {
    const { twists } = this;
    const { ways } = this.bodies;
    const { driven } = this.wheels;
    const v0 = driven[2 * body];
    const w0 = driven[2 * body + 1];
    this.wheels.turn(body, dt);
    const v = (twists[2 * body] = driven[2 * body]);
    const w = (twists[2 * body + 1] = driven[2 * body + 1]);
    const half = ((w0 + w) * dt) / 4;
    const kept = 1 - this.slips[body];
    const way =
      kept * this.gripped(body, (v0 + v) / 2, dt) * dt * (half === 0 ? 1 : Math.sin(half) / half);
    const yaw = this.poses[3 * body + 2];
    if (half !== 0) this.poses[3 * body + 2] = wrapAngle(yaw + 2 * half);
    ways[2 * body] = way * Math.cos(yaw + half);
    ways[2 * body + 1] = way * Math.sin(yaw + half);
  }

  /** The forward speed, m/s, of a body whose wheels ask for `wanted`; its twist where they slip. */
  private gripped(body: number, wanted: number, dt: number): number {
    const limits = body === this.robots ? this.arena.lead : this.arena.robot;
    const change = Math.max(GRIP, limits.maxAcceleration) * dt;
    const had = this.bodies.speeds[body];
    const speed = Math.max(had - change, Math.min(had + change, wanted));
    if (speed !== wanted) this.twists[2 * body] = speed;
    this.bodies.speeds[body] = speed;
    return speed;
  }

  /** The place and the zone, and where others stood in the way the speed, that came of a step. */
  private noteMove(body: number, dt: number): void {
    const dx = this.poses[3 * body] - this.bodies.from[2 * body];
    const dy = this.poses[3 * body + 1] - this.bodies.from[2 * body + 1];
    if (dx !== 0 || dy !== 0) {
      this.bodies.zones[body] = zoneOf(this.arena, this.positionOf(body), this.bodies.zones[body]);
      this.odometry.noteMove(body, dx, dy, this.clock.age);
    }
    const off = Math.max(
      Math.abs(dx - this.bodies.ways[2 * body]),
      Math.abs(dy - this.bodies.ways[2 * body + 1]),
    );
    this.bodies.touched[body] = off > FREE_WAY ? 1 : 0;
    if (this.bodies.touched[body] === 0) return;
    const yaw = this.poses[3 * body + 2];
    this.bodies.speeds[body] = this.twists[2 * body] =
      (dx * Math.cos(yaw) + dy * Math.sin(yaw)) / dt;
  }

  private readonly position = { x: 0, y: 0 };

  private positionOf(body: number): { x: number; y: number } {
    this.position.x = this.poses[3 * body];
    this.position.y = this.poses[3 * body + 1];
    return this.position;
  }
}
