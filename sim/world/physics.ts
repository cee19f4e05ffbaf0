/**
 * Discs on a plane inside a round wall, moved by the physics engine Rapier (its deterministic build):
 * the same calls in the same order give the same world, bit for bit, on any machine. The engine
 * counts in 32-bit floats. Metres, seconds, kilograms, the `map` frame.
 */
import RAPIER from "@dimforge/rapier2d-deterministic-compat";
import { STEP_S } from "./bodies";

export interface PhysicsOptions {
  /** [bodies * 3] x, y, yaw; x and y are read by `rebuild` and written by `move`. */
  readonly poses: Float64Array;
  /** [bodies] m */
  readonly radii: Float64Array;
  /** [bodies] kg */
  readonly masses: Float64Array;
  /** Largest speed of any body's wheels, m/s. */
  readonly fastest: number;
  readonly wall: { readonly x: number; readonly y: number; readonly radius: number };
}

/** Contacts are predicted within two bodies' largest approach in a step plus this. */
const PREDICTION_RESERVE_M = 0.02;
/**
 * The engine's tolerances are shares of its length unit. At its default of 1 m it keeps a contact's
 * direction while bodies slide 5 cm along each other, and discs of 0.11 m stick together.
 */
const LENGTH_UNIT_M = 0.02;
/** The engine caps speeds at 400 length units a second; half of it leaves room for pushes. */
const UNITS_A_SECOND = 200;
/** The wall is a polygon inside the circle, at most this far from it. */
const WALL_SAGITTA_M = 0.001;
/** The engine is skipped while every moving body stays this far from all others. */
const CLEARANCE_M = 0.001;
/** Pairs of bodies checked for that; with more, the engine's own search is faster. */
const MOST_PAIRS = 2000;
/** Thick enough that a body pressed into the wall is pushed out on the inside. */
const WALL_THICKNESS_M = 1;

let isLoaded = false;

/** Loads the engine (WebAssembly, about 0.1 s); await it once before the first world is made. */
export async function loadPhysics(): Promise<void> {
  await RAPIER.init();
  isLoaded = true;
}

export class Physics {
  private world: RAPIER.World | undefined;
  private bodies: RAPIER.RigidBody[] = [];
  /** Bodies moved without the engine, whose positions it must be given before its next step. */
  private readonly glided = new Set<number>();

  /** @throws Error before `loadPhysics` is done */
  constructor(private readonly options: PhysicsOptions) {
    if (!isLoaded) throw new Error("the physics engine is not loaded; await loadPhysics() first");
  }

  /** A new world, free of the old one's contacts, with every body fixed at its pose. */
  rebuild(): void {
    this.free();
    this.world = new RAPIER.World({ x: 0, y: 0 });
    this.glided.clear();
    const { fastest } = this.options;
    const unit = Math.max(LENGTH_UNIT_M, fastest / UNITS_A_SECOND);
    const prediction = 2 * fastest * STEP_S + PREDICTION_RESERVE_M;
    this.world.timestep = STEP_S;
    this.world.lengthUnit = unit;
    this.world.integrationParameters.normalizedPredictionDistance = prediction / unit;
    this.buildWall(this.world);
    this.bodies = Array.from(this.options.radii, (_, body) => this.buildBody(this.world!, body));
  }

  private buildBody(world: RAPIER.World, body: number): RAPIER.RigidBody {
    const { poses, radii, masses } = this.options;
    const still = RAPIER.RigidBodyDesc.fixed().lockRotations().setCanSleep(false);
    const made = world.createRigidBody(still.setTranslation(poses[3 * body], poses[3 * body + 1]));
    world.createCollider(smooth(RAPIER.ColliderDesc.ball(radii[body])).setMass(masses[body]), made);
    return made;
  }

  /** Frees the engine's memory; only `rebuild` may follow. */
  free(): void {
    this.world?.free();
    this.world = undefined;
  }

  /** Lets `body` move and be pushed, or fixes it like the wall. */
  setFree(body: number, free: boolean): void {
    const { Dynamic, Fixed } = RAPIER.RigidBodyType;
    this.bodies[body].setBodyType(free ? Dynamic : Fixed, true);
  }

