/** Parameters that several nodes have, declared once. */
import { double, integer, ParameterError, text } from "./parameters";

export const SCENARIO = text(
  { default: "dock_dispatch" },
  "Scenario file (YAML), or the name of a shipped scenario.",
);

export const SEED = integer(
  { default: 0, range: [0, 2 ** 31 - 1] },
  "Seed of the keyed random draws; the same for every node of a swarm.",
);

export const POPULATION = integer(
  { default: 1, unit: "robots", range: [1, 100_000] },
  "Robots of the swarm, n.",
);

export const EPOCH_LENGTH = double(
  { default: 0, unit: "s", range: [0, 3600] },
  "Length of a decision epoch, ROS time; 0: the scenario's.",
);

/** Decisions come at most so often, s. */
const SHORTEST_EPOCH = 0.01;

/** @throws ParameterError for an `epoch_length` of less than SHORTEST_EPOCH that is not 0 */
export function epochSeconds(parameter: number, ofScenario: number): number {
  if (parameter > 0 && parameter < SHORTEST_EPOCH) {
    throw new ParameterError(
      `parameter epoch_length is ${parameter}; it must be 0 (the scenario's) or at least ${SHORTEST_EPOCH} s`,
    );
  }
  return parameter || ofScenario;
}
