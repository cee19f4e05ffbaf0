/** The messages that are sent and heard, as plain objects; units and frames stand in msg/*.msg. */

export interface Time {
  readonly sec: number;
  readonly nanosec: number;
}

export interface Header {
  readonly stamp: Time;
  readonly frame_id: string;
}

export interface Vector3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Quaternion extends Vector3 {
  readonly w: number;
}

export interface Twist {
  readonly linear: Vector3;
  readonly angular: Vector3;
}

export interface PoseWithCovariance {
  readonly pose: { readonly position: Vector3; readonly orientation: Quaternion };
  readonly covariance: ArrayLike<number>;
}

export interface PoseWithCovarianceStamped {
  readonly header: Header;
  readonly pose: PoseWithCovariance;
}

export interface Odometry {
  readonly header: Header;
  readonly child_frame_id: string;
  readonly pose: PoseWithCovariance;
  readonly twist: { readonly twist: Twist; readonly covariance: ArrayLike<number> };
}

export interface AgentState {
  readonly header: Header;
  readonly agent_id: string;
  readonly state: number;
  readonly acted: boolean;
  readonly epoch: number;
  readonly decision_time: Time;
  readonly stopped: boolean;
}

export interface GlobalState {
  readonly header: Header;
  readonly state: number;
  readonly stopped: boolean;
}

export interface GlobalCommand {
  readonly header: Header;
  readonly session: number;
  readonly epoch: number;
  readonly decision_time: Time;
  readonly global_state: number;
  readonly action: number;
  readonly sampled_agents: readonly string[];
  readonly histogram: ArrayLike<number>;
  readonly belief: ArrayLike<number>;
  readonly belief_variance: number;
  readonly missing: number;
  readonly sample_size: number;
  readonly observation: string;
  readonly population: number;
  readonly policy_sha256: string;
  readonly emergency_stop: boolean;
  readonly resets: number;
}

export interface LocalAction {
  readonly header: Header;
  readonly epoch: number;
  readonly agent_id: string;
  readonly state: number;
  readonly global_state: number;
  readonly action: number;
  readonly policy_sha256: string;
}

export interface Policy {
  readonly scenario: string;
  readonly policy_sha256: string;
  readonly data: Uint8Array;
}

export interface LocalPolicy {
  readonly policy_sha256: string;
  readonly scenario_sha256: string;
  readonly local_states: number;
  readonly global_states: number;
  readonly local_actions: number;
  readonly local_policy: ArrayLike<number>;
}

export interface EmergencyStop {
  readonly header: Header;
  readonly source: string;
}

export interface FaultMessage {
  readonly robot: string;
  readonly fault: string;
}

export interface EpochReport {
  readonly header: Header;
  readonly epoch: number;
  readonly global_state: number;
  readonly histogram: ArrayLike<number>;
  readonly reward: number;
  readonly missed_epochs: number;
  readonly real_time_factor: number;
}

export interface Population {
  readonly header: Header;
  readonly population: number;
}

export interface DiagnosticStatus {
  /** 0 OK, 1 WARN, 2 ERROR, 3 STALE */
  readonly level: number;
  readonly name: string;
  readonly message: string;
  readonly hardware_id: string;
  readonly values: readonly { readonly key: string; readonly value: string }[];
}

export interface DiagnosticArray {
  readonly header: Header;
  readonly status: readonly DiagnosticStatus[];
}

export interface Transform {
  readonly header: Header;
  readonly child_frame_id: string;
  readonly transform: { readonly translation: Vector3; readonly rotation: Quaternion };
}

export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** Of a marker, what is ever set; the rest is as the type has it (zero, empty; action: add). */
export interface Marker {
  readonly header: Header;
  readonly ns: string;
  readonly id: number;
  readonly type: number;
  readonly pose: { readonly position: Vector3; readonly orientation: Quaternion };
  readonly scale: Vector3;
  readonly color: Color;
  readonly lifetime: Time;
  readonly points?: readonly Vector3[];
  readonly colors?: readonly Color[];
  readonly text?: string;
}

/** What each type holds, by its ROS name. */
export interface MessageTypes {
  "nav_msgs/msg/Odometry": Odometry;
  "geometry_msgs/msg/Twist": Twist;
  "geometry_msgs/msg/PoseWithCovarianceStamped": PoseWithCovarianceStamped;
  "geometry_msgs/msg/TwistStamped": { readonly header: Header; readonly twist: Twist };
  "alternating_marl/msg/AgentState": AgentState;
  "alternating_marl/msg/GlobalState": GlobalState;
  "alternating_marl/msg/GlobalCommand": GlobalCommand;
  "alternating_marl/msg/LocalAction": LocalAction;
  "alternating_marl/msg/Policy": Policy;
  "alternating_marl/msg/LocalPolicy": LocalPolicy;
  "alternating_marl/msg/EmergencyStop": EmergencyStop;
  "alternating_marl/msg/EpochReport": EpochReport;
  "alternating_marl/msg/Fault": FaultMessage;
  "alternating_marl/msg/Population": Population;
  "diagnostic_msgs/msg/DiagnosticArray": DiagnosticArray;
  "visualization_msgs/msg/MarkerArray": { readonly markers: readonly Marker[] };
  "tf2_msgs/msg/TFMessage": { readonly transforms: readonly Transform[] };
  "rosgraph_msgs/msg/Clock": { readonly clock: Time };
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

/** Zeros: how uncertain it is is not said. */
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
