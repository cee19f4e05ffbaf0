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

/** Fills in what was not given. @throws RangeError where a number makes no sense */
export function checkedImperfections(given: Partial<Imperfections> = {}): Imperfections {
  const all = { ...PERFECT, ...given };
  const { wheelSlip, odometryNoise, odometryDrift, commandLatency, inertia } = all;
  if (!(wheelSlip >= 0 && wheelSlip < 1)) {
    throw new RangeError(`wheelSlip is ${wheelSlip}; it is a share of at least 0 and below 1`);
  }
  const others = {
    "odometryNoise.position": odometryNoise.position,
    "odometryNoise.yaw": odometryNoise.yaw,
    "odometryDrift.position": odometryDrift.position,
    "odometryDrift.yaw": odometryDrift.yaw,
    commandLatency,
    inertia,
  };
  for (const [name, value] of Object.entries(others)) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name} is ${value}; it must be a number of at least 0`);
    }
  }
  return all;
}
