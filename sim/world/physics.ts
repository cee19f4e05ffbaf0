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
/** Thick enough that a body pressed into the wall is pushed out on the inside. */
const WALL_THICKNESS_M = 1;

/** Loads the engine (WebAssembly, about 0.1 s); await it once before the first world is made. */
export const loadPhysics = (): Promise<void> => RAPIER.init();

export class Physics {
  private world: RAPIER.World | undefined;
  private bodies: RAPIER.RigidBody[] = [];
  /** `loadPhysics` must be done. */
  constructor(private readonly options: PhysicsOptions) {}

  /** A new world, free of the old one's contacts, with every body fixed at its pose. */
  rebuild(): void {
    this.free();
    this.world = new RAPIER.World({ x: 0, y: 0 });
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

  /** Moves the bodies `moving` by `ways` ([bodies * 2], m) in a step, as far as contacts allow. */
  move(moving: readonly number[], ways: Float64Array): void {
    const { poses } = this.options;
    const vector = { x: 0, y: 0 };
    for (const body of moving) {
      vector.x = ways[2 * body] / STEP_S;
      vector.y = ways[2 * body + 1] / STEP_S;
      this.bodies[body].setLinvel(vector, true);
    }
    this.world!.step();
    for (const body of moving) {
      this.bodies[body].translation(vector);
      poses[3 * body] = vector.x;
      poses[3 * body + 1] = vector.y;
    }
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
