/**
 * Discs on a plane inside a round wall, moved by the physics engine Rapier (its deterministic build):
 * the same calls in the same order give the same world, bit for bit, on any machine. The engine
 * counts in 32-bit floats. Metres, seconds, kilograms, the `map` frame.
 */
import RAPIER from "@dimforge/rapier2d-deterministic-compat";

// Taken once: this runs millions of times, and a global is slow to look up in a vm context.
const { PI, acos, ceil, cos, max, sin, tan } = Math;

/** Where bodies lie, how large they are, and the wall round them. */
export interface PhysicsOptions {
  /** [bodies * 3] x, y, yaw; x and y are read by `rebuild` and written by `read`. */
  readonly poses: Float64Array;
  /** [bodies] m */
  readonly radii: Float64Array;
  /** [bodies] kg */
  readonly masses: Float64Array;
  /** No body's wheels go faster than this, m/s, and no step is longer, s. */
  readonly fastest: number;
  readonly longestStep: number;
  /** A circle that holds every body. */
  readonly wall: { readonly x: number; readonly y: number; readonly radius: number };
}

/** Contacts are foreseen from what two bodies come nearer in a step on, and this, m. */
const PREDICTION_RESERVE = 0.02;
/**
 * The engine's tolerances are shares of its length unit, m. At its own 1 m it keeps a contact's
 * direction while bodies slide 5 cm along each other, and discs of 0.11 m stick.
 */
const LENGTH_UNIT = 0.02;
/** The engine caps speeds at 400 length units a second; this many leave room for pushes. */
const UNITS_A_SECOND = 200;
/** The wall is a polygon inside the circle, at most this far from it, m. */
const WALL_SAGITTA = 0.001;
/** Thickness of the wall, m: what was pressed into it comes out on the inside. */
const WALL_THICKNESS = 1;

let isLoaded = false;

/** Loads the engine (WebAssembly, about 0.1 s); await it once before the first world is made. */
export async function loadPhysics(): Promise<void> {
  await RAPIER.init();
  isLoaded = true;
}

export class Physics {
  private world: RAPIER.World | undefined;
  private bodies: RAPIER.RigidBody[] = [];
  private readonly velocity = { x: 0, y: 0 };
  private readonly position = { x: 0, y: 0 };

  /** @throws Error before `loadPhysics` is done */
  constructor(private readonly options: PhysicsOptions) {
    if (!isLoaded) throw new Error("the physics engine is not loaded; await loadPhysics() first");
  }

  /** A new world with every body fixed at its pose; nothing of the old one counts in it. */
  rebuild(): void {
    this.free();
    this.world = new RAPIER.World({ x: 0, y: 0 });
    const { fastest, longestStep } = this.options;
    const unit = max(LENGTH_UNIT, fastest / UNITS_A_SECOND);
    const prediction = 2 * fastest * longestStep + PREDICTION_RESERVE;
    this.world.lengthUnit = unit;
    this.world.integrationParameters.normalizedPredictionDistance = prediction / unit;
    this.buildWall(this.world);
    this.bodies = Array.from(this.options.radii, (radius, body) => {
      const world = this.world!;
      const { poses } = this.options;
      const place = RAPIER.RigidBodyDesc.fixed().setTranslation(
        poses[3 * body],
        poses[3 * body + 1],
      );
      const made = world.createRigidBody(place.lockRotations().setCanSleep(false));
      world.createCollider(
        smooth(RAPIER.ColliderDesc.ball(radius)).setMass(this.options.masses[body]),
        made,
      );
      return made;
    });
  }

  /** Gives the engine's memory back; only `rebuild` may follow. */
  free(): void {
    this.world?.free();
    this.world = undefined;
  }

  /** Whether `body` moves and can be pushed, or stands like the wall. */
  setFree(body: number, free: boolean): void {
    const { Dynamic, Fixed } = RAPIER.RigidBodyType;
    this.bodies[body].setBodyType(free ? Dynamic : Fixed, true);
  }

  /** The velocity with which `body` goes into the next step, m/s. */
  impose(body: number, vx: number, vy: number): void {
    this.velocity.x = vx;
    this.velocity.y = vy;
    this.bodies[body].setLinvel(this.velocity, true);
  }

  /** Advances by dt s. */
  step(dt: number): void {
    this.world!.timestep = dt;
    this.world!.step();
  }

  /** Writes the position of `body` to its pose. */
  read(body: number): void {
    const { x, y } = this.bodies[body].translation(this.position);
    this.options.poses[3 * body] = x;
    this.options.poses[3 * body + 1] = y;
  }

  /** Blocks in a ring, their inner faces chords of the wall. */
  private buildWall(world: RAPIER.World): void {
    const { x, y, radius } = this.options.wall;
    const count = ceil(PI / acos(1 - WALL_SAGITTA / radius));
    const middle = radius * cos(PI / count) + WALL_THICKNESS / 2;
    const half = (radius + WALL_THICKNESS) * tan(PI / count);
    for (let k = 0; k < count; k++) {
      const angle = (2 * PI * k) / count;
      const block = RAPIER.ColliderDesc.cuboid(WALL_THICKNESS / 2, half)
        .setTranslation(x + middle * cos(angle), y + middle * sin(angle))
        .setRotation(angle);
      world.createCollider(smooth(block));
    }
  }
}

/** Bodies neither rub nor bounce: what turns a robot is its wheels alone. */
function smooth(collider: RAPIER.ColliderDesc): RAPIER.ColliderDesc {
  return collider.setFriction(0).setRestitution(0);
}
