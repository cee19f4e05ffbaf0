/**
 * The loop of both worlds: steps that are due, epoch boundaries, episodes and resets, changes of the
 * population, /clock and odometry, frames for the page.
 */
import { steadyMs } from "../src/ros/clock";
import type { GlobalCommand } from "../src/ros/messages";
import type { WorldDriver } from "./world_driver";
import { type LoopContext, type LoopParameters, WorldTopics } from "./world_topics";

const LOOP_MS = 5;

export class WorldLoop {
  /** Simulated time, ns. */
  private now: bigint;
  private isOver = false;
  /** Statistics start anew with the next epoch. */
  private isReset = false;
  /** [n] wheels locked in the open epoch; undefined once the bodies are placed anew. */
  private locked: Uint8Array | undefined;
  private toldMs = -Infinity;
  private clockNs = -1n;
  private readonly topics: WorldTopics;
  private readonly timers: readonly NodeJS.Timeout[];

  constructor(
    private readonly context: LoopContext<LoopParameters>,
    private readonly driver: WorldDriver,
  ) {
    const { node, run, shown } = context;
    this.now = driver.startNs;
    const onCommand = (command: GlobalCommand): void => {
      driver.hearCommand?.(command);
      if (driver.boundary) this.advance();
      const isFirst = run.hearCommand(command);
      if (isFirst) this.topics.tellShift();
      if (!driver.isLockstep) return;
      if (isFirst) driver.hold?.();
      this.advance();
    };
    this.topics = new WorldTopics(context, driver, onCommand, (action) => {
      run.ledger.hearAction(action);
      if (driver.isLockstep) this.advance();
    });
    if (driver.isLockstep) {
      this.open();
      this.tell();
    }
    this.timers = [
      setInterval(() => {
        node.safely(() => this.advance());
        node.safely(() => this.repeat());
      }, LOOP_MS),
      setInterval(
        () => node.safely(() => shown.poses(driver.now?.() ?? this.now, driver.world)),
        driver.frameMs,
      ),
    ];
  }

  stop(): void {
    this.timers.forEach(clearInterval);
  }

  /** Watchdogs run by the wall clock: they hear of a time that stands or goes slowly, too. */
  private repeat(): void {
    if (!this.isOver && steadyMs() - this.toldMs >= this.driver.repeatMs) this.tell();
  }

  private advance(): void {
    const { driver } = this;
    const { controls, factor, run } = this.context;
    const isReady = driver.isReady?.(() => this.topics.agentsAreThere()) ?? true;
    this.topics.followPopulation((this.now / run.options.epochNs + 1n) * run.options.epochNs);
    if (this.isOver || !isReady || !controls.runs) {
      driver.hold?.();
      factor.hold();
      return;
    }
    if (driver.boundary) return this.follow(driver.boundary());
    const steps = driver.due?.() ?? 0;
    for (let done = 0; done < steps && controls.runs && !this.isOver; done++) this.step();
    if (!this.isOver && steps > 0 && this.clockNs !== this.now)
      this.topics.sendClock((this.clockNs = this.now));
  }

  /** Time is made by others, and an epoch has begun at `boundary`. */
  private follow(boundary: bigint): void {
    if (boundary === this.now) return;
    const wentBack = boundary < this.now;
    this.now = boundary;
    if (!wentBack) return this.endEpoch();
    this.context.run.startOver();
    this.topics.tellShift();
    this.open();
  }

  private step(): void {
    const { driver } = this;
    driver.step?.();
    this.now += driver.stepNs;
    this.context.factor.advanced(Number(driver.stepNs) / 1e9);
    if (this.isBoundaryIn(0n)) this.endEpoch();
    else if (this.isBoundaryIn(driver.placingNs)) this.place();
    if (!this.isOver && this.now % driver.odometryNs < driver.stepNs) this.tell();
  }

  /** Whether an epoch begins this long from now, as exactly as steps allow. */
  private isBoundaryIn(ns: bigint): boolean {
    return (this.now + ns) % this.context.run.options.epochNs < this.driver.stepNs;
  }

  private endEpoch(): void {
    const { driver } = this;
    const { run, controls, onOver } = this.context;
    controls.isStepping = false;
    const { world, isLockstep } = driver;
    if (this.locked && !isLockstep) run.ledger.noteArrivals(world.localStates(), this.locked);
    run.closeEpoch(this.now);
    if (run.isOver(this.now)) {
      this.isOver = true;
      onOver();
      return;
    }
    if (driver.placingNs === 0n) this.place();
    if (this.isReset) run.restart();
    this.isReset = false;
    if (this.topics.takePopulation()) world.setRobots?.(run.robots, run.start());
    this.open();
  }

  /** Where a new episode begins, or a reset was asked for, bodies start anew. */
  private place(): void {
    const { run, controls, parameters } = this.context;
    const { epochNs } = run.options;
    const boundary = ((this.now + this.driver.placingNs) / epochNs) * epochNs;
    this.isReset = controls.isResetting;
    controls.isResetting = false;
    if (this.isReset) run.reseed(parameters.seed);
    else if (!run.nextEpisode(boundary)) return;
    this.driver.world.place?.(run.start(), "held");
    this.locked = undefined;
    run.beginShift(boundary);
    this.topics.tellShift();
  }

  private open(): void {
    const { ledger, options } = this.context.run;
    const { world, isLockstep } = this.driver;
    const boundary = (this.now / options.epochNs) * options.epochNs;
    ledger.open(boundary, world.globalState(), world.localStates());
    // A world may change its own.
    this.locked = world.locked.slice();
    if (isLockstep) this.driver.hold?.();
  }

  private tell(): void {
    this.topics.sendClock((this.clockNs = this.now));
    this.topics.sendOdometry(this.now);
    this.toldMs = steadyMs();
  }
}
