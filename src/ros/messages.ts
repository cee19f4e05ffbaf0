/** The messages that are sent and heard, as plain objects; units and frames stand in msg/*.msg. */
import type * as generated from "./generated/messages";
import type { Odometry, Quaternion, Time } from "./generated/messages";

export type * from "./generated/messages";

/** A marker as it is sent: what is left out is as the type has it (zero, empty; action: add). */
export type Marker = Partial<generated.Marker> &
  Pick<generated.Marker, "header" | "ns" | "id" | "type" | "pose" | "scale" | "color" | "lifetime">;

/** What each type holds, by its ROS name. */
export interface MessageTypes extends Omit<
  generated.GeneratedTypes,
  "visualization_msgs/msg/MarkerArray"
> {
  "visualization_msgs/msg/MarkerArray": { readonly markers: readonly Marker[] };
}

/** Nanoseconds of a stamp; exact below 2^53 ns only as a bigint, so it is one. */
export function nanoseconds(time: Time): bigint {
  return BigInt(time.sec) * 1_000_000_000n + BigInt(time.nanosec);
}

export function toTime(ns: bigint): Time {
  return { sec: Number(ns / 1_000_000_000n), nanosec: Number(ns % 1_000_000_000n) };
}

/** Nanoseconds of `seconds`, to the nearest. */
export function fromSeconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

/** A turn about the vertical by `yaw` rad. */
export function planarQuaternion(yaw: number): Quaternion {
  return { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) };
}

/** Zeros: the uncertainty is not stated. */
const COVARIANCE = new Float64Array(36);

/** Odometry of a body `name` in the plane: pose in the map frame, m and rad; m/s and rad/s. */
export function planarOdometry(
  stamp: Time,
  name: string,
  pose: { readonly x: number; readonly y: number; readonly yaw: number },
  linear = 0,
  angular = 0,
): Odometry {
  return {
    header: { stamp, frame_id: "map" },
    child_frame_id: `${name}/base_link`,
    pose: {
      pose: {
        position: { x: pose.x, y: pose.y, z: 0 },
        orientation: planarQuaternion(pose.yaw),
      },
      covariance: COVARIANCE,
    },
    twist: {
      twist: { linear: { x: linear, y: 0, z: 0 }, angular: { x: 0, y: 0, z: angular } },
      covariance: COVARIANCE,
    },
  };
}
