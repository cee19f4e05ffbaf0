/** The motion world in step with the wall clock: bodies driven by cmd_vel, epochs ended by time. */
import type { EpisodeStart } from "../src/game/episode";
import { steadyMs } from "../src/ros/clock";
import type { LoopContext } from "./loop_context";
import { Pace } from "./pace";
import { STEP_S } from "./world/body_options";
import type { Ledger } from "./world/ledger";
import { MotionWorld } from "./world/motion";
import type { WorldDriver } from "./world_loop";
import type { WorldTopics } from "./world_topics";

const STEP_NS = BigInt(Math.round(STEP_S * 1e9));
/** Steps done in one go at most; a world that falls further behind slows down and never skips. */
const BURST_STEPS = 25;
/** Placed this long before the boundary, so that no odometry of the old episode counts in the new. */
const PLACING_NS = 1_000_000_000n;
/** A base without a command for this long stops its wheels, as controllers do; wall time, ms. */
const COMMAND_TIMEOUT_MS = 500;
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
  readonly isLockstep = false;
  world: MotionWorld;
  /** When each body was commanded last. */
  private commandedMs: Float64Array;
  /** [n] wheels locked in the open epoch; undefined once the bodies are placed anew. */
  private locked: Uint8Array | undefined;
  private readonly pace = new Pace(1000 * STEP_S, BURST_STEPS);
  private readonly waitingSinceMs = steadyMs();
  private seenMs: number | undefined;
  private hasBegun = false;

  /** `loadPhysics` must be done. */
  constructor(private readonly context: LoopContext) {
    const { run, parameters } = context;
    const { game, robots, seed, epochNs } = run.options;
    this.startNs = ((epochNs - earlier(LEAD_TIME_NS, epochNs / 2n)) / STEP_NS) * STEP_NS;
    this.placingNs = earlier(PLACING_NS, epochNs / 2n);
    this.commandedMs = new Float64Array(robots.length + 1);
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
    this.commandedMs[body] = steadyMs();
    this.world.setCommand(body, linear, angular);
  }

  /** Whether the agents are there, or were waited for long enough. */
  isReady(topics: WorldTopics): boolean {
    if (this.hasBegun) return true;
    const nowMs = steadyMs();
    if (this.seenMs === undefined && topics.agentsAreThere()) this.seenMs = nowMs;
    const isSettled = this.seenMs !== undefined && nowMs - this.seenMs > SETTLE_MS;
    return (this.hasBegun = isSettled || nowMs - this.waitingSinceMs > LONGEST_WAIT_MS);
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

  place(start: EpisodeStart): void {
    this.world.place(start, "held");
    this.locked = undefined;
  }

  resize(robots: readonly string[], start: EpisodeStart): void {
    this.world = this.world.withRobots(robots, start);
    this.commandedMs = new Float64Array(robots.length + 1).fill(steadyMs());
  }

  closing(ledger: Ledger): void {
    if (this.locked) ledger.noteArrivals(this.world.localStates(), this.locked);
  }

  opened(): void {
    this.locked = this.world.locked;
  }

  /** Wheels that nobody commands, or that are stuck, stop; others may slip. */
  private brake(): void {
    const oldestMs = steadyMs() - COMMAND_TIMEOUT_MS;
    this.commandedMs.forEach((ms, body) => {
      const fault = this.context.controls.faults.get(body);
      if (ms < oldestMs || fault === "stall") this.world.setCommand(body, 0, 0);
      this.world.bodies[body].slip = fault === "slip" ? SLIP_SHARE : 0;
    });
  }
}
