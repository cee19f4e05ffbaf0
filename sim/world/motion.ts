/**
 * The motion world: bodies on differential drives that follow velocity commands, docks that lock
 * wheels, contacts and a wall by a physics engine. Pure: the same seed, start, commands and steps give
 * the same world, bit for bit. Metres, radians, seconds of simulated time, the `map` frame.
 *
 * In each step the wheels give the body their velocity, within their grip and along its heading only;
 * the physics engine then resolves contacts by mass.
 */
import { type Arena, type BodyLimits, middleOf, wallRadius, zoneOf } from "../../src/game/arena";
import type { EpisodeStart } from "../../src/game/episode";
import { Body, type Imperfections, PERFECT, STEP_S, TIME_TOLERANCE_S } from "./body";
import { isAtSpot, isDocked } from "./docks";
import { Physics } from "./physics";
import { putAll, putFree } from "./start_poses";

export interface MotionOptions {
  readonly arena: Arena;
  /** One robot each at first, in order; robot i has spot i of every zone (`spotOf`). */
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

/** The lead vehicle is so heavy that it pushes robots aside and is hardly pushed itself. */
const ROBOT_MASS_KG = 3;
const LEAD_MASS_KG = 300;

export class MotionWorld {
  /** The robots in order, then the lead vehicle. */
  bodies: readonly Body[] = [];
  private robots: readonly Body[] = [];
  private readonly lead: Body;
  private readonly physics: Physics;
  private agentIds: readonly string[] = [];
  /** Steps since the world began. */
  private age = 0;
  /** Bodies that can move: unlocked robots in order, then the lead vehicle. */
  private moving: Body[] = [];
  private slot: number;

  /**
   * `loadPhysics` must be done.
   * @throws RangeError where `start` has not one state for each robot
   */
  constructor(private readonly options: MotionOptions) {
    const { arena, agentIds, start } = options;
    this.lead = this.bodyOf("lead", 0, arena.lead, LEAD_MASS_KG);
    this.physics = new Physics({ ...middleOf(arena), radius: wallRadius(arena) });
    this.slot = this.slotNow;
    this.setBodies(agentIds);
    this.place(start);
  }

  private bodyOf(id: string, number: number, limits: BodyLimits, mass: number): Body {
    const { imperfections, seed } = this.options;
    return new Body({ ...PERFECT, ...imperfections, seed, id, number, limits, mass });
  }

  /** Bodies of these robots: those that are there already, and new ones. */
  private setBodies(agentIds: readonly string[]): void {
    const { robot } = this.options.arena;
    this.agentIds = agentIds;
    this.robots = agentIds.map(
      (id, i) => this.robots[i] ?? this.bodyOf(id, i + 1, robot, ROBOT_MASS_KG),
    );
    this.bodies = [...this.robots, this.lead];
  }

  /** [(n+1) * 3] x m, y m, yaw rad of each body. */
  get poses(): Float64Array {
    return Float64Array.from(this.bodies.flatMap(({ x, y, yaw }) => [x, y, yaw]));
  }

  /** [(n+1) * 2] forward m/s and yaw rate rad/s of each body. */
  get twists(): Float64Array {
    return Float64Array.from(this.bodies.flatMap(({ v, w }) => [v, w]));
  }

  /** [n] 1 while docked with wheels locked. */
  get locked(): Uint8Array {
    return Uint8Array.from(this.robots, ({ isLocked }) => (isLocked ? 1 : 0));
  }

  /** [n] the true local state of each robot now: its kind and its zone. */
  localStates(): Uint8Array {
    return Uint8Array.from(this.robots, (robot) => this.stateOf(robot));
  }

  private setKinds({ localStates }: EpisodeStart): void {
    const { length } = this.options.arena.zones;
    this.robots.forEach((robot, i) => (robot.kind = Math.floor(localStates[i] / length)));
  }

  private stateOf({ kind, zone }: Body): number {
    return kind * this.options.arena.zones.length + zone;
  }

  globalState(): number {
    return this.lead.zone;
  }

