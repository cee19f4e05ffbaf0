/**
 * A body's pose as its odometry reports it: the true one with a drift that grows with distance and noise
 * that is new in every reading. Metres, radians, the `map` frame.
 */
import { wrapAngle } from "../../src/game/arena";
import type { Uniform } from "../../src/game/draws";
import { KeyedStream } from "../../src/game/keyed_stream";

/** Units and meaning: config/parameters.yaml; `number` is the body's in draws. */
type OdometryOptions = Readonly<
  Record<"seed" | "number" | `odometry_${"noise" | "drift"}${"" | "_yaw"}`, number>
>;

const ROLE = { drift: 0, noise: 1 };

export class Odometry {
  private drift = { x: 0, y: 0, yaw: 0 };
  /** m gone since the drift began. */
  private way = 0;
  private readonly stream: KeyedStream;
  private readonly drifts: boolean;
  private readonly isNoisy: boolean;

  constructor(private readonly options: OdometryOptions) {
    this.stream = new KeyedStream(options.seed);
    this.drifts = options.odometry_drift > 0 || options.odometry_drift_yaw > 0;
    this.isNoisy = options.odometry_noise > 0 || options.odometry_noise_yaw > 0;
  }

  /** Clears the drift: the body was placed and knows where. */
  reset(): void {
    this.drift = { x: 0, y: 0, yaw: 0 };
    this.way = 0;
  }

  /** The body went (dx, dy) m in step number `step`. */
  noteMove(dx: number, dy: number, step: number): void {
    if (!this.drifts || (dx === 0 && dy === 0)) return;
    const { odometry_drift: position, odometry_drift_yaw: yaw } = this.options;
    const { drift } = this;
    const way = Math.sqrt(dx * dx + dy * dy);
    this.way += way;
    const root = Math.sqrt(way);
    const [ex, ey, eyaw] = this.errors(step, ROLE.drift);
    // A wrong heading turns the distance gone, too.
    const [cos, sin] = [Math.cos(drift.yaw), Math.sin(drift.yaw)];
    drift.x += dx * (cos - 1) - dy * sin + position * root * ex;
    drift.y += dx * sin + dy * (cos - 1) + position * root * ey;
    drift.yaw += yaw * root * eyaw;
  }

  /** Of a reading: in x and in y, m², and of the heading, rad². */
  variances(): readonly [number, number] {
    const { odometry_noise, odometry_drift, odometry_noise_yaw, odometry_drift_yaw } = this.options;
    const of = (noise: number, drift: number): number => noise ** 2 + drift ** 2 * this.way;
    return [of(odometry_noise, odometry_drift), of(odometry_noise_yaw, odometry_drift_yaw)];
  }

  /** x, y and yaw as read in step number `step`, the same however often. @param body the true ones */
  read({ x, y, yaw }: { x: number; y: number; yaw: number }, step: number): number[] {
    if (!this.drifts && !this.isNoisy) return [x, y, yaw];
    const { drift } = this;
    const { odometry_noise: position, odometry_noise_yaw: turn } = this.options;
    const [ex, ey, eyaw] = this.isNoisy ? this.errors(step, ROLE.noise) : [0, 0, 0];
    const heading = wrapAngle(yaw + drift.yaw + turn * eyaw);
    return [x + drift.x + position * ex, y + drift.y + position * ey, heading];
  }

  /** Standard normal numbers for x, y and yaw in one step. */
  private errors(step: number, role: number): number[] {
    this.stream.key(this.options.number, step, role);
    return [...normals(this.stream.next), normals(this.stream.next)[0]];
  }
}

/** Two independent standard normal numbers (Box and Muller). */
function normals(uniform: Uniform): [number, number] {
  const long = Math.sqrt(-2 * Math.log(uniform()));
  const angle = 2 * Math.PI * uniform();
  return [long * Math.cos(angle), long * Math.sin(angle)];
}
