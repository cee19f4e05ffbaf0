/**
 * The motion world: bodies on differential drives that follow velocity commands, docks that lock
 * wheels, contacts and a wall by a physics engine. Pure: the same seed, start, commands and steps give
 * the same world, bit for bit. Metres, radians, seconds of simulated time, the `map` frame.
 *
 * In each step the wheels give the body their velocity, within their grip and along its heading only;
 * the physics engine then resolves contacts by mass.
 */
import { type Arena, middleOf, spotOf, wallRadius, zoneOf, wrapAngle } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import type { EpisodeStart } from "../../src/game/episode";
import { type Bodies, newBodies, STEP_S, takeOverBodies } from "./bodies";
import { type Imperfections, PERFECT } from "./imperfections";
import { Odometry } from "./odometry";
import { Physics } from "./physics";
import { putFree, startPoses } from "./start_poses";
import { Wheels } from "./wheels";

export interface MotionOptions {
  readonly arena: Arena;
  /** One robot each, in order; robot i has spot i of every zone (`spotOf`). */
  readonly agentIds: readonly string[];
  readonly seed: number;
  readonly start: EpisodeStart;
  /** s; default 0 */
  readonly startTime?: number;
  /** Length of an epoch slot, s; default the arena's. */
  readonly epoch?: number;
  /** What real robots do worse than these; default nothing. */
  readonly imperfections?: Partial<Imperfections>;
}

/** A robot docks when it is this near its spot and this slow. */
export const DOCK_DISTANCE_M = 0.05;
export const DOCK_SPEED_M_S = 0.05;
/** The lead vehicle is so heavy that it pushes robots aside and is hardly pushed itself. */
const ROBOT_MASS_KG = 3;
const LEAD_MASS_KG = 300;
/**
 * Wheels accelerate a body by at most this: a blocked body pushes, but not with its wheels' full
 * speed. At 40, two drives in a thousand past docked robots arrive late.
 */
const GRIP_M_S2 = 60;
/** A body that ends farther than this from where its wheels lead was touched, m: 32-bit rounding. */
const TOUCHED_M = 5e-5;
/** The lead vehicle's name in draws. */
const LEAD_ID = "lead";
/** A boundary counts as reached this early: time is a rounded product. */
const TIME_TOLERANCE_S = 1e-5;

export class MotionWorld {
  /** How many robots there are; body n is the lead vehicle. */
  readonly robots: number;
  /** These four: see `newBodies`. */
  readonly poses: Float64Array;
  readonly twists: Float64Array;
  readonly slips: Float64Array;
  readonly locked: Uint8Array;
  private readonly bodies: Bodies;
  private readonly arena: Arena;
  private readonly physics: Physics;
  private readonly wheels: Wheels;
  private readonly odometry: Odometry;
  /** Steps since the world began. */
  private age: number;
  /** Bodies that can move: unlocked robots in order, then the lead vehicle. */
  private moving: number[] = [];
  private slot: number;

  /**
   * `loadPhysics` must be done.
   * @param before a world that goes on here with other robots (`withRobots`)
   * @throws RangeError where `start` has not one state for each robot
   */
  constructor(
    private readonly options: MotionOptions,
    before?: MotionWorld,
  ) {
    this.robots = options.agentIds.length;
    this.bodies = newBodies(this.robots);
    ({ poses: this.poses, twists: this.twists } = this.bodies);
    ({ slips: this.slips, locked: this.locked } = this.bodies);
    this.arena = options.arena;
    const { arena, seed } = options;
    this.age = before?.age ?? 0;
    const limits = [...options.agentIds.map(() => arena.robot), arena.lead];
    const ids = [...options.agentIds, LEAD_ID];
    const imperfections = { ...PERFECT, ...options.imperfections };
    this.wheels = new Wheels({ ...imperfections, seed, ids, limits });
    this.odometry = new Odometry({ ...imperfections, seed, poses: this.poses });
    this.physics = new Physics({
      poses: this.poses,
      radii: Float64Array.from(limits, ({ radius }) => radius),
      masses: new Float64Array(this.robots + 1).fill(ROBOT_MASS_KG).fill(LEAD_MASS_KG, this.robots),
      fastest: Math.max(arena.robot.maxSpeed, arena.lead.maxSpeed),
      wall: { ...middleOf(arena), radius: wallRadius(arena) },
    });
    this.slot = this.slotNow;
    if (before) this.goOn(before, options.start);
    else this.place(options.start);
  }

  /** [n] the true zone of each robot now. */
  localStates(): Uint8Array {
    return this.bodies.zones.slice(0, this.robots);
  }

  globalState(): number {
    return this.bodies.zones[this.robots];
  }

  /** s of simulated time. */
  get time(): number {
    return (this.options.startTime ?? 0) + this.age * STEP_S;
  }

  /** The epoch slot that the time is in. */
  private get slotNow(): number {
    return Math.floor((this.time + TIME_TOLERANCE_S) / (this.options.epoch ?? this.arena.epoch));
  }

  /**
   * A world that continues this one with other robots. Robots in both and the lead vehicle keep their
   * state; new ones are docked in their zones of `start`, each at its spot or, where that is taken, at
   * a free one. This world must not be used again.
   */
  withRobots(agentIds: readonly string[], start: EpisodeStart): MotionWorld {
    const next = new MotionWorld({ ...this.options, agentIds, start }, this);
    this.physics.free();
    return next;
  }

