/** A policy's gaps and bounds in words. */
import { kindsOf } from "../game/kinds";
import type { Game } from "../game/model";
import type { Interval, PolicyMetadata, ReturnBounds } from "../game/policy_metadata";

type Told = Partial<PolicyMetadata>;
type Kinds = Pick<Game, "kinds">;

/** Both best-response gaps. Where nothing better was found, that is no interval of [0, 0]. */
export const gapsInWords = (told: Told) => ({
  global: gapInWords(told, told.globalGap, told.globalGapInterval),
  local: gapInWords(told, told.localGap, told.localGapInterval),
});

function gapInWords({ pointsUsed }: Told, gap?: number, interval?: Interval): string {
  if (gap === undefined || !interval) return "not measured";
  const [low, high] = interval;
  if (gap === 0 && high === 0)
    return `no better rival found${pointsUsed?.stop === "time" ? " in the time left" : ""}`;
  return `${gap.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

const down = (value: number): string => (Math.floor(100 * value) / 100).toFixed(2);
const up = (value: number): string => (Math.ceil(100 * value) / 100).toFixed(2);
const FOR_EVER = "for ever, without new shifts, all robots seen";

const said = (value: number | undefined, sentence: (value: number) => string): string[] =>
  value === undefined ? [] : [sentence(value)];

/** Of several kinds there may be more or fewer than their shares, where these are not whole. */
const numberOf = (game: Kinds): string =>
  kindsOf(game).length > 1
    ? "any number of robots in which each kind's share is whole, and in the limit of many"
    : "any number of robots";

/**
 * What is known of the pair and of what others could earn; each with the number of robots for which it holds.
 * @param game that the pair was learned for
 */
export function boundSentences(told: Told, game: Kinds): string[] {
  const { bounds, teamEstimate, teamBound, teamError = 0, globalGapBound } = told;
  const error = `(mean over starts, ± ${up(teamError)})`;
  const team = `${FOR_EVER}, commands and robots' actions chosen together earn at least`;
  const pair = "for ever, no pair of policies earns more than";
  const number = numberOf(game);
  const agent =
    "with as many robots as it was learned for, a global agent that sees all gains at most";
  return [
    ...(bounds ? pairSentences(bounds, game) : []),
    ...said(teamEstimate, (least) => `${team} ${down(least)} with ${number} ${error}`),
    ...said(teamBound, (most) => `${pair} ${up(most)} with ${number} ${error}`),
    ...said(globalGapBound, (most) => `${agent} ${up(most)} (95 %)`),
  ];
}

/** From the scenario's start, against the pair's robots. */
function pairSentences(bounds: ReturnBounds, game: Kinds): string[] {
  const { lower, upper, upperPopulation, limitUpper, horizon, error } = bounds;
  const { horizonLower, horizonUpper, limitHorizonUpper } = bounds;
  const such = kindsOf(game).length > 1 ? "any such number" : "any number";
  const every = upperPopulation === 1 ? such : `${such} from ${upperPopulation} on`;
  const sentence = (when: string, [least, most, limit]: readonly number[]): string =>
    `${when}, it earns at least ${down(least)} with ${numberOf(game)}; no global agent exceeds ${up(most)} with ${every}, nor ${up(limit)} in the limit of many (means over starts, ± ${up(error)})`;
  return [
    sentence(FOR_EVER, [lower, upper, limitUpper]),
    sentence(`over ${horizon} epochs, all robots seen`, [
      horizonLower,
      horizonUpper,
      limitHorizonUpper,
    ]),
  ];
}
