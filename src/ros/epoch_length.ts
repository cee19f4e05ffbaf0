/** The length of a decision epoch as a parameter or an option gives it. */
import { ParameterError } from "./parameters";

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
