/** Every topic once: its name, type and quality of service (README, Topics). */

export type Reliability = "reliable" | "best_effort";
export type Durability = "volatile" | "transient_local";

export interface Topic<Type extends string = string> {
  /** Relative names belong to the node's namespace (the robot's); absolute ones to the swarm. */
  readonly name: string;
  readonly type: Type;
  readonly reliability: Reliability;
  readonly durability: Durability;
  readonly depth: number;
}

function topic<Type extends string>(
  name: string,
  type: Type,
  reliability: Reliability,
  durability: Durability,
  depth = 1,
): Topic<Type> {
  return { name, type, reliability, durability, depth };
}

export const TOPICS = {
  odometry: topic("odom", "nav_msgs/msg/Odometry", "best_effort", "volatile"),
  /** Heard best effort, so that every source is compatible. */
  pose: topic("pose", "geometry_msgs/msg/PoseWithCovarianceStamped", "best_effort", "volatile"),
  twist: topic("cmd_vel", "geometry_msgs/msg/Twist", "reliable", "volatile"),
  twistStamped: topic("cmd_vel", "geometry_msgs/msg/TwistStamped", "reliable", "volatile"),
  agentState: topic("state", "alternating_marl/msg/AgentState", "reliable", "transient_local"),
  localAction: topic("action", "alternating_marl/msg/LocalAction", "reliable", "volatile"),
  globalState: topic(
    "/global_agent/state",
    "alternating_marl/msg/GlobalState",
    "reliable",
    "transient_local",
  ),
  globalCommand: topic(
    "/global_agent/command",
    "alternating_marl/msg/GlobalCommand",
    "reliable",
    "transient_local",
  ),
  policy: topic("/policy", "alternating_marl/msg/Policy", "reliable", "transient_local"),
  localPolicy: topic(
    "/local_policy",
    "alternating_marl/msg/LocalPolicy",
    "reliable",
    "transient_local",
  ),
  epochReport: topic(
    "/simulator/epoch",
    "alternating_marl/msg/EpochReport",
    "reliable",
    "transient_local",
  ),
  population: topic(
    "/simulator/population",
    "alternating_marl/msg/Population",
    "reliable",
    "transient_local",
  ),
  fault: topic("/simulator/fault", "alternating_marl/msg/Fault", "reliable", "volatile", 10),
  emergencyStop: topic(
    "/emergency_stop",
    "alternating_marl/msg/EmergencyStop",
    "reliable",
    "volatile",
    10,
  ),
  markers: topic(
    "/swarm/markers",
    "visualization_msgs/msg/MarkerArray",
    "reliable",
    "volatile",
    10,
  ),
  transform: topic("/tf", "tf2_msgs/msg/TFMessage", "reliable", "volatile", 100),
  transformHeard: topic("/tf", "tf2_msgs/msg/TFMessage", "best_effort", "volatile", 100),
  staticTransform: topic(
    "/tf_static",
    "tf2_msgs/msg/TFMessage",
    "reliable",
    "transient_local",
    100,
  ),
  diagnostics: topic("/diagnostics", "diagnostic_msgs/msg/DiagnosticArray", "reliable", "volatile"),
  /** Heard best effort, so that every publisher of /clock is compatible (bag play, bridges). */
  clockHeard: topic("/clock", "rosgraph_msgs/msg/Clock", "best_effort", "volatile"),
  clockSent: topic("/clock", "rosgraph_msgs/msg/Clock", "reliable", "volatile"),
} as const;

/** The service by which a person releases an emergency stop (std_srvs/Trigger). */
export const RESET_SERVICE = "/global_agent/reset_emergency_stop";
/** The service that takes the global agent's policy file in anew (std_srvs/Trigger). */
export const RELOAD_SERVICE = "/global_agent/reload_policy";

/** The simulator's: SetBool, and Trigger for the other two. */
export const PAUSE_SERVICE = "/simulator/pause";
export const STEP_SERVICE = "/simulator/step";
export const WORLD_RESET_SERVICE = "/simulator/reset";

/** The same topic in a robot's namespace. */
export function topicOf<Type extends string>(robot: string, relative: Topic<Type>): Topic<Type> {
  return { ...relative, name: `/${robot}/${relative.name}` };
}
