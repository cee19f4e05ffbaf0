/** Imperfections of bodies in the motion world; 0: none. */

export interface OdometryError {
  /** m in each of x and y */
  readonly position: number;
  /** rad */
  readonly yaw: number;
}

export interface Imperfections {
  /**
   * Largest share of a wheel's speed that is lost, in [0, 1): each wheel of each body loses a share
   * drawn uniformly in [0, wheelSlip), anew in each epoch slot.
   */
  readonly wheelSlip: number;
  /** Standard deviation of a reading of odometry, drawn anew in each step: m in x and y, rad. */
  readonly odometryNoise: OdometryError;
  /** Standard deviation of odometry after one metre; grows with the root of distance: m/√m, rad/√m. */
  readonly odometryDrift: OdometryError;
  /** From a command to its effect on the wheels, s. */
  readonly commandLatency: number;
  /** Time constant with which the body's speeds follow those of its wheels, s. */
  readonly inertia: number;
}

export const PERFECT: Imperfections = {
  wheelSlip: 0,
  odometryNoise: { position: 0, yaw: 0 },
  odometryDrift: { position: 0, yaw: 0 },
  commandLatency: 0,
  inertia: 0,
};