  private goOn(before: MotionWorld, start: EpisodeStart): void {
    const kept = Math.min(before.robots, this.robots);
    takeOverBodies(this.bodies, before.bodies);
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
   * until the next; the body follows within its limits, and not at all while docked. Commands that
   * are not finite are ignored.
   */
  setCommand(body: number, v: number, w: number): void {
    this.wheels.setCommand(body, v, w, this.time);
  }

  /** Advances by dt s or, where that is no whole number of steps, by a part of a step more. */
  step(dt: number): void {
    for (let left = Math.ceil(dt / STEP_S - 1e-6); left > 0; left--) {
      this.wheels.hearUntil(this.time);
      this.moveBodies();
      this.age++;
      const slot = this.slotNow;
      if (slot > this.slot) this.startSlot(slot);
    }
  }

  /**
   * A new episode: every body at rest at its spot, facing the middle (the lead vehicle facing its
   * zone), commands cleared, robots docked. Wheels are unlocked by the job-end draws of the running
   * epoch slot; with `held` no body moves before the next slot.
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
    if (until === "free") this.startSlot(this.slotNow);
  }

  /**
   * [(n+1) * 3] the poses as odometry has them now, off by drift and noise; valid until the next call.
   */
  readOdometry(): Float64Array {
    return this.odometry.read(this.age);
  }

  /** Of the odometry of a body: in x and in y, m², and of the heading, rad². */
  odometryVariances(body: number): readonly [number, number] {
    return this.odometry.variances(body);
  }

  /** Whether robot i stands at its spot in some zone, as docking requires. */
  isSettled(i: number): boolean {
    if (this.locked[i] === 1) return true;
    const speed = Math.max(Math.abs(this.twists[2 * i]), Math.abs(this.wheels.speeds[2 * i]));
    if (speed > DOCK_SPEED_M_S) return false;
    const spot = spotOf(this.arena, this.bodies.zones[i], i);
    const dx = this.poses[3 * i] - spot.x;
    const dy = this.poses[3 * i + 1] - spot.y;
    return dx * dx + dy * dy <= DOCK_DISTANCE_M * DOCK_DISTANCE_M;
  }

  /** An epoch begins: a robot at its spot stays docked unless its job ends now. */
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
  private moveBodies(): void {
    let isStill = true;
    for (const body of this.moving) {
      this.bodies.from[2 * body] = this.poses[3 * body];
      this.bodies.from[2 * body + 1] = this.poses[3 * body + 1];
      this.drive(body);
      const { ways } = this.bodies;
      if (ways[2 * body] !== 0 || ways[2 * body + 1] !== 0 || this.bodies.touched[body] === 1) {
        isStill = false;
      }
    }
    // Nothing moves and nothing was touched: a step would change nothing.
    if (isStill) return;
    this.physics.move(this.moving, this.bodies.ways);
    for (const body of this.moving) this.noteMove(body);
  }

  /** Turns the wheels towards the command, advances yaw, writes the chord of the arc into `ways`. */
  private drive(body: number): void {
    const { twists } = this;
    const { ways } = this.bodies;
    const { driven } = this.wheels;
    const v0 = driven[2 * body];
    const w0 = driven[2 * body + 1];
    this.wheels.turn(body);
    const v = (twists[2 * body] = driven[2 * body]);
    const w = (twists[2 * body + 1] = driven[2 * body + 1]);
    const half = ((w0 + w) * STEP_S) / 4;
    const kept = 1 - this.slips[body];
    const length = kept * this.gripped(body, (v0 + v) / 2) * STEP_S;
    const way = length * (half === 0 ? 1 : Math.sin(half) / half);
    const yaw = this.poses[3 * body + 2];
    if (half !== 0) this.poses[3 * body + 2] = wrapAngle(yaw + 2 * half);
    ways[2 * body] = way * Math.cos(yaw + half);
    ways[2 * body + 1] = way * Math.sin(yaw + half);
  }

  /** The forward speed, m/s, that grip allows where the wheels want `wanted`; updates the twist. */
  private gripped(body: number, wanted: number): number {
    const limits = body === this.robots ? this.arena.lead : this.arena.robot;
    const change = Math.max(GRIP_M_S2, limits.maxAcceleration) * STEP_S;
    const had = this.bodies.speeds[body];
    const speed = Math.max(had - change, Math.min(had + change, wanted));
    if (speed !== wanted) this.twists[2 * body] = speed;
    this.bodies.speeds[body] = speed;
    return speed;
  }

  /** Updates zone and odometry after a step, and the speed of a body that touched something. */
  private noteMove(body: number): void {
    const { poses, from, ways, zones, touched } = this.bodies;
    const dx = poses[3 * body] - from[2 * body];
    const dy = poses[3 * body + 1] - from[2 * body + 1];
    if (dx !== 0 || dy !== 0) {
      const position = { x: poses[3 * body], y: poses[3 * body + 1] };
      zones[body] = zoneOf(this.arena, position, zones[body]);
      this.odometry.noteMove(body, dx, dy, this.age);
    }
    const off = Math.max(Math.abs(dx - ways[2 * body]), Math.abs(dy - ways[2 * body + 1]));
    touched[body] = off > TOUCHED_M ? 1 : 0;
    if (touched[body] === 0) return;
    const yaw = poses[3 * body + 2];
    const speed = (dx * Math.cos(yaw) + dy * Math.sin(yaw)) / STEP_S;
    this.bodies.speeds[body] = this.twists[2 * body] = speed;
  }
}