  /** Moves the bodies `moving` by `ways` ([bodies * 2], m, 0 for others) in a step, as far as contacts allow. */
  move(moving: readonly number[], ways: Float64Array): void {
    if (this.isClear(moving, ways)) this.glide(moving, ways);
    else this.push(moving, ways);
  }

  private glide(moving: readonly number[], ways: Float64Array): void {
    const { poses } = this.options;
    for (const body of moving) {
      if (ways[2 * body] === 0 && ways[2 * body + 1] === 0) continue;
      poses[3 * body] += ways[2 * body];
      poses[3 * body + 1] += ways[2 * body + 1];
      this.glided.add(body);
    }
  }

  private push(moving: readonly number[], ways: Float64Array): void {
    const { poses } = this.options;
    const world = this.world!;
    const vector = { x: 0, y: 0 };
    for (const body of this.glided) {
      vector.x = poses[3 * body];
      vector.y = poses[3 * body + 1];
      this.bodies[body].setTranslation(vector, true);
    }
    this.glided.clear();
    for (const body of moving) {
      vector.x = ways[2 * body] / STEP_S;
      vector.y = ways[2 * body + 1] / STEP_S;
      this.bodies[body].setLinvel(vector, true);
    }
    world.step();
    for (const body of moving) {
      this.bodies[body].translation(vector);
      poses[3 * body] = vector.x;
      poses[3 * body + 1] = vector.y;
    }
  }

  private isClear(moving: readonly number[], ways: Float64Array): boolean {
    const { poses, radii, wall } = this.options;
    if (moving.length * radii.length > MOST_PAIRS) return false;
    for (const body of moving) {
      const i = 2 * body;
      const x = poses[3 * body] + ways[i] - wall.x;
      const y = poses[3 * body + 1] + ways[i + 1] - wall.y;
      const room = wall.radius - WALL_SAGITTA_M - radii[body] - CLEARANCE_M;
      if (x * x + y * y > room * room) return false;
    }
    return moving.every((body) => this.missesAll(body, ways));
  }

  /** Whether `body` stays clear of every other one while all go their ways. */
  private missesAll(body: number, ways: Float64Array): boolean {
    const { poses, radii } = this.options;
    for (let other = 0; other < radii.length; other++) {
      if (other === body) continue;
      const x = poses[3 * other] - poses[3 * body];
      const y = poses[3 * other + 1] - poses[3 * body + 1];
      const dx = ways[2 * other] - ways[2 * body];
      const dy = ways[2 * other + 1] - ways[2 * body + 1];
      const apart = radii[body] + radii[other] + CLEARANCE_M;
      let distance = x * x + y * y;
      const approach = -(x * dx + y * dy);
      if (approach > 0) {
        // The smallest distance, on the way or at its end.
        const way = dx * dx + dy * dy;
        distance += approach < way ? -(approach * approach) / way : way - 2 * approach;
      }
      if (distance <= apart * apart) return false;
    }
    return true;
  }

  /** Blocks in a ring, their inner faces chords of the wall. */
  private buildWall(world: RAPIER.World): void {
    const { x, y, radius } = this.options.wall;
    const count = Math.ceil(Math.PI / Math.acos(1 - WALL_SAGITTA_M / radius));
    const middle = radius * Math.cos(Math.PI / count) + WALL_THICKNESS_M / 2;
    const half = (radius + WALL_THICKNESS_M) * Math.tan(Math.PI / count);
    for (let k = 0; k < count; k++) {
      const angle = (2 * Math.PI * k) / count;
      const block = RAPIER.ColliderDesc.cuboid(WALL_THICKNESS_M / 2, half)
        .setTranslation(x + middle * Math.cos(angle), y + middle * Math.sin(angle))
        .setRotation(angle);
      world.createCollider(smooth(block));
    }
  }
}

/** No friction, no bounce: only its wheels turn a robot. */
const smooth = (collider: RAPIER.ColliderDesc): RAPIER.ColliderDesc =>
  collider.setFriction(0).setRestitution(0);
