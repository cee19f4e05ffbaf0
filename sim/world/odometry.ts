/**
 * Poses as odometry reports them: the true ones with a drift that grows with distance and noise that
 * is new in every reading. Metres, radians, the `map` frame.
 */
import { wrapAngle } from "../../src/game/arena";
import { countedUniform, keyedUniform } from "../../src/game/draws";
import { takeOver } from "./bodies";
import type { Imperfections } from "./imperfections";

interface OdometryOptions extends Imperfections {
  readonly seed: number;
  /** One for each body. */
  readonly ids: readonly string[];
  /** [bodies * 3] the true poses. */
  readonly poses: Float64Array;
}

/** Uniforms that one body uses in one step. */
const DRAWS = 4;

export class Odometry {
  /** [bodies * 3] drift so far. */
  private readonly drifted: Float64Array;
  /** [bodies] m gone since the drift began. */
  private readonly ways: Float64Array;
  private readonly readings: Float64Array;
  /** [bodies] keys of the draws. */
  private readonly driftKeys: Int32Array;
  private readonly noiseKeys: Int32Array;
  private readonly drifts: boolean;
  private readonly isNoisy: boolean;

  constructor(private readonly options: OdometryOptions) {
    const { poses } = options;
    this.drifted = new Float64Array(poses.length);
    this.ways = new Float64Array(poses.length / 3);
    this.readings = new Float64Array(poses.length);
    this.driftKeys = this.keysOf("odometry-drift");
    this.noiseKeys = this.keysOf("odometry-noise");
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
    const key = this.driftKeys[body];
    const way = Math.sqrt(dx * dx + dy * dy);
    this.ways[body] += way;
    const root = Math.sqrt(way);
    const off = this.drifted[3 * body + 2];
    // A wrong heading turns the distance gone, too.
    this.drifted[3 * body] += dx * (Math.cos(off) - 1) - dy * Math.sin(off);
    this.drifted[3 * body + 1] += dx * Math.sin(off) + dy * (Math.cos(off) - 1);
    this.drifted[3 * body] += position * root * normal(key, DRAWS * step, Math.cos);
    this.drifted[3 * body + 1] += position * root * normal(key, DRAWS * step, Math.sin);
    this.drifted[3 * body + 2] += yaw * root * normal(key, DRAWS * step + 2, Math.cos);
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
    const { poses, odometry_noise, odometry_noise_yaw } = this.options;
    if (!this.drifts && !this.isNoisy) return poses;
    for (let i = 0; i < poses.length; i++) {
      const key = this.noiseKeys[Math.floor(i / 3)];
      const axis = i % 3;
      const deviation = axis === 2 ? odometry_noise_yaw : odometry_noise;
      const pair = DRAWS * step + (axis === 2 ? 2 : 0);
      const error = this.isNoisy
        ? deviation * normal(key, pair, axis === 1 ? Math.sin : Math.cos)
        : 0;
      const value = poses[i] + this.drifted[i] + error;
      this.readings[i] = axis === 2 ? wrapAngle(value) : value;
    }
    return this.readings;
  }

  private keysOf(role: "odometry-drift" | "odometry-noise"): Int32Array {
    const { ids, seed } = this.options;
    return Int32Array.from(ids, (id) => keyedUniform(seed, role, id)() * 2 ** 32 - 2 ** 31);
  }
}

/** A standard normal number from uniforms `counter` and `counter + 1` of `key` (Box and Muller). */
function normal(key: number, counter: number, wave: (angle: number) => number): number {
  const long = Math.sqrt(-2 * Math.log(countedUniform(key, counter)));
  return long * wave(2 * Math.PI * countedUniform(key, counter + 1));
}
