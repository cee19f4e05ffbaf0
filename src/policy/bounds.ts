/** A policy's bounds in sentences. */
import type { ReturnBounds } from "../game/policy_metadata";

/** From the scenario's start, against the pair's robots; each with the number of robots for which it holds. */
export function boundSentences(bounds: ReturnBounds): string[] {
  const { lower, upper, upperPopulation, limitUpper, horizon, error } = bounds;
  const { horizonLower, horizonUpper, limitHorizonUpper } = bounds;
  const every = upperPopulation === 1 ? "any number" : `${upperPopulation} or more`;
  const down = (value: number): string => (Math.floor(100 * value) / 100).toFixed(2);
  const up = (value: number): string => (Math.ceil(100 * value) / 100).toFixed(2);
  const sentence = (when: string, [least, most, limit]: readonly number[]): string =>
    `${when}, all robots seen, it earns at least ${down(least)} with any number of robots; no global agent exceeds ${up(most)} with ${every}, nor ${up(limit)} in the limit of many (means over starts, ± ${up(error)})`;
  return [
    sentence("for ever, without new shifts", [lower, upper, limitUpper]),
    sentence(`over ${horizon} epochs`, [horizonLower, horizonUpper, limitHorizonUpper]),
  ];
}
