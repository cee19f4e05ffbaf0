/**
 * Poses as odometry reports them: the true ones with a drift that grows with distance and noise that
 * is new in every reading. Metres, radians, the `map` frame.
 */
import { wrapAngle } from "../../src/game/arena";
import type { Uniform } from "../../src/game/draws";
import { KeyedStream } from "../../src/game/keyed_stream";
import { takeOver } from "./bodies";
import type { Imperfections } from "./imperfections";

interface OdometryOptions extends Imperfections {
  readonly seed: number;
  /** [bodies * 3] the true poses; the lead vehicle's is the last. */
  readonly poses: Float64Array;
}

const ROLE = { drift: 0, noise: 1 };

export class Odometry {
  /** [bodies * 3] drift so far. */
  private readonly drifted: Float64Array;
  /** [bodies] m gone since the drift began. */
  private readonly ways: Float64Array;
  private readonly readings: Float64Array;
  private readonly stream: KeyedStream;
  private readonly drifts: boolean;
  private readonly isNoisy: boolean;

  constructor(private readonly options: OdometryOptions) {
    const { poses, seed } = options;
    this.drifted = new Float64Array(poses.length);
    this.ways = new Float64Array(poses.length / 3);
    this.readings = new Float64Array(poses.length);
    this.stream = new KeyedStream(seed);
    this.drifts = options.odometry_drift > 0 || options.odometry_drift_yaw > 0;
    this.isNoisy = options.odometry_noise > 0 || options.odometry_noise_yaw > 0;
  }

  /** Clears the drift: bodies were placed and know where. */
  reset(): void {
    this.drifted.fill(0);
    this.ways.fill(0);
  }

  /** Continues the drift of bodies that were in the world before. */
  takeOver(before: Odometry): void {
    takeOver(this.drifted, before.drifted, 3);
    takeOver(this.ways, before.ways, 1);
  }

  /** `body` went (dx, dy) m in step number `step`. */
  noteMove(body: number, dx: number, dy: number, step: number): void {
    if (!this.drifts || (dx === 0 && dy === 0)) return;
    const { odometry_drift: position, odometry_drift_yaw: yaw } = this.options;
    const way = Math.sqrt(dx * dx + dy * dy);
    this.ways[body] += way;
    const root = Math.sqrt(way);
    const off = this.drifted[3 * body + 2];
    const [ex, ey, eyaw] = this.errors(body, step, ROLE.drift);
    // A wrong heading turns the distance gone, too.
    this.drifted[3 * body] += dx * (Math.cos(off) - 1) - dy * Math.sin(off) + position * root * ex;
    this.drifted[3 * body + 1] +=
      dx * Math.sin(off) + dy * (Math.cos(off) - 1) + position * root * ey;
    this.drifted[3 * body + 2] += yaw * root * eyaw;
  }

  /** Of a reading of `body`: in x and in y, m², and of the heading, rad². */
  variances(body: number): readonly [number, number] {
    const { odometry_noise, odometry_drift, odometry_noise_yaw, odometry_drift_yaw } = this.options;
    const of = (noise: number, drift: number): number => noise ** 2 + drift ** 2 * this.ways[body];
    return [of(odometry_noise, odometry_drift), of(odometry_noise_yaw, odometry_drift_yaw)];
  }

  /**
   * [bodies * 3] the readings of step number `step`, the same however often it is read; valid until
   * the next call.
   */
  read(step: number): Float64Array {
    const { poses, odometry_noise: position, odometry_noise_yaw: yaw } = this.options;
    if (!this.drifts && !this.isNoisy) return poses;
    for (let body = 0; body < this.ways.length; body++) {
      const [ex, ey, eyaw] = this.isNoisy ? this.errors(body, step, ROLE.noise) : [0, 0, 0];
      const at = 3 * body;
      this.readings[at] = poses[at] + this.drifted[at] + position * ex;
      this.readings[at + 1] = poses[at + 1] + this.drifted[at + 1] + position * ey;
      this.readings[at + 2] = wrapAngle(poses[at + 2] + this.drifted[at + 2] + yaw * eyaw);
    }
    return this.readings;
  }

  /** Standard normal numbers for x, y and yaw of a body in one step. */
  private errors(body: number, step: number, role: number): number[] {
    const isLead = body === this.ways.length - 1;
    this.stream.key(isLead ? 0 : body + 1, step, role);
    return [...normals(this.stream.next), normals(this.stream.next)[0]];
  }
}

/** Two independent standard normal numbers (Box and Muller). */
function normals(uniform: Uniform): [number, number] {
  const long = Math.sqrt(-2 * Math.log(uniform()));
  const angle = 2 * Math.PI * uniform();
  return [long * Math.cos(angle), long * Math.sin(angle)];
}
