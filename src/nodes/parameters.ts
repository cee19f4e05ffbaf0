/**
 * Every node's parameters, each declared once. Checks at run time, config/swarm.yaml, docs/parameters.md
 * and the launch files' arguments follow from the declarations: after a change run
 * `npm run parameters -- --write`.
 */
import { EPOCH_LENGTH, POPULATION, SCENARIO, SEED } from "../ros/common_parameters";
import {
  double,
  flag,
  integer,
  type ParameterSpecs,
  type ParameterValues,
  text,
} from "../ros/parameters";

const maxStateAge = double(
  { default: 1, unit: "s", range: [0, 60] },
  "A state counts when stamped at most this long before the decision (ROS time; 0 in the abstract world).",
);

/** What keeps a robot safe; the same for local agents and the lead agent. */
const SAFETY = {
  cmd_vel_timeout: double(
    { default: 0.35, unit: "s", range: [0.15, 0.4] },
    "Without a fresh command or odometry for this long (steady clock) cmd_vel is zero; checked every 0.05 s.",
  ),
  max_stamp_age: double(
    { default: 0, unit: "s", range: [0, 60] },
    "Odometry and commands stamped longer ago than this (ROS time) are refused; 0: odometry in system time is after 1 s, nothing else is.",
  ),
  max_rate: double(
    { default: 30, unit: "Hz", range: [5, 1000] },
    "cmd_vel, state and transform are sent so often at most, by the stamps of the odometry, however often that comes.",
  ),
  arena_margin: double(
    { default: 1, unit: "m", range: [0, 1e6] },
    "A body further than this outside the circle that holds all zones stands until it is brought back.",
  ),
  start_armed: flag(
    { default: false },
    "False: stand until an emergency-stop reset is heard. The simulated launch sets true.",
  ),
  stamped_cmd_vel: flag(
    { default: false },
    "Publish cmd_vel as geometry_msgs/TwistStamped instead of Twist.",
  ),
  pose_source: text(
    { default: "odometry", choices: ["odometry", "pose", "tf"] },
    "What tells where the odometry's origin is in the map frame: initial_pose, the topic <robot>/pose (geometry_msgs/PoseWithCovarianceStamped), or tf (from map to the odometry's frame, by any chain).",
  ),
  initial_pose: {
    type: "double_array",
    default: [0, 0, 0],
    unit: "m, m, rad",
    description: "Pose of the odometry's origin in the map frame: x, y, yaw.",
  },
  max_pose_deviation: double(
    { default: 0.5, unit: "m", range: [0, 1e6] },
    "A pose heard with a larger standard deviation in x, y (m) or yaw (the same number, rad) is unknown: the body stands, without a state, until it is better.",
  ),
  pose_timeout: double(
    { default: 5, unit: "s", range: [0, 3600] },
    "The pose is unknown when neither pose nor tf placed it for this long (steady clock); 0: not tested. With pose_source pose only the time counts in which the wheels turn: a localiser may speak only after motion.",
  ),
  publish_tf: flag(
    { default: false },
    "Publish the body's pose on /tf, map to <frame_prefix>base_link; leave it where the robot's driver does so.",
  ),
  frame_prefix: text(
    { default: "{robot}/", mayBeEmpty: true },
    "Before base_link in frame names; {robot} stands for the robot's name.",
  ),
  markers_rate: double(
    { default: 0, unit: "Hz", range: [0, 30] },
    "Markers for RViz (the bodies of a process; the lead's: the zones too) are published so often; 0: never.",
  ),
} as const satisfies ParameterSpecs;

export type SafetyParameters = ParameterValues<typeof SAFETY>;

export const GLOBAL_AGENT_PARAMETERS = {
  scenario: SCENARIO,
  policy_file: text(
    { default: "", mayBeEmpty: true, live: true },
    "Policy file (safetensors), read when the node is configured and by the service reload_policy; empty: wait for the policy topic.",
  ),
  sample_size: integer(
    { default: 0, unit: "robots", range: [0, 100_000], live: true },
    "Robots asked at each epoch, k; 0: the policy table's k, or all robots if fewer.",
  ),
  observation: text(
    { default: "sample", choices: ["sample", "filter"], live: true },
    "What the decision is based on: the sample of the epoch alone, or the filter's memory.",
  ),
  population: POPULATION,
  robot_names: {
    type: "string_array",
    default: [],
    each: [
      "namespaces without a leading slash, such as robot_3",
      /^[A-Za-z_]\w*(\/[A-Za-z_]\w*)*$/,
    ],
    live: true,
    description:
      "Robots (namespaces) that may be asked though discovery has not found them, besides those whose state topic the graph shows.",
  },
  epoch_length: {
    ...EPOCH_LENGTH,
    live: true,
    description: `${EPOCH_LENGTH.description} A new one holds from the next boundary on.`,
  },
  max_state_age: { ...maxStateAge, live: true },
  sample_timeout: double(
    { default: 1, unit: "s", range: [0.01, 60], live: true },
    "How long an epoch waits for the states asked for, wall time; half an epoch of ROS time at most.",
  ),
  quarantine: double(
    { default: 10, unit: "s", range: [0, 3600], live: true },
    "A robot silent when asked is not asked again for this long where others can be, wall time.",
  ),
  start_timeout: double(
    { default: 0, unit: "s", range: [0, 3600], live: true },
    "The first epoch begins without robots that are not there after this long, wall time; 0: it waits for all.",
  ),
  autostart: flag(
    { default: true },
    "True: the node configures and activates itself; false: a lifecycle manager does.",
  ),
  seed: SEED,
} as const satisfies ParameterSpecs;

/** Robots that one process bears. */
export const MOST_HOSTED = 1000;

export const LOCAL_AGENT_PARAMETERS = {
  scenario: SCENARIO,
  population: POPULATION,
  robots: integer(
    { default: 0, unit: "robots", range: [0, MOST_HOSTED] },
    "Robots served by this process, each by a node in its own namespace robot_<i>, as many as /simulator/population leaves of them; 0: one, in the namespace given.",
  ),
  robot_index: integer(
    { default: 0, range: [0, 99_999] },
    "Index of the (first) robot, 0 .. population - 1: decides its spot in a zone.",
  ),
  max_state_age: maxStateAge,
  ...SAFETY,
  seed: SEED,
} as const satisfies ParameterSpecs;

export const LEAD_AGENT_PARAMETERS = {
  scenario: SCENARIO,
  ...SAFETY,
} as const satisfies ParameterSpecs;

export const RECORDER_PARAMETERS = {
  file: text(
    { default: "swarm.mcap" },
    "File to record to (MCAP); an existing one is never written over.",
  ),
  odometry_rate: double(
    { default: 1, unit: "Hz", range: [0, 1000] },
    "Odometry of each robot is recorded at most so often (wall time); 0: not at all.",
  ),
  about: text(
    { default: "", mayBeEmpty: true },
    "Words kept with the recording, such as the parameters of the run (JSON).",
  ),
} as const satisfies ParameterSpecs;

export const LEARNER_PARAMETERS = {
  scenario: SCENARIO,
  policy_file: text({ default: "", mayBeEmpty: true }, "Policy file to publish; empty: learn one."),
  table_size: integer(
    { default: 0, unit: "robots", range: [0, 200] },
    "k of the table that is learned; 0: 10, or all robots if fewer, or no table with many zones.",
  ),
  population: { ...POPULATION, default: 1000, description: "Robots learned for, n." },
  cache: text(
    { default: ".cache/policies" },
    "Folder where learned policies are kept; made when it is missing.",
  ),
  seed: SEED,
} as const satisfies ParameterSpecs;
