/** The simulator's parameters, each declared once (see src/nodes/parameters.ts). */
import { EPOCH_LENGTH, POPULATION, SCENARIO, SEED } from "../src/ros/common_parameters";
import { double, flag, integer, type ParameterSpecs, text } from "../src/ros/parameters";

export const SIMULATOR_PARAMETERS = {
  scenario: SCENARIO,
  fidelity: text(
    { default: "motion", choices: ["motion", "abstract"] },
    "motion: bodies driven by cmd_vel; abstract: exact draws in lockstep.",
  ),
  population: {
    ...POPULATION,
    default: 30,
    live: true,
    description: `${POPULATION.description} A new number holds from the next epoch on.`,
  },
  epoch_length: EPOCH_LENGTH,
  speed: double(
    { default: 1, range: [0.01, 1000], live: true },
    "Simulated seconds a second of wall time (motion).",
  ),
  stamped_cmd_vel: flag(
    { default: false },
    "cmd_vel is heard as geometry_msgs/TwistStamped instead of Twist (motion).",
  ),
  seconds: double(
    { default: 0, unit: "s", range: [0, 1e9] },
    "Simulated seconds from the first command until the simulator ends; 0: never.",
  ),
  epoch_deadline: double(
    { default: 10, unit: "s", range: [0.1, 600] },
    "Abstract: an epoch that waits longer for its command, or then for its actions, counts as missed (wall time).",
  ),
  port: integer(
    { default: 8080, range: [0, 65_535] },
    "Port of the page; the next one is taken when it is in use; 0: any.",
  ),
  host: text(
    { default: "127.0.0.1" },
    "Address that the page is served on; another than 127.0.0.1 shows it to others (0.0.0.0: to all).",
  ),
  origins: text(
    { default: "", mayBeEmpty: true },
    "Further addresses by which the page is opened, such as http://localhost:9000 of a forwarded port or https://robots.example of a proxy; separated by commas.",
  ),
  headless: flag({ default: false }, "No page."),
  references: {
    type: "double_array",
    default: [],
    description:
      "Reward per epoch of the random, blind and full-observation references, for the page.",
  },
  trace: text(
    { default: "", mayBeEmpty: true },
    "File that gets one JSON line an epoch (states, sample, actions, reward); empty: none.",
  ),
  wheel_slip: double(
    { default: 0, range: [0, 0.9] },
    "Motion: largest share of a wheel's speed lost, drawn for each wheel and epoch.",
  ),
  odometry_noise: double(
    { default: 0, unit: "m", range: [0, 10] },
    "Motion: standard deviation of x and of y in each odometry message.",
  ),
  odometry_noise_yaw: double(
    { default: 0, unit: "rad", range: [0, 3] },
    "Motion: standard deviation of the heading in each odometry message.",
  ),
  odometry_drift: double(
    { default: 0, unit: "m/√m", range: [0, 10] },
    "Motion: standard deviation of x and of y after one metre, growing as its root.",
  ),
  odometry_drift_yaw: double(
    { default: 0, unit: "rad/√m", range: [0, 3] },
    "Motion: standard deviation of the heading after one metre, growing as its root.",
  ),
  command_latency: double(
    { default: 0, unit: "s", range: [0, 10] },
    "Motion: simulated seconds from cmd_vel to the wheels' answer.",
  ),
  inertia: double(
    { default: 0, unit: "s", range: [0, 10] },
    "Motion: time constant with which a body's speeds follow those of its wheels.",
  ),
  seed: {
    ...SEED,
    live: true,
    description: `${SEED.description} A new one holds from the next reset on.`,
  },
} as const satisfies ParameterSpecs;
