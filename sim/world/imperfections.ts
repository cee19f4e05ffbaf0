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

/** Units and meaning: sim/parameters.ts. */
export type Imperfections = Readonly<typeof PERFECT>;
