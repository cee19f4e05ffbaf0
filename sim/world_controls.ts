/**
 * What people ask of the world: pause, one step, reset, faults of robots. Pure state, read by the
 * world's loop.
 */
import type { FaultChoice, Fault } from "./protocol";

export class WorldControls {
  /** Called after anything here has changed. */
  onChange: () => void = () => undefined;
  readonly faults = new Map<number, Fault>();
  paused = false;
  private isStepping = false;
  private isResetting = false;

  get runs(): boolean {
    return !this.paused || this.isStepping;
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.isStepping = false;
    this.onChange();
  }

  /** Lets a paused world run to its next epoch; false: it is not paused. */
  step(): boolean {
    if (!this.paused) return false;
    this.isStepping = true;
    return true;
  }

  reset(): void {
    this.isResetting = true;
  }

  takeReset(): boolean {
    const asked = this.isResetting;
    this.isResetting = false;
    return asked;
  }

  setFault(robot: number, fault: FaultChoice): void {
    if (fault === "none") this.faults.delete(robot);
    else this.faults.set(robot, fault);
    this.onChange();
  }

  /** Forgets faults of robots from this index on: they have left. */
  forget(robots: number): void {
    for (const robot of this.faults.keys()) if (robot >= robots) this.faults.delete(robot);
    this.onChange();
  }

  /** An epoch has begun: the step is done. */
  boundary(): void {
    this.isStepping = false;
  }
}
