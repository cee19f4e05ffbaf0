/**
 * What a robot's agent and the lead vehicle's have in common: odometry -> pose and zone, commands
 * -> the hook of the agent, and a cmd_vel that is zero whenever the body may not move.
 */
import {
  type Arena,
  arenaRadius,
  type BodyLimits,
  middleOf,
  type Point,
  zoneOf,
} from "../game/arena";
import { type RosClock, steadyMs } from "../ros/clock";
import {
  fromSeconds,
  type GlobalCommand,
  nanoseconds,
  type Odometry,
  type Time,
} from "../ros/messages";
import type { Sizes } from "../game/model";
import { reasonOf } from "../base/errors";
import type { Check, Health } from "../ros/diagnostics";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";
import { bodyFrame, transformPublisher, velocityPublisher } from "./body_topics";
import { commandProblem } from "./command_check";
import { type DriveCommand, driveTo, type Pose, STOP } from "./drive";
import { Localization, planarPose } from "./localization";
import type { SafetyParameters } from "./parameters";
import { Permission } from "./permission";
import { ageProblem, isRepeat, odometryProblem } from "./stamps";
import { Stillness } from "./stillness";

/** A standing body's zero is repeated this often, ms. */
const REPEAT_ZERO_MS = 200;
/** A body found this far from where it can have driven was put elsewhere, m. */
const JUMP = 1;
/** A body that left the arena is back in it this far inside its edge, m. */
const REENTRY = 0.1;
/** Sessions whose newest epoch is remembered. */
const SESSIONS = 8;

export interface BodyOptions {
  readonly node: RosNode;
  readonly clock: RosClock;
  readonly arena: Arena;
  readonly limits: BodyLimits;
  readonly safety: SafetyParameters;
  /** Of the game, to check commands by. */
  readonly sizes: Sizes;
  /** A new pose was heard: `zone` and `stamp` are current. */
  readonly onPose: () => void;
  /** It is out of the arena: what it was told before holds no more. */
  readonly onOutside: () => void;
  /** The first copy of a new epoch's command. */
  readonly onDecision: (command: GlobalCommand) => void;
}

export class BodyAgent {
  pose: Pose | undefined;
  zone: number | undefined;
  /** Stamp of the odometry that `pose` and `zone` come from, ROS time, ns. */
  stamp = 0n;
  /** ROS time at which the newest stamp was heard first, ns. */
  private heardAt = 0n;
  /** Where to drive, m in the map frame; undefined: stand. */
  target: Point | undefined;
  readonly permission: Permission;
  private readonly sendVelocity: (command: DriveCommand) => void;
  private readonly sendTransform: ((stamp: Time, pose: Pose) => void) | undefined;
  private previous: DriveCommand = STOP;
  private sentMs = -Infinity;
  private readonly middle: Point;
  /** A body further from the middle is out of the arena, m. */
  private readonly reach: number;
  private isOutside = false;
  private isLeaving = false;
  /** The error that stopped it last; undefined: none since the newest odometry. */
  private failure: string | undefined;
  private readonly stillness = new Stillness();
  private readonly localization: Localization;
  /** The newest epoch of each session heard. */
  private readonly epochs = new Map<number, number>();

  constructor(private readonly options: BodyOptions) {
    const { node, clock, safety } = options;
    this.permission = new Permission(safety.cmd_vel_timeout * 1000, safety.start_armed);
    this.middle = middleOf(options.arena);
    this.reach = arenaRadius(options.arena) + safety.arena_margin;
    this.localization = new Localization(node, safety);
    const frame = bodyFrame(node, safety.frame_prefix);
    this.sendVelocity = velocityPublisher(node, clock, safety.stamped_cmd_vel, frame);
    this.sendTransform = safety.publish_tf ? transformPublisher(node, frame) : undefined;
    node.subscribe(TOPICS.odometry, (message) => this.safely(() => this.hearOdometry(message)));
  }

  /** The robot's name. */
  get name(): string {
    return this.options.node.robot;
  }

  hearStop(): void {
    this.permission.hearStop();
    this.check();
  }

