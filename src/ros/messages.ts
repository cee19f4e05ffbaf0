/** The messages that are sent and heard, as plain objects; units and frames stand in msg/*.msg. */
import type * as generated from "./generated/messages";
import type { Odometry, Quaternion, Time, Transform, Vector3 } from "./generated/messages";

export type * from "./generated/messages";

/** A marker as it is sent: what is left out is as the type has it (zero, empty; action: add). */
export type Marker = Partial<generated.Marker> &
  Pick<generated.Marker, "header" | "ns" | "id" | "type" | "pose" | "scale" | "color" | "lifetime">;

export interface MessageTypes extends Omit<
  generated.GeneratedTypes,
  "visualization_msgs/msg/MarkerArray"
> {
  "visualization_msgs/msg/MarkerArray": { readonly markers: readonly Marker[] };
}

/** Nanoseconds of a stamp; exact below 2^53 ns only as a bigint, so it is one. */
export const nanoseconds = (time: Time): bigint =>
  BigInt(time.sec) * 1_000_000_000n + BigInt(time.nanosec);

export function toTime(ns: bigint): Time {
  return { sec: Number(ns / 1_000_000_000n), nanosec: Number(ns % 1_000_000_000n) };
}

/** Nanoseconds of `seconds`, to the nearest. */
export const fromSeconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9));

/** m, m, rad */
export interface PlanarPose {
  readonly x: number;
  readonly y: number;
  readonly yaw: number;
}

/** A turn about the vertical by `yaw` rad. */
export function planarQuaternion(yaw: number): Quaternion {
  return { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) };
}

/** A quaternion's squared norm may differ from 1 by this much: float32, and rough drivers. */
const NORM_TOLERANCE = 0.1;

/** A pose in the plane; undefined where it is not finite or the orientation no unit quaternion. */
export function planarPose(position: Vector3, orientation: Quaternion): PlanarPose | undefined {
  const transform = unitTransform({ translation: position, rotation: orientation });
  if (transform === undefined) return undefined;
  const { x, y, z, w } = transform.rotation;
  const yaw = Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
  return { x: position.x, y: position.y, yaw };
}

/** With a rotation of norm 1; undefined: it is not finite, or too far from that. */
export function unitTransform({ translation, rotation: q }: Transform): Transform | undefined {
  const square = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
  const isFinite = Number.isFinite(translation.x + translation.y + translation.z);
  if (!isFinite || !(Math.abs(square - 1) < NORM_TOLERANCE)) return undefined;
  const k = 1 / Math.sqrt(square);
  return { translation, rotation: { x: k * q.x, y: k * q.y, z: k * q.z, w: k * q.w } };
}

/** Frames with and without a leading slash are the same: tf2 knows no slash. */
export const plainFrame = (frame: string): string => frame.replace(/^\//, "");

/** Filters divide by variances: what is exact has this one, m² or rad². */
const LEAST_VARIANCE = 1e-9;
/** Wheels tell nothing of height, roll and pitch. */
const UNKNOWN_VARIANCE = 1e6;

/** Rows and columns are x, y, z, roll, pitch, yaw; variances of x and of y, and of yaw. */
function planarCovariance(position: number, yaw: number): Float64Array {
  const covariance = new Float64Array(36);
  const known = [position, position, UNKNOWN_VARIANCE, UNKNOWN_VARIANCE, UNKNOWN_VARIANCE, yaw];
  known.forEach((variance, i) => (covariance[7 * i] = Math.max(variance, LEAST_VARIANCE)));
  return covariance;
}

const EXACT = planarCovariance(0, 0);

/** The frame in which a body's odometry is told, where it has one of its own (REP-105). */
export const odometryFrame = (name: string): string => `${name}/odom`;

/**
 * Odometry of a body `name` in the plane.
 * @param pose in the odometry's frame, m and rad
 * @param twist m/s and rad/s
 * @param variances of x and of y, m², and of yaw, rad²
 */
export function planarOdometry(
  stamp: Time,
  name: string,
  pose: PlanarPose,
  [linear = 0, angular = 0]: ArrayLike<number> & Iterable<number> = [],
  variances?: readonly [number, number],
): Odometry {
  return {
    header: { stamp, frame_id: odometryFrame(name) },
    child_frame_id: `${name}/base_link`,
    pose: {
      pose: { position: { x: pose.x, y: pose.y, z: 0 }, orientation: planarQuaternion(pose.yaw) },
      covariance: variances ? planarCovariance(...variances) : EXACT,
    },
    twist: {
      twist: { linear: { x: linear, y: 0, z: 0 }, angular: { x: 0, y: 0, z: angular } },
      covariance: EXACT,
    },
  };
}
