/** A policy's bounds in sentences. */
import type { ReturnBounds } from "../game/policy_metadata";

/** Each with the number of robots for which it holds. */
export function boundSentences(bounds: ReturnBounds): string[] {
  const { lower, upper, upperPopulation, limitUpper, horizon } = bounds;
  const { horizonLower, horizonUpper, limitHorizonUpper } = bounds;
  const every = upperPopulation === 1 ? "any number" : `${upperPopulation} or more`;
  const sentence = (when: string, [least, most, limit]: readonly number[]): string =>
    `${when}, all robots seen, it earns at least ${least.toFixed(2)} with any number of robots; no global agent exceeds ${most.toFixed(2)} with ${every}, nor ${limit.toFixed(2)} in the limit of many`;
  return [
    sentence("for ever", [lower, upper, limitUpper]),
    sentence(`over ${horizon} epochs`, [horizonLower, horizonUpper, limitHorizonUpper]),
  ];
}
