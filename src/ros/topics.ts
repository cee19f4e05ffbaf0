/** Every topic once: its name, type and quality of service (docs/topics_and_messages.md). */
import type { Durability, RclNode, Reliability } from "./rcl";

export interface Topic<Type extends string = string> {
  /** Relative names belong to the node's namespace (the robot's); absolute ones to the swarm. */
  readonly name: string;
  readonly type: Type;
  readonly reliability: Reliability;
  readonly durability: Durability;
  readonly depth: number;
  /** Longer messages are refused unread; undefined: as its type says (codec.ts). */
  readonly mostBytes?: number;
  /** Who subscribes in a node's place (renewal.ts); undefined: the node itself. */
  readonly by?: RclNode;
}

const of =
  (reliability: Reliability, durability: Durability) =>
  <Type extends string>(name: string, type: Type, depth = 1): Topic<Type> => ({
    name,
    type,
    reliability,
    durability,
    depth,
  });

/** lossy: hears best-effort publishers too. latched: who subscribes late gets the last message. */
const [lossy, reliable, latched] = [
  of("best_effort", "volatile"),
  of("reliable", "volatile"),
  of("reliable", "transient_local"),
];
const own = <Name extends string>(name: Name) => `alternating_marl/msg/${name}` as const;

export const TOPICS = {
  odometry: lossy("odom", "nav_msgs/msg/Odometry"),
  odometrySent: reliable("odom", "nav_msgs/msg/Odometry"),
  pose: lossy("pose", "geometry_msgs/msg/PoseWithCovarianceStamped"),
  twist: reliable("cmd_vel", "geometry_msgs/msg/Twist"),
  twistStamped: reliable("cmd_vel", "geometry_msgs/msg/TwistStamped"),
  goal: reliable("goal_pose", "geometry_msgs/msg/PoseStamped"),
  baseTwist: reliable("base/cmd_vel", "geometry_msgs/msg/Twist"),
  baseTwistStamped: reliable("base/cmd_vel", "geometry_msgs/msg/TwistStamped"),
  agentState: latched("state", own("AgentState")),
  localAction: reliable("action", own("LocalAction")),
  globalState: latched("/global_agent/state", own("GlobalState")),
  globalCommand: latched("/global_agent/command", own("GlobalCommand")),
  policy: latched("/policy", own("Policy")),
  localPolicy: latched("/local_policy", own("LocalPolicy")),
  epochReport: latched("/simulator/epoch", own("EpochReport")),
  population: latched("/simulator/population", own("Population")),
  worldPoses: lossy("/simulator/poses", own("WorldPoses")),
  worldState: latched("/simulator/world", own("WorldState")),
  fault: reliable("/simulator/fault", own("Fault"), 10),
  emergencyStop: reliable("/emergency_stop", own("EmergencyStop"), 10),
  markers: reliable("/swarm/markers", "visualization_msgs/msg/MarkerArray", 10),
  transform: reliable("/tf", "tf2_msgs/msg/TFMessage", 100),
  transformHeard: lossy("/tf", "tf2_msgs/msg/TFMessage", 100),
  staticTransformSent: latched("/tf_static", "tf2_msgs/msg/TFMessage"),
  staticTransform: latched("/tf_static", "tf2_msgs/msg/TFMessage", 100),
  diagnostics: reliable("/diagnostics", "diagnostic_msgs/msg/DiagnosticArray"),
  clockHeard: lossy("/clock", "rosgraph_msgs/msg/Clock"),
  clockSent: reliable("/clock", "rosgraph_msgs/msg/Clock"),
} as const;

/** The service by which a person releases an emergency stop (std_srvs/Trigger). */
export const RESET_SERVICE = "/global_agent/reset_emergency_stop";
/** The service that takes the global agent's policy file in anew (std_srvs/Trigger). */
export const RELOAD_SERVICE = "/global_agent/reload_policy";

/** The simulator's: SetBool, and Trigger for the other two. */
export const PAUSE_SERVICE = "/simulator/pause";
export const STEP_SERVICE = "/simulator/step";
export const WORLD_RESET_SERVICE = "/simulator/reset";

/** Room in a message beside its array, bytes. */
const ROOM = 2 ** 16;

/** The same topic, where the message's array has so many bytes at most. */
export const bounded = <Type extends string>(topic: Topic<Type>, bytes: number): Topic<Type> => ({
  ...topic,
  mostBytes: bytes + ROOM,
});

/** The same topic in a robot's namespace. */
export function topicOf<Type extends string>(robot: string, relative: Topic<Type>): Topic<Type> {
  return { ...relative, name: `/${robot}/${relative.name}` };
}
