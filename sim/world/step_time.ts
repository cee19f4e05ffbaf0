/** Simulated time in steps, and the epoch slot that it is in. Seconds. */

/** Longest physics step; longer ones are cut into equal parts. */
export const LONGEST_STEP_S = 0.02;
/** A boundary counts as reached this early: time is a sum of rounded steps. */
const TIME_TOLERANCE_S = 1e-5;

export class StepTime {
  /** s of simulated time: `anchor` + `steps` · `stepLength`, so that it does not drift. */
  now: number;
  stepLength = 0;
  private anchor: number;
  private steps = 0;

  /**
   * @param age steps since the world began
   * @throws RangeError where `start` is no number or `epoch` not above 0
   */
  constructor(
    start: number,
    private readonly epoch: number,
    public age = 0,
  ) {
    if (!Number.isFinite(start) || !(epoch > 0)) {
      throw new RangeError(
        `startTime ${start} s and epoch ${epoch} s must be numbers, the epoch above 0`,
      );
    }
    this.now = start;
    this.anchor = start;
  }

  get slot(): number {
    return Math.floor((this.now + TIME_TOLERANCE_S) / this.epoch);
  }

  /** Cuts dt s into steps; returns how many. @throws RangeError unless dt is a finite number above 0 */
  cut(dt: number): number {
    if (!(dt > 0) || !Number.isFinite(dt))
      throw new RangeError(`dt is ${dt}; it must be above 0 s`);
    const parts = Math.max(1, Math.ceil(dt / LONGEST_STEP_S - 1e-9));
    if (dt / parts !== this.stepLength) {
      this.anchor = this.now;
      this.steps = 0;
      this.stepLength = dt / parts;
    }
    return parts;
  }

  advance(): void {
    this.steps++;
    this.age++;
    this.now = this.anchor + this.steps * this.stepLength;
  }
}
