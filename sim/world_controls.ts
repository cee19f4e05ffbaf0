/**
 * What people ask of the world: to stand, to go on for an epoch, to start anew, and which robots are
 * broken on purpose. Pure; the loops look at it.
 */
import type { FaultChoice } from "./page_protocol";
import type { Fault } from "./protocol";

export class WorldControls {
  /** Called after anything here has changed. */
  onChange: () => void = () => undefined;
  /** By robot index. */
  private readonly broken = new Map<number, Fault>();
  private isPaused = false;
  private isStepping = false;
  private isResetting = false;

  get paused(): boolean {
    return this.isPaused;
  }

  /** Whether time goes on now. */
  get runs(): boolean {
    return !this.isPaused || this.isStepping;
  }

  get faults(): ReadonlyMap<number, Fault> {
    return this.broken;
  }

  pause(paused: boolean): void {
    this.isPaused = paused;
    this.isStepping = false;
    this.onChange();
  }

  /** Lets a paused world go on until its next epoch; false: it is not paused. */
  step(): boolean {
    if (!this.isPaused) return false;
    this.isStepping = true;
    return true;
  }

  /** Asks for new places and statistics from zero; the loop takes it when it can. */
  reset(): void {
    this.isResetting = true;
  }

  /** Whether a reset was asked for since the last call. */
  takeReset(): boolean {
    const asked = this.isResetting;
    this.isResetting = false;
    return asked;
  }

  setFault(robot: number, fault: FaultChoice): void {
    if (fault === "none") this.broken.delete(robot);
    else this.broken.set(robot, fault);
    this.onChange();
  }

  /** Robots from this index on are no more. */
  forget(robots: number): void {
    for (const robot of this.broken.keys()) if (robot >= robots) this.broken.delete(robot);
    this.onChange();
  }

  /** An epoch has begun: a step is over. */
  boundary(): void {
    this.isStepping = false;
  }
}
