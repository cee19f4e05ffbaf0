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

/** Shortest time between two decisions, s. */
const SHORTEST_EPOCH_S = 0.01;

/**
 * Seconds of an epoch: as given, or the scenario's for 0.
 * @param name of what gives it, for the message
 * @throws ParameterError for less than SHORTEST_EPOCH_S that is not 0
 */
export function epochSeconds(
  given: number,
  ofScenario: number,
  name = "parameter epoch_length",
): number {
  if (given > 0 && given < SHORTEST_EPOCH_S) {
    throw new ParameterError(
      `${name} is ${given}; it must be 0 (the scenario's) or at least ${SHORTEST_EPOCH_S} s`,
    );
  }
  return given || ofScenario;
}