  /** An error of its own leaves the body standing; who calls this tells of it. */
  private safely<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.failure = reasonOf(error);
      this.target = undefined;
      this.stand();
      throw error;
    }
  }

  private hearOdometry(message: Odometry): string | undefined {
    const { clock } = this.options;
    const { position, orientation } = message.pose.pose;
    const byWheels = planarPose(position, orientation);
    const stamp = nanoseconds(message.header.stamp);
    if (byWheels === undefined) {
      return "its pose is not finite or its orientation no unit quaternion; the body stands until it is: look at the odometry's source";
    }
    const now = clock.now();
    const problem =
      (clock.isRunning ? odometryProblem(stamp, now) : undefined) ??
      ageProblem(stamp, now, this.options.safety.max_stamp_age);
    if (problem) return problem;
    if (stamp !== this.stamp) this.heardAt = now;
    // In simulated time odometry may come before its /clock.
    const since = clock.isSimulated || stamp < this.heardAt ? stamp : this.heardAt;
    if (isRepeat(stamp, this.stamp, since, now)) return undefined;
    // Late ones are passed over, unless time itself went back.
    if (stamp < this.stamp && this.stamp <= now + fromSeconds(1)) return undefined;
    this.permission.hearOdometry(steadyMs());
    const pose = this.localization.locate(message, byWheels);
    if (pose) {
      this.move(pose, message.header.stamp);
    } else {
      // Nobody knows where it is: it stands, and has no zone to tell of.
      this.zone = undefined;
      this.check();
    }
    this.failure = undefined;
    return undefined;
  }

  /** The body is at `pose` of the map frame now. */
  private move(pose: Pose, time: Time): void {
    const stamp = nanoseconds(time);
    const seconds = Number(stamp - this.stamp) / 1e9;
    if (this.isElsewhere(pose, seconds)) this.target = undefined;
    const { middle, reach } = this;
    const distance = Math.hypot(pose.x - middle.x, pose.y - middle.y);
    this.isOutside = distance > (this.isOutside ? reach - REENTRY : reach);
    if (this.isOutside) {
      this.target = undefined;
      this.options.onOutside();
    }
    this.stillness.hear(pose, this.previous, seconds);
    this.pose = pose;
    this.zone = this.isOutside ? undefined : zoneOf(this.options.arena, pose, this.zone);
    this.stamp = stamp;
    if (seconds > 0) this.sendTransform?.(time, pose);
    // Outside it has no zone: nobody shall count it.
    if (!this.isOutside) this.options.onPose();
    // By neither clock does it gain speed faster than it may; simulated time has a pace of its own.
    const { clock } = this.options;
    const sinceSent = clock.isSimulated ? seconds : (steadyMs() - this.sentMs) / 1000;
    if (seconds > 0) this.drive(Math.min(seconds, sinceSent));
  }

  private isElsewhere(pose: Pose, seconds: number): boolean {
    if (this.pose === undefined) return false;
    const way = Math.hypot(pose.x - this.pose.x, pose.y - this.pose.y);
    return way > JUMP + this.options.limits.maxSpeed * Math.max(0, seconds);
  }

  /** Why a command is refused; undefined: it is not. */
  hearCommand(message: GlobalCommand): string | undefined {
    return this.safely(() => this.obey(message));
  }

  private obey(message: GlobalCommand): string | undefined {
    if (message.emergency_stop) this.permission.hearStop();
    const { clock, safety, sizes } = this.options;
    const sent = nanoseconds(message.header.stamp);
    const problem =
      commandProblem(message, sizes) ?? ageProblem(sent, clock.now(), safety.max_stamp_age);
    if (problem) return problem;
    const newest = this.epochs.get(message.session) ?? -1;
    if (message.epoch < newest) {
      return `the command of epoch ${message.epoch} comes after that of epoch ${newest} of its session; end whoever else publishes there`;
    }
    this.permission.hearCommand(steadyMs(), {
      session: message.session,
      emergencyStop: message.emergency_stop,
      resets: message.resets,
    });
    this.epochs.set(message.session, message.epoch);
    const [oldest] = this.epochs.keys();
    if (this.epochs.size > SESSIONS) this.epochs.delete(oldest);
    if (message.epoch > newest) {
      this.stillness.retry();
      // Whoever brings it back must not have it start in their hands.
      if (!this.isOutside) this.options.onDecision(message);
    }
    if (message.emergency_stop) this.check();
    return undefined;
  }

  /** Sends the velocity that follows from the newest pose, or zero. */
  private drive(seconds: number): void {
    if (this.standing() || this.pose === undefined || this.target === undefined) {
      this.stand();
      return;
    }
    this.previous = driveTo(this.pose, this.target, this.options.limits, this.previous, seconds);
    this.send(this.previous);
  }

  /** Why the body may not move now; undefined: it may. */
  reasonToStand(): string | undefined {
    if (this.isLeaving) return "it leaves the swarm";
    if (this.failure !== undefined) return `it failed (${this.failure}); the node's log says where`;
    if (!this.options.clock.isRunning) return "no time on /clock";
    const reason = this.permission.reasonToStand(steadyMs());
    if (reason !== undefined) return reason;
    if (this.localization.problem !== undefined) return this.localization.problem;
    return this.isOutside ? "out of the arena; bring the body back into it by hand" : undefined;
  }

  private standing(): boolean {
    return this.reasonToStand() !== undefined || this.stillness.isHeld;
  }

  /** For /diagnostics. */
  get diagnosis(): Check {
    const { node } = this.options;
    return {
      robot: node.robot,
      name: `${node.robot}/${node.name}: motion`,
      look: () => this.health,
    };
  }

  private get health(): Health {
    const { node } = this.options;
    const reason = this.reasonToStand();
    const values = {
      zone: this.zone ?? "unknown",
      stamp: Number(this.stamp) / 1e9,
      stopped: this.permission.stopped,
      callback_errors: node.callbackErrors,
    };
    if (reason !== undefined) return { level: "error", message: `standing: ${reason}`, values };
    if (!this.stillness.isHeld) return { level: "ok", message: "free to move", values };
    const message = "told to move and its odometry does not change: blocked, docked or frozen";
    return { level: "warn", message, values };
  }

  /** The watchdog's look, by a timer (bodies.ts). */
  check(): void {
    if (!this.standing()) return;
    const isMoving = this.previous.linear !== 0 || this.previous.angular !== 0;
    if (isMoving || steadyMs() - this.sentMs >= REPEAT_ZERO_MS) this.stand();
  }

  /** It stands from now on, whatever is said. */
  leave(): void {
    this.isLeaving = true;
    this.stand();
  }

  stand(): void {
    this.previous = STOP;
    this.send(STOP);
  }

  private send(command: DriveCommand): void {
    this.sentMs = steadyMs();
    this.sendVelocity(command);
  }
}
