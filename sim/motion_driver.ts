/** The motion world in step with the wall clock: bodies driven by cmd_vel, epochs ended by time. */
import { steadyMs } from "../src/ros/clock";
import { Pace } from "./pace";
import { type Body, STEP_S } from "./world/body";
import { MotionWorld } from "./world/motion";
import type { WorldDriver } from "./world_driver";
import type { LoopContext } from "./world_topics";

const STEP_NS = BigInt(Math.round(STEP_S * 1e9));
/** Steps done in one go at most; a world that falls further behind slows down and never skips. */
const BURST_STEPS = 25;
/** Placed this long before the boundary, so that no odometry of the old episode counts in the new. */
const PLACING_NS = 1_000_000_000n;
/** A base without a command for this long brakes; wall time, ms. Commands come every 100 ms. */
const COMMAND_TIMEOUT_MS = 250;
/** While agents are awaited, time stands this long before the first boundary. */
const LEAD_TIME_NS = 500_000_000n;
/** Time starts this long after all agents were seen, or after the longest wait for them, ms. */
const SETTLE_MS = 700;
const LONGEST_WAIT_MS = 15_000;
/** Share of its wheels' way that a robot with the fault "slip" loses. */
const SLIP_SHARE = 0.5;

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export class MotionDriver implements WorldDriver {
  readonly stepNs = STEP_NS;
  readonly odometryNs = 5n * STEP_NS;
  readonly startNs: bigint;
  readonly placingNs: bigint;
  readonly frameMs = 40;
  readonly repeatMs = 100;
  readonly world: MotionWorld;
  private readonly commandedMs = new WeakMap<Body, number>();
  private readonly pace = new Pace(1000 * STEP_S, BURST_STEPS);
  private startMs = steadyMs() + LONGEST_WAIT_MS;
  private agentsAreSeen = false;

  /** `loadPhysics` must be done. */
  constructor(private readonly context: LoopContext) {
    const { run, parameters } = context;
    const { game, robots, seed, epochNs } = run.options;
    this.startNs = ((epochNs - earlier(LEAD_TIME_NS, epochNs / 2n)) / STEP_NS) * STEP_NS;
    this.placingNs = earlier(PLACING_NS, epochNs / 2n);
    this.world = new MotionWorld({
      arena: game.arena,
      agentIds: robots,
      seed,
      start: run.start(),
      startTime: Number(this.startNs) / 1e9,
      epoch: Number(epochNs) / 1e9,
      imperfections: parameters,
    });
  }

  setVelocity(body: number, linear: number, angular: number): void {
    this.commandedMs.set(this.world.bodies[body], steadyMs());
    this.world.setCommand(body, linear, angular);
  }

  /** Whether the agents are there, or were waited for long enough. */
  isReady(agentsAreThere: () => boolean): boolean {
    const nowMs = steadyMs();
    if (!this.agentsAreSeen && nowMs < this.startMs && agentsAreThere()) {
      this.agentsAreSeen = true;
      this.startMs = Math.min(this.startMs, nowMs + SETTLE_MS);
    }
    return nowMs >= this.startMs;
  }

  due(): number {
    const steps = this.pace.due(steadyMs(), this.context.parameters.speed);
    if (steps > 0) this.brake();
    return steps;
  }

  hold(): void {
    this.pace.hold();
  }

  step(): void {
    this.world.step(STEP_S);
  }

  /** Wheels that nobody commands, or that are stuck, stop; others may slip. */
  private brake(): void {
    const oldestMs = steadyMs() - COMMAND_TIMEOUT_MS;
    this.world.bodies.forEach((body, i) => {
      const fault = this.context.controls.faults.get(i);
      body.isLost = (this.commandedMs.get(body) ?? -Infinity) < oldestMs;
      if (body.isLost || fault === "stall") this.world.setCommand(i, 0, 0);
      body.slip = fault === "slip" ? SLIP_SHARE : 0;
    });
  }
}
