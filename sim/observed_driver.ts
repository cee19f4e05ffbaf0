/**
 * A world that is only heard, in the loop of the simulator's: epochs begin by the ROS clock. Where docks
 * are kept for it, `cmd_vel` is passed on to `base/cmd_vel`, and zero while a robot is docked. What is not
 * said is not passed on: where an agent, or this process, falls silent, the base's own timeout stops it.
 */
import { type RosClock, steadyMs } from "../src/ros/clock";
import {
  type GlobalCommand,
  nanoseconds,
  type PlanarPose,
  type Time,
  type Twist,
} from "../src/ros/messages";
import { Seldom } from "../src/ros/seldom";
import { TOPICS, topicOf } from "../src/ros/topics";
import type { WorldDriver } from "./world_driver";
import type { LoopContext, LoopParameters } from "./world_topics";
import { ObservedWorld } from "./world/observed";

/** A simulated time that has not advanced for this long stands, ms. */
const STANDING_MS = 500;
/** The poses tell the states at a begin that is noticed within this part of an epoch. */
const LATE_PART = 10n;
/** A command not older than this is passed on when a dock opens, ms: agents send 10 a second. */
const FRESH_MS = 200;
const STILL = { linear: 0, angular: 0, ms: -Infinity, stamp: undefined as Time | undefined };

export class ObservedDriver implements WorldDriver {
  readonly stepNs: bigint;
  readonly odometryNs = 1n;
  readonly startNs = -1n;
  readonly placingNs = -1n;
  readonly frameMs = 40;
  readonly repeatMs = Infinity;
  readonly world: ObservedWorld;
  readonly setVelocity?: WorldDriver["setVelocity"];
  /** What bodies' agents said last: m/s, rad/s, and when. */
  private readonly said: (typeof STILL)[];
  private readonly bases: ReturnType<ObservedDriver["base"]>[] = [];
  /** Start of the epoch, ns. */
  private start = -1n;
  /** The newest decision's time, ns. */
  private decision = -1n;
  private looked = { ms: steadyMs(), time: 0n };
  /** When it went on after it had stood. */
  private resumedMs = -Infinity;
  private readonly seldom = new Seldom();
  private isOver = false;

  constructor(
    private readonly context: LoopContext<LoopParameters>,
    private readonly clock: RosClock,
    keepsDocks: boolean,
    kinds?: readonly number[],
  ) {
    const { game, epochNs, robots, seed } = context.run.options;
    this.stepNs = epochNs;
    this.world = new ObservedWorld(game, robots, keepsDocks ? seed : undefined, kinds);
    this.said = [...robots, "lead"].map(() => STILL);
    if (!keepsDocks) return;
    this.bases = [...robots, "lead"].map((name) => this.base(name));
    this.setVelocity = (body, linear, angular, stamp) => {
      const ms = steadyMs();
      this.noteHalt(ms);
      // It may have waited as long as this process stood: the agent says it again if it still holds.
      const isOld = ms - this.resumedMs <= FRESH_MS;
      if (isOld && (linear !== 0 || angular !== 0)) return;
      this.said[body] = { linear, angular, ms, stamp };
      // An epoch that began decides the docks first.
      if (this.clock.now() < this.start + this.stepNs) this.pass(body);
    };
  }

  /** A body's cmd_vel behind the docks. */
  private base(name: string) {
    const { node, parameters } = this.context;
    if (!parameters.stamped_cmd_vel) {
      const send = node.publisher(topicOf(name, TOPICS.baseTwist));
      return { send, connection: send.connection };
    }
    const publish = node.publisher(topicOf(name, TOPICS.baseTwistStamped));
    const frame_id = `${node.fleetPrefix}${name}/base_link`;
    const send = (twist: Twist, stamp = this.clock.stamp()): void =>
      publish({ header: { stamp, frame_id }, twist });
    return { send, connection: publish.connection };
  }

  private pass(body: number, isStill = this.isOver || this.world.holds(body)): void {
    const { linear: x, angular: z, stamp } = isStill ? STILL : this.said[body];
    this.bases[body].send({ linear: { x, y: 0, z: 0 }, angular: { x: 0, y: 0, z } }, stamp);
  }

  /** Tells bodies behind docks to stand. @param isForGood nothing is passed on any more */
  stand(isForGood = false): void {
    this.isOver ||= isForGood;
    this.bases.forEach((_, body) => this.pass(body, true));
  }

  /** Why nobody takes a body's commands; undefined: somebody does, or none are passed on. */
  problem(body: number): string | undefined {
    return this.bases[body]?.connection.problem;
  }

  /** Why the world's time does not go on; undefined: it does. */
  get standing(): string | undefined {
    const { clock } = this;
    const seconds = (clock.standingMs / 1000).toFixed(1);
    const stands = `/clock has not advanced for ${seconds} s; look at the world`;
    return clock.problem() ?? (clock.standingMs > STANDING_MS ? stands : undefined);
  }

  /** A body is at `pose`. @param stamp ROS time, ns; 0: not told */
  see(body: number, pose: PlanarPose, stamp: bigint): void {
    this.world.see(body, { ...pose, time: Number(stamp || this.clock.now()) / 1e9 });
  }

  isReady(): boolean {
    return this.clock.isRunning;
  }

  hearCommand(command: GlobalCommand): void {
    this.decision = nanoseconds(command.decision_time);
  }

  boundary(): bigint {
    const { stepNs } = this;
    const tolerance = stepNs / LATE_PART;
    const now = this.clock.now();
    this.passTime(now);
    // Who decides may have noticed first that the epoch begins.
    const isAhead = this.decision > now && this.decision - now <= tolerance;
    const start = ((isAhead ? this.decision : now) / stepNs) * stepNs;
    if (start <= this.start && now >= this.start - tolerance) return this.start;
    if (start < this.start) {
      this.context.node.log.warn("time went back: the world began anew, and with it the shift");
      this.world.forget();
    }
    this.start = start;
    this.begin(now - start > tolerance);
    return start;
  }

  now(): bigint {
    return this.clock.now();
  }

  /** This process may have stood, halted or without a processor, while messages waited for it. */
  private noteHalt(ms: number): void {
    if (ms - this.looked.ms > FRESH_MS) this.resumedMs = ms;
  }

  private passTime(time: bigint): void {
    const { context, looked, world } = this;
    const ms = steadyMs();
    this.noteHalt(ms);
    if (this.standing !== undefined || looked.time === 0n) context.factor.hold();
    else {
      world.ms += ms - looked.ms;
      context.factor.advanced(Math.max(0, Number(time - looked.time)) / 1e9);
    }
    this.looked = { ms, time };
  }

  private begin(isLate: boolean): void {
    const { context, said, world } = this;
    const nowMs = steadyMs();
    world.isLate = isLate;
    for (const robot of world.startSlot(Number(this.start / this.stepNs)))
      if (nowMs - said[robot].ms <= FRESH_MS) this.pass(robot);
    const isSeen = said.every((_, body) => world.known(body));
    if ((isSeen && !isLate) || !context.run.ledger.hasBegun) return;
    const why = isSeen
      ? "its begin was noticed too late; give this process more of the processor"
      : "not all bodies were seen when it began";
    if (this.seldom.isDue(why, nowMs)) context.node.log.warn(`an epoch is not rewarded: ${why}`);
  }
}
