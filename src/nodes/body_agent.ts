/**
 * What a robot's agent and the lead vehicle's agent share: odometry gives pose and zone, a new
 * command is passed to the agent, and the body is told to stand whenever it may not move (outputs.ts).
 */
import { arenaRadius, type BodyLimits, middleOf, type Point, zoneOf } from "../game/arena";
import { type RosClock, steadyMs } from "../ros/clock";
import {
  fromSeconds,
  type GlobalCommand,
  nanoseconds,
  type Odometry,
  planarPose,
  type Time,
} from "../ros/messages";
import { type Game, sizesOf } from "../game/model";
import { reasonOf } from "../base/errors";
import type { Check, Health } from "../ros/diagnostics";
import type { RosNode, SoleSubscription } from "../ros/node";
import { TOPICS } from "../ros/topics";
import { bodyFrame, transformPublisher } from "./body_topics";
import { commandProblem } from "./command_check";
import type { Pose } from "./drive";
import { Localization } from "./localization";
import { Goals, type Output, Velocities } from "./outputs";
import type { SafetyParameters } from "./parameters";
import { Permission } from "./permission";
import { ageProblem, isRepeat, odometryProblem, RateLimit } from "./stamps";
import { Stillness } from "./stillness";
import type { TransformTree } from "./transforms";

/** A body that moved this much further than it can have driven was carried. */
const JUMP_M = 1;
/** A body that left the arena is back once it is this far inside the edge. */
const REENTRY_M = 0.1;
const KEPT_SESSIONS = 8;
/** That it stood is told for so long: between two looks it may stand and go on, ms. */
const LATELY_MS = 1000;
const OUTSIDE = "out of the arena; bring the body back into it by hand";
/** Without a `max_stamp_age`, odometry stamped longer ago is refused in system time, s. */
const OLDEST_S = 1;

export interface Shared {
  readonly clock: RosClock;
  readonly commands: Pick<SoleSubscription, "source" | "connection">;
  readonly transforms: () => TransformTree;
}

export interface BodyOptions {
  readonly node: RosNode & { readonly parameters: SafetyParameters };
  readonly shared: Shared;
  readonly game: Game;
  /** Of the arena, those that the body's state is counted by. */
  readonly zones: readonly Point[];
  readonly limits: BodyLimits;
}

export abstract class BodyAgent {
  readonly name: string;
  readonly diagnosis: Check;
  pose: Pose | undefined;
  zone: number | undefined;
  /** Stamp of the odometry behind `pose` and `zone`, ROS time, ns. */
  stamp = 0n;
  /** ROS time at which odometry with this stamp arrived first, ns. */
  private heardAt = 0n;
  /** By how much odometry's stamps were behind ROS time: the newest, the most since it was told, s. */
  private readonly lateness = { newest: NaN, most: NaN };
  /** Where to drive, map frame, m, a new object at each decision; undefined: stand. */
  target: Point | undefined;
  readonly permission: Permission;
  private readonly output: Output;
  private readonly sendTransform: ((stamp: Time, pose: Pose) => void) | undefined;
  private readonly rateLimit: RateLimit;
  /** Stamp of the odometry that was answered last, ns. */
  private answered = 0n;
  private readonly middle: Point;
  /** Distance from the middle beyond which a body is outside the arena, m. */
  private readonly reach: number;
  private isOutside = false;
  private leaving: string | undefined;
  /** Why it stood last. */
  private stood = { reason: "", ms: -Infinity };
  /** The callback error that stopped it; cleared by the next odometry that is handled well. */
  private failure: string | undefined;
  private readonly stillness = new Stillness();
  private readonly localization: Localization;
  private readonly odometry: SoleSubscription;
  /** Whether odometry comes one after the other: the abstract world's, once an epoch, takes no cmd_vel. */
  private isDriven = false;
  private readonly epochs = new Map<number, number>();

  constructor(private readonly options: BodyOptions) {
    const { node, shared } = options;
    const { robot, parameters: safety } = node;
    this.name = robot;
    const name = `${robot}/${node.name}: motion`;
    this.diagnosis = { robot, name, look: () => this.health(), told: () => this.forgetMost() };
    this.permission = new Permission(safety.cmd_vel_timeout * 1000, safety.start_armed);
    this.rateLimit = new RateLimit(safety.max_rate);
    const { arena } = options.game;
    this.middle = middleOf(arena);
    this.reach = arenaRadius(arena) + safety.arena_margin;
    this.localization = new Localization(node, safety, shared.transforms);
    const frame = bodyFrame(node, safety.frame_prefix);
    this.output =
      safety.output === "goal"
        ? new Goals(node, shared.clock)
        : new Velocities(node, shared.clock, options.limits, frame);
    this.sendTransform = safety.publish_tf ? transformPublisher(node, frame) : undefined;
    this.odometry = node.subscribeSole(TOPICS.odometry, (message, areTwo) =>
      this.safely(() => this.hearOdometry(message, areTwo)),
    );
  }

