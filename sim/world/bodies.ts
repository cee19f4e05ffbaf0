/** Where bodies are and how they move: n robots in order, then the lead vehicle. Map frame, SI units. */

/** A world's numbers: `width` of them a body (or a robot, where the lead vehicle has none). */
type Numbers = Float64Array | Uint8Array;

/**
 * Takes over from `before` what is there of the bodies that are in both: the first robots, and the
 * lead vehicle, which is the last body of each.
 */
export function takeOver<A extends Numbers>(now: A, before: A, width: number): void {
  const kept = Math.min(now.length, before.length) - width;
  now.set(before.subarray(0, kept));
  now.set(before.subarray(before.length - width), now.length - width);
}

export class Bodies {
  /** [(n+1) * 3] x m, y m, yaw rad in [-π, π]. */
  readonly poses: Float64Array;
  /** [(n+1) * 2] forward m/s, yaw rate rad/s, as realised. */
  readonly twists: Float64Array;
  /** [n+1] share of its wheels' way that a body does not go; 0: none. */
  readonly slips: Float64Array;
  /** [n] 1 while docked with wheels locked. */
  readonly locked: Uint8Array;
  /** [(n+1) * 2] where each moving body was at the start of the step, and each is to go in it, m. */
  readonly from: Float64Array;
  readonly ways: Float64Array;
  /** [n+1] forward m/s of the last step. */
  readonly speeds: Float64Array;
  /** [n+1] 1: was blocked or pushed in the last step. */
  readonly touched: Uint8Array;
  /** [n+1] zone of each body, with hysteresis. */
  readonly zones: Uint8Array;

  constructor(readonly robots: number) {
    const bodies = robots + 1;
    this.poses = new Float64Array(3 * bodies);
    this.twists = new Float64Array(2 * bodies);
    this.slips = new Float64Array(bodies);
    this.locked = new Uint8Array(robots);
    this.from = new Float64Array(2 * bodies);
    this.ways = new Float64Array(2 * bodies);
    this.speeds = new Float64Array(bodies);
    this.touched = new Uint8Array(bodies);
    this.zones = new Uint8Array(bodies);
  }

  /** Takes over what `before` has of the bodies that are in both. */
  takeOver(before: Bodies): void {
    takeOver(this.poses, before.poses, 3);
    takeOver(this.twists, before.twists, 2);
    takeOver(this.speeds, before.speeds, 1);
    takeOver(this.touched, before.touched, 1);
    takeOver(this.zones, before.zones, 1);
    this.locked.set(before.locked.subarray(0, this.robots));
  }
}
