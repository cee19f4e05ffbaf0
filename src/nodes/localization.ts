/**
 * Where a body is in the map frame. Its wheels tell where it is from an origin (odom -> base_link);
 * a parameter, a pose topic or tf tells where that origin is (map -> odom, REP-105).
 */
import { cut } from "../base/errors";
import { wrapAngle } from "../game/arena";
import { steadyMs } from "../ros/clock";
import {
  nanoseconds,
  type Odometry,
  plainFrame,
  planarPose,
  type PoseWithCovarianceStamped,
} from "../ros/messages";
import type { RosNode, SoleSubscription } from "../ros/node";
import { TOPICS } from "../ros/topics";
import type { Pose } from "./drive";
import type { SafetyParameters } from "./parameters";
import { TransformTree } from "./transforms";

/** A pose is matched with no odometry further from its stamp than this. */
const LONGEST_AWAY_S = 0.5;
/** A pose stamped further ahead of the newest odometry than this is of another clock. */
const LONGEST_AHEAD_S = 1;
/** Wheels that have turned by less, m or rad, stand. */
const STILL = 0.01;
/** ... for this long at least, ms: those that turn do so too, between two messages. */
const STILL_MS = 500;
/** Odometry kept to match poses that arrive late, messages. */
const KEPT_ODOMETRY = 50;

export type LocalizationParameters = Pick<
  SafetyParameters,
  "pose_source" | "initial_pose" | "max_pose_deviation" | "pose_timeout"
>;

/** What a node hears of tf, from now on. */
export function heardTransforms(node: RosNode): TransformTree {
  const tree = new TransformTree();
  for (const topic of [TOPICS.transformHeard, TOPICS.staticTransform]) {
    const isStatic = topic === TOPICS.staticTransform;
    node.subscribe(topic, ({ transforms }) => tree.hear(transforms, isStatic, steadyMs()));
  }
  return tree;
}

interface Timed {
  /** ROS time, ns. */
  readonly stamp: bigint;
  readonly pose: Pose;
}

export class Localization {
  private untrusted: string | undefined;
  private readonly poses: SoleSubscription | undefined;
  /** Where the odometry's origin is in the map; heardMs: steady clock, Infinity: for good. */
  private told: { readonly origin: Pose; heardMs: number } | undefined;
  private readonly transforms: TransformTree | undefined;
  /** Where the wheels stand still, since when, and up to when that was counted, ms, steady clock. */
  private still: { readonly pose: Pose; readonly sinceMs: number; countedMs: number } | undefined;
  /** The newest poses by the wheels, oldest first. */
  private readonly byWheels: Timed[] = [];
  /** A pose in the map that waits for the odometry of its stamp. */
  private waiting: Timed | undefined;

  /** @param transforms gives what is heard of tf; called where the parameters ask for it */
  constructor(
    node: RosNode,
    private readonly parameters: LocalizationParameters,
    transforms: () => TransformTree,
  ) {
    const { pose_source, initial_pose } = parameters;
    const [x = 0, y = 0, yaw = 0] = initial_pose;
    if (pose_source === "odometry") this.told = { origin: { x, y, yaw }, heardMs: Infinity };
    if (pose_source === "tf") this.transforms = transforms();
    if (pose_source !== "pose") return;
    this.untrusted = `no pose is heard on ${node.robot}/${TOPICS.pose.name}; start what localises the robot`;
    this.poses = node.subscribeSole(TOPICS.pose, (...heard) => this.hearPose(...heard));
  }

  /** Why the pose is not known; undefined: it is. */
  get problem(): string | undefined {
    const { untrusted, poses } = this;
    const cause = untrusted && poses?.connection.problem;
    return poses?.source.problem ?? (cause ? `${untrusted}: ${cause}` : untrusted);
  }

