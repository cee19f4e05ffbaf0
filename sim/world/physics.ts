/**
 * Discs on a plane inside a round wall, moved by the physics engine Rapier (its deterministic build):
 * the same calls in the same order give the same world, bit for bit, on any machine. The engine
 * counts in 32-bit floats. Metres, seconds, kilograms, the `map` frame.
 */
import RAPIER from "@dimforge/rapier2d-deterministic-compat";
import { type Body, STEP_S } from "./body";

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

  /** `loadPhysics` must be done. */
  constructor(
    private readonly wall: { readonly x: number; readonly y: number; readonly radius: number },
  ) {}

  /** A new world of these bodies, free of the old one's contacts, with each fixed at its place. */
  rebuild(bodies: readonly Body[]): void {
    this.world?.free();
    const world = new RAPIER.World({ x: 0, y: 0 });
    this.world = world;
    const fastest = Math.max(...bodies.map(({ options }) => options.limits.maxSpeed));
    const unit = Math.max(LENGTH_UNIT_M, fastest / UNITS_A_SECOND);
    const prediction = 2 * fastest * STEP_S + PREDICTION_RESERVE_M;
    world.timestep = STEP_S;
    world.lengthUnit = unit;
    world.integrationParameters.normalizedPredictionDistance = prediction / unit;
    this.buildWall(world);
    for (const body of bodies) {
      const { mass, limits } = body.options;
      const still = RAPIER.RigidBodyDesc.fixed().lockRotations().setCanSleep(false);
      body.disc = world.createRigidBody(still.setTranslation(body.x, body.y));
      const round = RAPIER.ColliderDesc.ball(limits.radius);
      world.createCollider(smooth(round).setMass(mass), body.disc);
    }
  }

  /** Lets a body move and be pushed, or fixes it like the wall. */
  setFree(body: Body, free: boolean): void {
    const { Dynamic, Fixed } = RAPIER.RigidBodyType;
    body.disc!.setBodyType(free ? Dynamic : Fixed, true);
  }

  /** Moves bodies by their ways in step number `step`, as far as contacts allow. */
  move(moving: readonly Body[], step: number): void {
    const vector = { x: 0, y: 0 };
    for (const body of moving) {
      vector.x = body.wayX / STEP_S;
      vector.y = body.wayY / STEP_S;
      body.disc!.setLinvel(vector, true);
    }
    this.world!.step();
    for (const body of moving) {
      body.disc!.translation(vector);
      body.moveTo(vector.x, vector.y, step);
    }
  }

  /** Blocks in a ring, their inner faces chords of the wall. */
  private buildWall(world: RAPIER.World): void {
    const { x, y, radius } = this.wall;
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
