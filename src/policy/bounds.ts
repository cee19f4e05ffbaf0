/** A policy's gaps and bounds in words. */
import type { Interval, PointsUsed, PolicyMetadata, ReturnBounds } from "../game/policy_metadata";

type Gaps = Pick<PolicyMetadata, `${"global" | "local"}Gap${"" | "Interval"}` | "pointsUsed">;

/** Both best-response gaps. Where nothing better was found, that is no interval of [0, 0]. */
export const gapsInWords = (gaps: Gaps) => ({
  global: gapInWords(gaps.globalGap, gaps.globalGapInterval, gaps.pointsUsed),
  local: gapInWords(gaps.localGap, gaps.localGapInterval, gaps.pointsUsed),
});

function gapInWords(gap: number, [low, high]: Interval, used?: PointsUsed): string {
  if (gap === 0 && high === 0)
    return `no better rival found${used?.stop === "time" ? " in the time left" : ""}`;
  return `${gap.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** @param most that a global agent which sees all robots gains against the pair's robots */
export const gapBoundSentence = (most: number): string =>
  `a global agent that sees all robots gains at most ${most.toFixed(2)}, for any number of robots`;

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
