/**
 * Discs on a plane inside a round wall, moved by the physics engine Rapier (its deterministic build):
 * the same calls in the same order give the same world, bit for bit, on any machine. The engine
 * counts in 32-bit floats. Metres, seconds, kilograms, the `map` frame.
 */
import RAPIER from "@dimforge/rapier2d-deterministic-compat";

/** Where bodies lie, how large they are, and the wall round them. */
export interface PhysicsOptions {
  /** [bodies * 3] x, y, yaw; x and y are read by `rebuild` and written by `move`. */
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
/** The engine is not asked where every body that moves stays this far from all others, m. */
const CLEARANCE = 0.001;
/** Pairs of bodies looked at for that; where there are more, the engine's own search is quicker. */
const MOST_PAIRS = 2000;
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
  /** Bodies that went where the engine was not asked, and does not know yet where they are. */
  private readonly glided = new Set<number>();

  /** @throws Error before `loadPhysics` is done */
  constructor(private readonly options: PhysicsOptions) {
    if (!isLoaded) throw new Error("the physics engine is not loaded; await loadPhysics() first");
  }

  /** A new world with every body fixed at its pose; nothing of the old one counts in it. */
  rebuild(): void {
    this.free();
    this.world = new RAPIER.World({ x: 0, y: 0 });
    this.glided.clear();
    const { fastest, longestStep } = this.options;
    const unit = Math.max(LENGTH_UNIT, fastest / UNITS_A_SECOND);
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

  /** The bodies `moving` go their `ways` ([bodies * 2], m, 0 for others) in dt s, as far as they can. */
  move(moving: readonly number[], ways: Float64Array, dt: number): void {
    if (this.isClear(moving, ways)) this.glide(moving, ways);
    else this.push(moving, ways, dt);
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

  private push(moving: readonly number[], ways: Float64Array, dt: number): void {
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
      vector.x = ways[2 * body] / dt;
      vector.y = ways[2 * body + 1] / dt;
      this.bodies[body].setLinvel(vector, true);
    }
    world.timestep = dt;
    world.step();
    for (const body of moving) {
      this.bodies[body].translation(vector);
      poses[3 * body] = vector.x;
      poses[3 * body + 1] = vector.y;
    }
  }

  /** Whether no body that moves comes near another one or the wall on its way. */
  private isClear(moving: readonly number[], ways: Float64Array): boolean {
    const { poses, radii, wall } = this.options;
    if (moving.length * radii.length > MOST_PAIRS) return false;
    for (const body of moving) {
      const i = 2 * body;
      const x = poses[3 * body] + ways[i] - wall.x;
      const y = poses[3 * body + 1] + ways[i + 1] - wall.y;
      const room = wall.radius - WALL_SAGITTA - radii[body] - CLEARANCE;
      if (x * x + y * y > room * room) return false;
    }
    return moving.every((body) => this.missesAll(body, ways));
  }

  /** Whether `body` stays apart from each other one while all go their ways. */
  private missesAll(body: number, ways: Float64Array): boolean {
    const { poses, radii } = this.options;
    const [ownX, ownY, ownDx, ownDy] = [
      poses[3 * body],
      poses[3 * body + 1],
      ways[2 * body],
      ways[2 * body + 1],
    ];
    for (let other = 0; other < radii.length; other++) {
      if (other === body) continue;
      const x = poses[3 * other] - ownX;
      const y = poses[3 * other + 1] - ownY;
      const dx = ways[2 * other] - ownDx;
      const dy = ways[2 * other + 1] - ownDy;
      const apart = radii[body] + radii[other] + CLEARANCE;
      let distance = x * x + y * y;
      const approach = -(x * dx + y * dy);
      if (approach > 0) {
        // The nearest they come, on the way or at its end.
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
    const count = Math.ceil(Math.PI / Math.acos(1 - WALL_SAGITTA / radius));
    const middle = radius * Math.cos(Math.PI / count) + WALL_THICKNESS / 2;
    const half = (radius + WALL_THICKNESS) * Math.tan(Math.PI / count);
    for (let k = 0; k < count; k++) {
      const angle = (2 * Math.PI * k) / count;
      const block = RAPIER.ColliderDesc.cuboid(WALL_THICKNESS / 2, half)
        .setTranslation(x + middle * Math.cos(angle), y + middle * Math.sin(angle))
        .setRotation(angle);
      world.createCollider(smooth(block));
    }
  }
}

/** Bodies neither rub nor bounce: what turns a robot is its wheels alone. */
function smooth(collider: RAPIER.ColliderDesc): RAPIER.ColliderDesc {
  return collider.setFriction(0).setRestitution(0);
}
