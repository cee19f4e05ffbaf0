/**
 * Where a body is in the map frame. Its wheels tell where it is from an origin (odom -> base_link);
 * a parameter, a pose topic or tf tells where that origin is (map -> odom, REP-105).
 */
import { steadyMs } from "../ros/clock";
import {
  type MessageTypes,
  nanoseconds,
  type Odometry,
  type PoseWithCovarianceStamped,
  type Quaternion,
  type TransformStamped,
  type Vector3,
} from "../ros/messages";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";
import type { Pose } from "./drive";
import type { SafetyParameters } from "./parameters";

/** A quaternion's squared norm may miss 1 by this much: float32, and rough drivers. */
const NORM_TOLERANCE = 0.1;
/** Frame of an odometry that a parameter or a pose topic places: whatever its name is. */
const POSED = "";
/** A pose is matched with no odometry further from its time than this, s. */
const LONGEST_AWAY = 0.5;
/** Poses stamped further ahead of the newest odometry than this are of another clock, s. */
const FUTURE = 1;
/** Poses by the wheels that are kept, to find the one of a pose that comes late. */
const RECENT = 50;

export type LocalizationParameters = Pick<
  SafetyParameters,
  "pose_source" | "initial_pose" | "max_pose_deviation" | "pose_timeout"
>;

interface Timed {
  /** ns */
  readonly stamp: bigint;
  readonly pose: Pose;
}

export class Localization {
  /** Why the pose is not known; undefined: it is. */
  problem: string | undefined;
  /** What it is while nothing was told. */
  private readonly untold: string | undefined;
  /** Where frames are in the map, by their names; heardMs: when it was told, steady clock. */
  private readonly origins = new Map<string, { readonly origin: Pose; readonly heardMs: number }>();
  private readonly recent: Timed[] = [];
  /** A pose that waits for the odometry of its time. */
  private said: Timed | undefined;

  constructor(
    node: RosNode,
    private readonly parameters: LocalizationParameters,
  ) {
    const { pose_source, initial_pose } = parameters;
    if (pose_source === "pose") {
      this.untold = `no pose is heard on ${node.robot}/${TOPICS.pose.name}; start what localises the robot`;
      node.subscribe(TOPICS.pose, (message) => this.hearPose(message));
    } else if (pose_source === "tf") {
      this.untold =
        "tf does not tell where its odometry is in the map; start what localises the robot";
      const hear = (isStatic: boolean) => (message: MessageTypes["tf2_msgs/msg/TFMessage"]) =>
        message.transforms
          .map((transform) => this.hearTransform(transform, isStatic))
          .find((refusal) => refusal !== undefined);
      node.subscribe(TOPICS.transformHeard, hear(false));
      node.subscribe(TOPICS.staticTransform, hear(true));
    } else {
      const [x = 0, y = 0, yaw = 0] = initial_pose;
      this.origins.set(POSED, { origin: { x, y, yaw }, heardMs: Infinity });
    }
    this.problem = this.untold;
  }

  /** A pose in the map frame, said to be of now or of a little while ago. */
  private hearPose({ header, pose: said }: PoseWithCovarianceStamped): string | undefined {
    const { max_pose_deviation: most } = this.parameters;
    if (plainFrame(header.frame_id) !== "map") {
      return `it is in the frame ${header.frame_id}; it must be in map`;
    }
    const pose = planarPose(said.pose.position, said.pose.orientation);
    const { covariance } = said;
    const deviation = Math.sqrt(Math.max(covariance[0], covariance[7], covariance[35]));
    if (pose === undefined || Number.isNaN(deviation)) {
      return "its pose or covariance is not finite, or its orientation no unit quaternion";
    }
    if (deviation > most) {
      this.said = undefined;
      this.origins.clear();
      this.problem = `its pose may be ${deviation.toFixed(2)} m or rad off (max_pose_deviation is ${most}); localise it`;
      return undefined;
    }
    const stamp = nanoseconds(header.stamp);
    const newest = this.recent.at(-1);
    const ahead = newest ? Number(stamp - newest.stamp) / 1e9 : 0;
    if (ahead > FUTURE) {
      return `it is stamped ${ahead.toFixed(1)} s ahead of the newest odometry; set the clock of what localises the robot`;
    }
    // One that waits for the odometry of its time is not pushed out by the next.
    if (!this.said || stamp < this.said.stamp) this.said = { stamp, pose };
    return this.match();
  }

  /** Places the origin by the pose that waits, and by what the wheels told at its time. */
  private match(): string | undefined {
    const { said, recent } = this;
    const newest = recent.at(-1);
    if (said === undefined || newest === undefined || newest.stamp < said.stamp) return undefined;
    this.said = undefined;
    const away = (other: Timed): number => Math.abs(Number(other.stamp - said.stamp)) / 1e9;
    const wheels = recent.reduce((a, b) => (away(b) < away(a) ? b : a));
    if (away(wheels) > LONGEST_AWAY) {
      return `it is stamped ${away(wheels).toFixed(1)} s away from any odometry kept; stamp it with the time that it was true at`;
    }
    this.place(POSED, originOf(said.pose, wheels.pose));
    return undefined;
  }

  private remember(wheels: Timed): void {
    this.recent.push(wheels);
    if (this.recent.length > RECENT) this.recent.shift();
    this.match();
  }

  private hearTransform(message: TransformStamped, isStatic: boolean): string | undefined {
    const { header, child_frame_id, transform } = message;
    if (plainFrame(header.frame_id) !== "map") return undefined;
    const origin = planarPose(transform.translation, transform.rotation);
    if (!origin) {
      return `its transform from map to ${child_frame_id} is not finite or no unit quaternion; look at what localises the robot`;
    }
    this.place(plainFrame(child_frame_id), origin, isStatic);
    return undefined;
  }

  private place(frame: string, origin: Pose, isStatic = false): void {
    this.origins.set(frame, { origin, heardMs: isStatic ? Infinity : steadyMs() });
  }

  /**
   * The pose in the map frame of a body that is at `pose` by its wheels; undefined: not known, and
   * `problem` says why.
   */
  locate({ header }: Odometry, pose: Pose): Pose | undefined {
    const { pose_source, pose_timeout } = this.parameters;
    if (pose_source === "pose") this.remember({ stamp: nanoseconds(header.stamp), pose });
    const frame = pose_source === "tf" ? plainFrame(header.frame_id) : POSED;
    const known = this.origins.get(frame);
    if (known === undefined) {
      // Another frame than the one before, too.
      this.problem ??= this.untold;
      return undefined;
    }
    if (pose_timeout > 0 && steadyMs() - known.heardMs > pose_timeout * 1000) {
      this.origins.delete(frame);
      this.said = undefined;
      this.problem = `nothing localised it for ${pose_timeout} s (pose_timeout); look at what does`;
      return undefined;
    }
    this.problem = undefined;
    return placed(known.origin, pose);
  }
}

/** tf2 knows no leading slash. */
const plainFrame = (frame: string): string => frame.replace(/^\//, "");

/** A pose in the plane; undefined where it is not finite or the orientation no unit quaternion. */
export function planarPose(position: Vector3, q: Quaternion): Pose | undefined {
  const norm = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
  if (!(Math.abs(norm - 1) < NORM_TOLERANCE)) return undefined;
  const yaw = Math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z));
  const pose = { x: position.x, y: position.y, yaw };
  return Number.isFinite(pose.x + pose.y + pose.yaw) ? pose : undefined;
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
