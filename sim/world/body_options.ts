/** What a body of the motion world is made by. */
import type { BodyLimits } from "../../src/game/arena";

/** A physics step, s of simulated time (50 Hz). */
export const STEP_S = 0.02;

/** What bodies of a perfect motion world do not do: the simulator's parameters of these names. */
export const PERFECT = {
  wheel_slip: 0,
  odometry_noise: 0,
  odometry_noise_yaw: 0,
  odometry_drift: 0,
  odometry_drift_yaw: 0,
  command_latency: 0,
  inertia: 0,
};

/** Units and meaning: config/parameters.yaml. */
export type Imperfections = Readonly<typeof PERFECT>;

export interface BodyOptions extends Imperfections {
  readonly seed: number;
  /** Its name in draws. */
  readonly id: string;
  /** Its number in draws of odometry: robot i has i + 1, the lead vehicle 0. */
  readonly number: number;
  readonly limits: BodyLimits;
  /** kg */
  readonly mass: number;
}
