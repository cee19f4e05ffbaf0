/**
 * The abstract world in lockstep: an epoch stays open until its command and all actions have come, or
 * a deadline passes. It runs as fast as the nodes answer.
 */
import type { EpisodeStart } from "../src/game/episode";
import { steadyMs } from "../src/ros/clock";
import type { LoopContext } from "./loop_context";
import { AbstractWorld } from "./world/abstract";
import type { WorldDriver } from "./world_loop";

export class AbstractDriver implements WorldDriver {
  readonly stepNs: bigint;
  readonly startNs: bigint;
  readonly odometryNs: bigint;
  readonly placingNs = 0n;
  readonly frameMs = 100;
  readonly repeatMs = 50;
  readonly isLockstep = true;
  world: AbstractWorld;
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
    return run.ledger.isComplete || (run.ledger.slots > 0 && isLate) ? 1 : 0;
  }

  hold(): void {
    this.waitingMs = steadyMs();
  }

  step(): void {
    const { openCommand: command, isComplete, openActions } = this.context.run.ledger;
    if (command && isComplete) this.world.step(command.epoch, command.action, openActions);
  }

  place(start: EpisodeStart): void {
    this.world.place(start);
  }

  resize(robots: readonly string[], start: EpisodeStart): void {
    this.world = this.world.withRobots(robots, start);
  }

  opened(): void {
    this.waitingMs = steadyMs();
  }
}
