/** What bodies of the motion world do worse than perfect ones; each number is 0 unless asked for. */
import type { OdometryError } from "./odometry";

export interface Imperfections {
  /**
   * Largest share of a wheel's speed that is lost, in [0, 1): each wheel of each body loses a share
   * drawn uniformly in [0, wheelSlip), anew in each epoch slot.
   */
  readonly wheelSlip: number;
  /** Standard deviation of a reading of odometry, drawn anew in each step: m in x and y, rad. */
  readonly odometryNoise: OdometryError;
  /** Standard deviation that odometry is off after one metre, growing as its root: m/√m, rad/√m. */
  readonly odometryDrift: OdometryError;
  /** From a command to the wheels' answer, s. */
  readonly commandLatency: number;
  /** Time constant with which the body's speeds follow those of its wheels, s. */
  readonly inertia: number;
}

/** Bodies that do what they are asked and know where they are. */
export const PERFECT: Imperfections = {
  wheelSlip: 0,
  odometryNoise: { position: 0, yaw: 0 },
  odometryDrift: { position: 0, yaw: 0 },
  commandLatency: 0,
  inertia: 0,
};
