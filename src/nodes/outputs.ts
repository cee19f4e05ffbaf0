/**
 * What moves a body: velocities, or goals for a navigator that finds its own way (Nav2's goal_pose).
 * Both say when it shall stand; who sends goals leaves it to the navigator to obey.
 */
import { type BodyLimits, distanceTo, type Point } from "../game/arena";
import { type RosClock, steadyMs } from "../ros/clock";
import { planarQuaternion } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";
import { type DriveCommand, driveTo, type Pose, STOP } from "./drive";
import type { SafetyParameters } from "./parameters";

type BodyNode = RosNode & { readonly parameters: SafetyParameters };

export interface Output {
  /** Whether anybody takes it, and whether another node sends it too. */
  readonly topic: Pick<ReturnType<RosNode["publisherSole"]>, "source" | "connection">;
  /** What its wheels were told last; STOP where a navigator tells them. */
  readonly told: DriveCommand;
  /** @param seconds since the pose that was answered before, by stamps; poses: map frame, m, rad */
  drive(pose: Pose, target: Point, seconds: number): void;
  /**
   * Whether it was told to stand often and so lately that this need not be said again.
   * @param pose where it is, as far as is known; isLast: nobody says it afterwards
   */
  isStopped(pose: Pose | undefined, isLast: boolean): boolean;
  /** Tells it to stand, unless it `isStopped`. */
  stop(pose: Pose | undefined, isLast: boolean): void;
}

/** A body that was told nothing but zero for this long is told it no more often than: */
const STOOD_MS = 500;
/** its base brakes meanwhile, if it does. */
const REPEAT_MS = 300;

export class Velocities implements Output {
  told = STOP;
  readonly topic;
  private sentMs = -Infinity;
  /** When it was told to move last. */
  private movedMs = -Infinity;

  constructor(
    private readonly node: BodyNode,
    private readonly clock: RosClock,
    private readonly limits: BodyLimits,
    private readonly frame: string,
  ) {
    const { stamped_cmd_vel } = node.parameters;
    this.topic = node.publisherSole(stamped_cmd_vel ? TOPICS.twistStamped : TOPICS.twist);
  }

  drive(pose: Pose, target: Point, seconds: number): void {
    // The shorter of stamp time and wall time bounds the gain in speed. Simulated time: stamps alone.
    const sinceSent = this.clock.isSimulated ? seconds : (steadyMs() - this.sentMs) / 1000;
    const command = driveTo(pose, target, this.limits, this.told, Math.min(seconds, sinceSent));
    if (command.linear === 0 && command.angular === 0) return this.stop(pose, false);
    // Also where sending fails: it may have been heard.
    this.movedMs = steadyMs();
    this.send(command);
  }

  isStopped(_pose: Pose | undefined, isLast: boolean): boolean {
    const nowMs = steadyMs();
    if (nowMs - this.sentMs >= REPEAT_MS || nowMs - this.movedMs < STOOD_MS) return false;
    return !isLast;
  }

  stop(pose: Pose | undefined, isLast: boolean): void {
    if (!this.isStopped(pose, isLast)) this.send(STOP);
  }

  private send(command: DriveCommand): void {
    const { linear, angular } = command;
    const twist = { linear: { x: linear, y: 0, z: 0 }, angular: { x: 0, y: 0, z: angular } };
    const header = { stamp: this.clock.stamp(), frame_id: this.frame };
    this.topic(this.node.parameters.stamped_cmd_vel ? { header, twist } : twist);
    this.told = command;
    this.sentMs = steadyMs();
  }
}

/** A body this far from where it was told to be is not there: it is told to stand where it is then, m, */
const AWAY_M = 0.05;
/** no more often than this, ms: a navigator that is late would follow its own way to and fro. */
const SETTLED_MS = 1000;

export class Goals implements Output {
  readonly told = STOP;
  readonly topic;
  /** The decision's target that was sent last; undefined: it was told to stand. */
  private target: Point | undefined;
  /** Where it was told to stand; undefined: it was sent to `target`, or nowhere yet. */
  private stood: Point | undefined;
  private sentMs = -Infinity;

  constructor(
    node: RosNode,
    private readonly clock: RosClock,
  ) {
    this.topic = node.publisherSole(TOPICS.goal);
  }

  /** Each decision is one goal: a navigator begins anew at each message. */
  drive(pose: Pose, target: Point): void {
    if (target === this.target) return;
    this.target = target;
    this.stood = undefined;
    // It need not turn where it arrives, nor where it is there.
    const way = Math.atan2(target.y - pose.y, target.x - pose.x);
    this.send({ ...target, yaw: distanceTo(target, pose) < AWAY_M ? pose.yaw : way });
  }

  isStopped(pose: Pose | undefined, isLast: boolean): boolean {
    // Without any pose there was no goal either. Whoever comes later is told.
    if (pose === undefined || this.topic.connection.isAlone) return true;
    if (this.stood === undefined) return false;
    if (steadyMs() - this.sentMs < SETTLED_MS) return true;
    return !isLast && distanceTo(this.stood, pose) < AWAY_M;
  }

  /** Its own pose as the goal ends the one before. */
  stop(pose: Pose | undefined, isLast: boolean): void {
    this.target = undefined;
    if (pose === undefined || this.isStopped(pose, isLast)) return;
    this.stood = pose;
    this.send(pose);
  }

  private send({ x, y, yaw }: Pose): void {
    this.sentMs = steadyMs();
    const pose = { position: { x, y, z: 0 }, orientation: planarQuaternion(yaw) };
    this.topic({ header: { stamp: this.clock.stamp(), frame_id: "map" }, pose });
  }
}
