/**
 * The abstract world in lockstep: an epoch stays open until its command and all actions have come, or
 * a deadline passes. It runs as fast as the nodes answer.
 */
import { steadyMs } from "../src/ros/clock";
import type { LoopContext } from "./world_topics";
import { AbstractWorld } from "./world/abstract";
import type { WorldDriver } from "./world_driver";

export class AbstractDriver implements WorldDriver {
  readonly stepNs: bigint;
  readonly startNs: bigint;
  readonly odometryNs: bigint;
  readonly placingNs = 0n;
  readonly frameMs = 100;
  readonly repeatMs = 50;
  readonly isLockstep = true as const;
  readonly world: AbstractWorld;
  /** Since when the command, or then the actions, are awaited. */
  private waitingMs = steadyMs();

  constructor(private readonly context: LoopContext) {
    const { game, robots, seed, epochNs } = context.run.options;
    [this.stepNs, this.startNs, this.odometryNs] = [epochNs, epochNs, epochNs];
    this.world = new AbstractWorld(game, robots, seed, context.run.start());
  }

  due(): number {
    const { run, parameters } = this.context;
    const isLate = steadyMs() - this.waitingMs > parameters.epoch_deadline * 1000;
    return run.ledger.isComplete || (run.ledger.hasBegun && isLate) ? 1 : 0;
  }

  hold(): void {
    this.waitingMs = steadyMs();
  }

  step(): void {
    const { openCommand: command, isComplete, openActions } = this.context.run.ledger;
    if (command && isComplete) this.world.step(command.epoch, command.action, openActions);
  }
}