  /** Called at each new pose inside the arena, after `zone` and `stamp` are set. */
  protected abstract onPose(): void;

  /** Called with the first copy of a new epoch's command. */
  protected abstract onDecision(command: GlobalCommand): void;

  /** Called at each pose outside the arena: a pending decision must be dropped. */
  protected onOutside?(): void;

  /** Why decisions are not carried out; undefined: they are. */
  protected get idle(): string | undefined {
    return undefined;
  }

  /** @param by who asked for the stop, in words */
  hearStop(by: string): void {
    this.permission.hearStop(by);
    this.check();
  }

  /** Runs a callback; a throw makes the body stand and is passed on to be logged. */
  private safely<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.failure = `it failed (${reasonOf(error)}); the node's log says where`;
      this.target = undefined;
      this.stand();
      throw error;
    }
  }

  private hearOdometry(message: Odometry, areTwo: () => boolean): string | undefined {
    const { clock } = this.options.shared;
    const { max_stamp_age } = this.options.node.parameters;
    // Refused odometry may be the true one: its sender speaks in any case.
    const isOneOfTwo = areTwo();
    const { position, orientation } = message.pose.pose;
    const byWheels = planarPose(position, orientation);
    const stamp = nanoseconds(message.header.stamp);
    if (byWheels === undefined) {
      return "its pose is not finite or its orientation is not a unit quaternion; the body stands until valid odometry comes: look at the odometry's source";
    }
    const now = clock.now();
    const { lateness } = this;
    lateness.newest = Number(now - stamp) / 1e9;
    if (!(Math.abs(lateness.newest) < Math.abs(lateness.most))) lateness.most = lateness.newest;
    const problem =
      (clock.isRunning ? odometryProblem(stamp, now) : undefined) ??
      ageProblem(stamp, now, max_stamp_age || (clock.isSimulated ? 0 : OLDEST_S));
    if (problem) return problem;
    if (isOneOfTwo) return void this.check();
    if (stamp !== this.stamp) this.heardAt = now;
    // In simulated time odometry may arrive before the /clock of its instant.
    const since = clock.isSimulated || stamp < this.heardAt ? stamp : this.heardAt;
    if (isRepeat(stamp, this.stamp, since, now)) return undefined;
    // Out-of-order odometry is ignored, unless ROS time itself was set back.
    if (stamp < this.stamp && this.stamp <= now + fromSeconds(1)) return undefined;
    this.permission.hearOdometry(steadyMs());
    const pose = this.localization.locate(message, byWheels);
    if (pose) {
      this.move(pose, message.header.stamp);
    } else {
      // Without a known pose it stands and publishes no state.
      this.zone = undefined;
      this.check();
    }
    this.failure = undefined;
    return undefined;
  }

  /** @param pose where the body is, map frame; `time` is its stamp */
  private move(pose: Pose, time: Time): void {
    const stamp = nanoseconds(time);
    const seconds = Number(stamp - this.stamp) / 1e9;
    if (seconds > 0) this.isDriven = seconds < this.options.node.parameters.cmd_vel_timeout;
    const way = this.pose ? Math.hypot(pose.x - this.pose.x, pose.y - this.pose.y) : 0;
    const isCarried = way > JUMP_M + this.options.limits.maxSpeed * Math.max(0, seconds);
    const { middle, reach } = this;
    const distance = Math.hypot(pose.x - middle.x, pose.y - middle.y);
    this.isOutside = distance > (this.isOutside ? reach - REENTRY_M : reach);
    if (isCarried || this.isOutside) this.target = undefined;
    if (this.isOutside) this.onOutside?.();
    this.stillness.hear(pose, this.output.told, seconds);
    this.pose = pose;
    if (isCarried) this.stand();
    this.zone = this.isOutside ? undefined : zoneOf(this.options, pose, this.zone);
    this.stamp = stamp;
    if (this.rateLimit.isDue(stamp)) this.answer(pose, time);
    else this.check();
  }

  /** Sends what follows from the newest pose, at `max_rate` at most. */
  private answer(pose: Pose, time: Time): void {
    const seconds = Number(this.stamp - this.answered) / 1e9;
    this.answered = this.stamp;
    if (seconds > 0) this.sendTransform?.(time, pose);
    // A body outside the arena publishes no state: it must not be counted.
    if (!this.isOutside) this.onPose();
    if (seconds <= 0) return;
    const { target } = this;
    if (target === undefined || this.standing()) this.stand();
    else this.output.drive(pose, target, seconds);
  }

  /** Returns why a command is refused; undefined: it was taken. */
  hearCommand(message: GlobalCommand, areTwo: () => boolean): string | undefined {
    return this.safely(() => this.obey(message, areTwo));
  }

  private obey(message: GlobalCommand, areTwo: () => boolean): string | undefined {
    if (message.emergency_stop) this.permission.hearStop();
    const { node, shared, game } = this.options;
    const sent = nanoseconds(message.header.stamp);
    const problem =
      commandProblem(message, sizesOf(game)) ??
      ageProblem(sent, shared.clock.now(), node.parameters.max_stamp_age);
    if (problem) return problem;
    const newest = this.epochs.get(message.session) ?? -1;
    if (message.epoch < newest) {
      return `the command of epoch ${message.epoch} comes after that of epoch ${newest} of its session; end whoever else publishes there`;
    }
    if (areTwo()) return void this.check();
    this.permission.hearCommand(steadyMs(), message);
    this.epochs.set(message.session, message.epoch);
    const [oldest] = this.epochs.keys();
    if (this.epochs.size > KEPT_SESSIONS) this.epochs.delete(oldest);
    if (message.epoch > newest) {
      this.stillness.retry();
      // A body carried back into the arena must not start in a person's hands: it waits an epoch.
      if (!this.isOutside) this.onDecision(message);
    }
    if (message.emergency_stop) this.check();
    return undefined;
  }

  /** Why the body may not move now; undefined: it may. */
  trouble(): string | undefined {
    const reason = this.reason();
    if (reason !== undefined) this.stood = { reason, ms: steadyMs() };
    return reason;
  }

  /** @param stopped false: as if no emergency stop held */
  private reason(stopped?: false): string | undefined {
    const { clock, commands } = this.options.shared;
    const { odometry } = this;
    const { source, connection } = this.output.topic;
    const connections = { command: commands.connection, odometry: odometry.connection };
    return (
      this.leaving ??
      this.failure ??
      clock.problem() ??
      commands.source.problem ??
      odometry.source.problem ??
      source.problem ??
      this.permission.reasonToStand(steadyMs(), connections, stopped) ??
      this.localization.problem ??
      (this.isOutside ? OUTSIDE : undefined) ??
      (this.isDriven && connection.isAlone ? connection.problem : undefined) ??
      this.idle
    );
  }

  private standing(): boolean {
    return this.trouble() !== undefined || this.stillness.isHeld;
  }

  private health(): Health {
    const { odometry, output } = this;
    const { node, shared, game } = this.options;
    const reason = this.trouble();
    const values = {
      zone: this.zone ?? this.localization.problem ?? (this.isOutside ? OUTSIDE : "unknown"),
      stamp: Number(this.stamp) / 1e9,
      stopped: this.permission.stopped,
      stopped_by: this.permission.stoppedBy,
      if_released: this.reason(false) ?? "free to move",
      odometry_gap: this.permission.odometryGap(steadyMs()),
      odometry_behind: this.lateness.most,
      connections: odometry.connection.problem ?? shared.commands.connection.problem ?? "ok",
      base: output.topic.connection.problem ?? "ok",
      output: node.parameters.output,
      scenario_sha256: game.sha256,
      callback_errors: node.callbackErrors,
    };
    if (reason !== undefined) return { level: "error", message: `standing: ${reason}`, values };
    const warning = this.stillness.isHeld
      ? "told to move but its odometry does not change: it is blocked or docked, or its odometry is frozen"
      : steadyMs() - this.stood.ms < LATELY_MS && `it stood a moment ago: ${this.stood.reason}`;
    if (warning) return { level: "warn", message: warning, values };
    return { level: "ok", message: "free to move", values };
  }

  /** Of what was told the most, the next time tells what comes from now on. */
  private forgetMost(): void {
    this.permission.forgetGap();
    this.lateness.most = this.lateness.newest;
  }

  /** The watchdog, called by a timer (bodies.ts). */
  check(): void {
    if (!this.output.isStopped(this.pose, this.isLast) && this.standing()) this.stand();
  }

  /** Whether nobody tells it to stand after the last time. */
  private get isLast(): boolean {
    return (this.leaving ?? this.output.topic.source.problem) !== undefined;
  }

  leave(): void {
    this.leaving = "it is leaving the swarm";
    this.stand();
  }

  stand(): void {
    this.output.stop(this.pose, this.isLast);
  }
}