  /** A pose in the map frame; its stamp may lie a little before or after the newest odometry. */
  private hearPose(message: PoseWithCovarianceStamped, areTwo: () => boolean): string | undefined {
    const { max_pose_deviation: most } = this.parameters;
    const { header, pose: told } = message;
    if (plainFrame(header.frame_id) !== "map") {
      return `it is in the frame ${cut(header.frame_id)}; it must be in map`;
    }
    const pose = planarPose(told.pose.position, told.pose.orientation);
    const { covariance } = told;
    const deviation = Math.sqrt(Math.max(covariance[0], covariance[7], covariance[35]));
    if (pose === undefined || Number.isNaN(deviation)) {
      return "its pose or covariance is not finite, or its orientation is not a unit quaternion; look at what localises the robot";
    }
    if (areTwo()) return undefined;
    if (deviation > most) {
      this.told = this.waiting = undefined;
      this.untrusted = `its pose may be ${deviation.toFixed(2)} m or rad off (max_pose_deviation is ${most}); localise it`;
      return undefined;
    }
    const stamp = nanoseconds(header.stamp);
    const newest = this.byWheels.at(-1)?.stamp ?? stamp;
    const ahead = Number(stamp - newest) / 1e9;
    if (ahead > LONGEST_AHEAD_S) {
      return `it is stamped ${ahead.toFixed(1)} s ahead of the newest odometry; set the clock of what localises the robot`;
    }
    // The earliest goes on waiting: at a high rate each would otherwise be replaced by the next.
    if (!this.waiting || stamp < this.waiting.stamp) this.waiting = { stamp, pose };
    return this.match();
  }

  /** Places the origin by the waiting pose, once odometry of its stamp or a later one is there. */
  private match(): string | undefined {
    const { waiting, byWheels } = this;
    const newest = byWheels.at(-1);
    if (!waiting || !newest || newest.stamp < waiting.stamp) return undefined;
    this.waiting = undefined;
    const secondsAway = ({ stamp }: Timed): number => Math.abs(Number(stamp - waiting.stamp)) / 1e9;
    const nearest = byWheels.reduce((a, b) => (secondsAway(b) < secondsAway(a) ? b : a));
    const away = secondsAway(nearest);
    if (away > LONGEST_AWAY_S) {
      return `it is stamped ${away.toFixed(1)} s away from any odometry kept; stamp it with the time at which it was true`;
    }
    this.told = { origin: originOf(waiting.pose, nearest.pose), heardMs: steadyMs() };
    return undefined;
  }

  /**
   * The pose in the map frame of a body that is at `pose` by its wheels; undefined: not known, and
   * `problem` says why.
   */
  locate({ header }: Odometry, pose: Pose): Pose | undefined {
    const { pose_timeout } = this.parameters;
    const timeoutMs = pose_timeout * 1000 || Infinity;
    if (this.transforms) {
      const origin = this.transforms.find(header.frame_id, steadyMs(), timeoutMs);
      this.untrusted = typeof origin === "string" ? origin : undefined;
      return typeof origin === "string" ? undefined : placed(origin, pose);
    }
    if (this.poses) {
      this.byWheels.push({ stamp: nanoseconds(header.stamp), pose });
      if (this.byWheels.length > KEPT_ODOMETRY) this.byWheels.shift();
      this.match();
      if (this.told) this.told.heardMs += this.stillMs(pose);
    }
    const { told } = this;
    if (told === undefined) return undefined;
    if (steadyMs() - told.heardMs > timeoutMs) {
      this.told = this.waiting = undefined;
      this.untrusted = `nothing localised it for ${pose_timeout} s (pose_timeout); look at what localises the robot`;
      return undefined;
    }
    this.untrusted = undefined;
    return placed(told.origin, pose);
  }

  /** How long the wheels have stood and it was not counted yet, ms. */
  private stillMs(pose: Pose): number {
    const now = steadyMs();
    const { still } = this;
    const isStill =
      still !== undefined &&
      Math.hypot(pose.x - still.pose.x, pose.y - still.pose.y) < STILL &&
      Math.abs(wrapAngle(pose.yaw - still.pose.yaw)) < STILL;
    if (!isStill) {
      this.still = { pose, sinceMs: now, countedMs: now };
      return 0;
    }
    if (now - still.sinceMs < STILL_MS) return 0;
    const uncounted = now - still.countedMs;
    still.countedMs = now;
    return uncounted;
  }
}

/** `pose`, told from `origin`, in the frame that `origin` is told in. */
function placed(origin: Pose, pose: Pose): Pose {
  const [c, s] = [Math.cos(origin.yaw), Math.sin(origin.yaw)];
  return {
    x: origin.x + c * pose.x - s * pose.y,
    y: origin.y + s * pose.x + c * pose.y,
    yaw: origin.yaw + pose.yaw,
  };
}

/** The origin from which a body at `pose` is at `local`. */
function originOf(pose: Pose, local: Pose): Pose {
  const turned = placed({ x: 0, y: 0, yaw: pose.yaw - local.yaw }, local);
  return { x: pose.x - turned.x, y: pose.y - turned.y, yaw: pose.yaw - local.yaw };
}
