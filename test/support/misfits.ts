/** Whether measured counts fit a scenario's arrays, row by row. */
import chisquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";
import type { Measurement } from "../../src/cli/calibration";
import { type Game, sizesOf } from "../../src/game/model";

/** Level of all rows' tests together that a scenario's arrays are the measured ones. */
const LEVEL = 0.001;
/** Error allowed in a cell's measured probability, beyond the noise of the new counts. */
const RARE = 0.001;

/**
 * How likely a row of counts is under the scenario's probabilities: chi-squared over the cells
 * expected at least 5 times; what fell in the others must not exceed what a rate of RARE beyond
 * theirs allows (Poisson). Twice the smaller of the two, so that it is one test.
 */
function likelihoodOf(counts: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const n = Array.from(counts).reduce((sum, count) => sum + count, 0);
  let [statistic, cells, rest, restExpected] = [0, 0, 0, n * RARE];
  Array.from(counts).forEach((count, i) => {
    const expected = n * probabilities[i];
    if (expected >= 5) {
      statistic += (count - expected) ** 2 / expected;
      cells++;
    } else {
      rest += count;
      restExpected += expected;
    }
  });
  let term = Math.exp(-restExpected);
  let below = 0;
  for (let k = 0; k < rest; k++) {
    below += term;
    term *= restExpected / (k + 1);
  }
  const fit = cells > 1 ? 1 - chisquareCdf(statistic, cells - 1) : 1;
  return Math.min(1, 2 * Math.min(fit, 1 - below));
}

/** Names of the rows of P_g, then of P_l, that do not fit the counts. */
export function misfits(scenario: Game, measured: Measurement): string[] {
  const { sG, sL } = sizesOf(scenario);
  const rowsOf = (name: string, counts: Float64Array, given: Float64Array, width: number) =>
    Array.from({ length: given.length / width }, (_, row) => ({
      name: `${name} row ${row}`,
      likelihood: likelihoodOf(
        counts.subarray(row * width, (row + 1) * width),
        given.subarray(row * width, (row + 1) * width),
      ),
    }));
  const rows = [
    ...rowsOf("P_g", measured.globalCounts, scenario.globalTransition, sG),
    ...rowsOf("P_l", measured.localCounts, scenario.localTransition, sL),
  ];
  return rows.filter(({ likelihood }) => likelihood < LEVEL / rows.length).map(({ name }) => name);
}