  /** s of simulated time. */
  get time(): number {
    return (this.options.startTime ?? 0) + this.age * STEP_S;
  }

  /** The epoch slot that the time is in. */
  private get slotNow(): number {
    const { epoch, arena } = this.options;
    return Math.floor((this.time + TIME_TOLERANCE_S) / (epoch ?? arena.epoch));
  }

  /**
   * From now on there are these robots. Those that stay and the lead vehicle keep their state; new
   * ones are docked in their zones of `start`, each at its spot or, where that is taken, at a free one.
   */
  setRobots(agentIds: readonly string[], start: EpisodeStart): void {
    const before = this.robots.length;
    this.setBodies(agentIds);
    putFree(this.options.arena, this.bodies, before, start);
    this.setKinds(start);
    this.physics.rebuild(this.bodies);
    for (const robot of this.robots) this.physics.setFree(robot, !robot.isLocked);
    this.startSlot(this.slot);
  }

  /**
   * Asks `body` (robot index, or n for the lead vehicle) for v m/s forward and w rad/s. It holds
   * until the next; the body follows within its limits, and not at all while docked. Commands that
   * are not finite are ignored.
   */
  setCommand(body: number, v: number, w: number): void {
    this.bodies[body].setCommand(v, w, this.time);
  }

  /** Advances by dt s or, where that is no whole number of steps, by a part of a step more. */
  step(dt: number): void {
    for (let left = Math.ceil(dt / STEP_S - 1e-6); left > 0; left--) {
      const { time } = this;
      for (const body of this.bodies) body.hearUntil(time);
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
    if (start.localStates.length !== this.robots.length) {
      throw new RangeError(
        `${start.localStates.length} local states for ${this.robots.length} robots; give one for each`,
      );
    }
    for (const body of this.bodies) body.reset();
    for (const robot of this.robots) robot.isLocked = true;
    putAll(this.options.arena, this.bodies, start);
    this.setKinds(start);
    this.physics.rebuild(this.bodies);
    this.moving = [];
    if (until === "free") this.startSlot(this.slotNow);
  }

  /** [(n+1) * 3] the poses as odometry has them now, off by drift and noise. */
  readOdometry(): Float64Array {
    return Float64Array.from(this.bodies.flatMap((body) => body.odometry.read(body, this.age)));
  }

  /** Of the odometry of a body: in x and in y, m², and of the heading, rad². */
  odometryVariances(body: number): readonly [number, number] {
    return this.bodies[body].odometry.variances();
  }

  /** Whether robot i stands at its spot in some zone, as docking requires. */
  isSettled(i: number): boolean {
    const robot = this.robots[i];
    const speed = Math.max(Math.abs(robot.v), Math.abs(robot.wheels.v));
    return robot.isLocked || isAtSpot(this.options.arena, i, robot.zone, robot, speed);
  }

  /** An epoch begins: a robot at its spot stays docked unless its job ends now. */
  private startSlot(slot: number): void {
    this.slot = slot;
    this.moving = [];
    const { seed, arena } = this.options;
    this.robots.forEach((robot, i) => {
      const docked = isDocked(
        arena,
        seed,
        this.agentIds[i],
        slot,
        this.stateOf(robot),
        this.isSettled(i),
      );
      if (robot.isLocked !== docked) this.physics.setFree(robot, !docked);
      robot.isLocked = docked;
      if (docked) robot.halt();
      else this.moving.push(robot);
    });
    this.physics.setFree(this.lead, true);
    this.moving.push(this.lead);
    for (const body of this.bodies) body.drawSlip(slot);
  }

  /** Wheels follow commands, bodies follow their wheels as far as they can. */
  private moveBodies(): void {
    for (const body of this.moving) body.drive();
    // Nothing moves and nothing was touched: a step would change nothing.
    if (this.moving.every((body) => body.isStill)) return;
    this.physics.move(this.moving, this.age);
    for (const body of this.moving) {
      const zones = body === this.lead ? this.options.arena.leadZones : this.options.arena.zones;
      body.zone = zoneOf({ zones }, body, body.zone);
    }
  }
}
