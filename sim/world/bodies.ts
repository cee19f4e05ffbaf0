/** Where bodies are and how they move: n robots in order, then the lead vehicle. Map frame, SI units. */

/** A physics step, s of simulated time (50 Hz). */
export const STEP_S = 0.02;

/** A world's numbers: `width` of them a body (or a robot, where the lead vehicle has none). */
type Numbers = Float64Array | Uint8Array;

/** Copies the numbers of the bodies that are in both: the first robots, and the lead vehicle, the last. */
export function takeOver<A extends Numbers>(now: A, before: A, width: number): void {
  const kept = Math.min(now.length, before.length) - width;
  now.set(before.subarray(0, kept));
  now.set(before.subarray(before.length - width), now.length - width);
}

export type Bodies = ReturnType<typeof newBodies>;

export function newBodies(robots: number) {
  const bodies = robots + 1;
  return {
    /** [(n+1) * 3] x m, y m, yaw rad in [-π, π]. */
    poses: new Float64Array(3 * bodies),
    /** [(n+1) * 2] forward m/s, yaw rate rad/s, as realised. */
    twists: new Float64Array(2 * bodies),
    /** [n+1] share of its wheels' way that a body does not go; 0: none. */
    slips: new Float64Array(bodies),
    /** [n] 1 while docked with wheels locked. */
    locked: new Uint8Array(robots),
    /** [(n+1) * 2] where each moving body was at the start of the step, m. */
    from: new Float64Array(2 * bodies),
    /** [(n+1) * 2] how far its wheels take each moving body in the step, m. */
    ways: new Float64Array(2 * bodies),
    /** [n+1] forward m/s of the last step. */
    speeds: new Float64Array(bodies),
    /** [n+1] 1: was blocked or pushed in the last step. */
    touched: new Uint8Array(bodies),
    /** [n+1] zone of each body, with hysteresis. */
    zones: new Uint8Array(bodies),
  };
}

/** The bodies that are in both go on in `now` as they were in `before`. */
export function takeOverBodies(now: Bodies, before: Bodies): void {
  for (const kept of ["poses", "twists", "speeds", "touched", "zones"] as const) {
    takeOver(now[kept], before[kept], now[kept].length / now.zones.length);
  }
  now.locked.set(before.locked.subarray(0, now.locked.length));
}
