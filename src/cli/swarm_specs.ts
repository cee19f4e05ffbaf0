/** Which processes make a swarm, and with which parameters. */
import type { ParameterMap, ProcessSpec } from "./swarm_processes";

export interface SwarmSettings {
  /** File or shipped name. */
  readonly scenario: string;
  readonly robots: number;
  readonly fidelity: "motion" | "abstract";
  /** s of simulated time */
  readonly epoch: number;
  /** Simulated seconds a second. */
  readonly speed: number;
  /** Undefined: the table's k. */
  readonly sampleSize: number | undefined;
  readonly observation: "sample" | "filter";
  /** Simulated seconds to run; undefined: until told to end. */
  readonly seconds: number | undefined;
  readonly port: number;
  /** Address that the page is served on. */
  readonly host: string;
  readonly headless: boolean;
  /** MCAP file; undefined: none. */
  readonly record?: string;
  /** Hz; undefined: the parameter file's. */
  readonly odometryRate?: number;
  readonly seed: number;
}

/** Robots that one process serves: more nodes in one process start slowly. */
const ROBOTS_A_PROCESS = 100;
/** Lockstep waits for every robot anyway: none is replaced before the epoch's deadline, s. */
const LOCKSTEP_SAMPLE_TIMEOUT = 9;

/**
 * @param policyFile published by the learner's node
 * @param tableSize k of its table
 * @param references rewards per epoch for the page: random, blind, full
 */
export function swarmSpecs(
  settings: SwarmSettings,
  policyFile: string,
  tableSize: number,
  references: readonly number[],
): ProcessSpec[] {
  const { scenario, robots: population, fidelity, seed, epoch, observation } = settings;
  const { odometryRate } = settings;
  const isAbstract = fidelity === "abstract";
  const sampleSize = Math.min(settings.sampleSize ?? tableSize, population);
  // In the abstract world a state is of the very instant of the decision.
  const aged: ParameterMap = isAbstract ? { max_state_age: 0 } : {};
  const patient: ParameterMap = isAbstract ? { sample_timeout: LOCKSTEP_SAMPLE_TIMEOUT } : {};
  const agent = { scenario, use_sim_time: true, start_armed: true };
  const first = [...Array(Math.ceil(population / ROBOTS_A_PROCESS)).keys()].map(
    (i) => i * ROBOTS_A_PROCESS,
  );
  const recorder: ProcessSpec = {
    name: "recorder",
    node: "recorder",
    file: "src/nodes/recorder.js",
    // What is wrong with a recording is no reason to end the swarm.
    optional: true,
    parameters: {
      file: settings.record ?? "",
      about: JSON.stringify({ ...settings, policyFile }),
      ...(odometryRate === undefined ? {} : { odometry_rate: odometryRate }),
    },
  };
  return [
    ...(settings.record === undefined ? [] : [recorder]),
    {
      name: "simulator",
      node: "simulator",
      file: "sim/simulator.js",
      parameters: {
        scenario,
        fidelity,
        population,
        seed,
        epoch_length: epoch,
        speed: settings.speed,
        seconds: settings.seconds ?? 0,
        port: settings.port,
        host: settings.host,
        headless: settings.headless,
        references,
      },
    },
    ...first.map((index) => ({
      name: `local_agents_${index}`,
      node: "local_agent",
      file: "src/nodes/local_agent.js",
      respawn: true,
      parameters: {
        ...agent,
        population,
        seed,
        ...aged,
        robot_index: index,
        robots: Math.min(ROBOTS_A_PROCESS, population - index),
      },
    })),
    {
      name: "lead_agent",
      node: "lead_agent",
      file: "src/nodes/lead_agent.js",
      namespace: "lead",
      respawn: true,
      parameters: agent,
    },
    {
      name: "global_agent",
      node: "global_agent",
      file: "src/nodes/global_agent.js",
      respawn: true,
      parameters: {
        scenario,
        use_sim_time: true,
        population,
        seed,
        observation,
        sample_size: sampleSize,
        epoch_length: epoch,
        ...aged,
        ...patient,
      },
    },
    {
      name: "learner",
      node: "learner",
      file: "src/nodes/learner.js",
      parameters: { scenario, policy_file: policyFile },
    },
  ];
}
