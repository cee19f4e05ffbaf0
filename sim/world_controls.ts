/**
 * What people ask of the world: pause, one step, reset, faults of robots. Pure state, read by the world's loop.
 */
import type { Fault, FaultChoice } from "./protocol";

export class WorldControls {
  readonly faults = new Map<number, Fault>();
  paused = false;
  /** A paused world runs to its next epoch. */
  isStepping = false;
  /** The robots are placed anew at the end of the epoch, and the statistics start from zero. */
  isResetting = false;

  /** @param onChange called after what the page shows has changed */
  constructor(private readonly onChange: () => void = () => undefined) {}

  get runs(): boolean {
    return !this.paused || this.isStepping;
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.isStepping = false;
    this.onChange();
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
}
