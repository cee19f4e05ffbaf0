/**
 * Belief against truth: for each local state the share of all robots, of the robots asked, and the
 * belief with its error bar, all on one scale.
 */
import type { EpochReport, Snapshot } from "../../protocol";
import { add } from "../element";
import { zoneOfAction } from "../places";

/** Length of the error bar to each side, in the belief's standard deviations. */
const ERROR_DEVIATIONS = 2;

export function showHistograms(
  parent: HTMLElement,
  snapshot: Snapshot,
  { sampledHistogram, trueHistogram, belief, beliefVariance, globalAction }: EpochReport,
): void {
  const target = zoneOfAction(snapshot, globalAction);
  const [real, sampled] = [trueHistogram, sampledHistogram].map(sharesOf);
  const errors = belief.map((b) => ERROR_DEVIATIONS * Math.sqrt(beliefVariance * b * (1 - b)));
  const low = belief.map((b, state) => Math.max(0, b - errors[state]));
  const high = belief.map((b, state) => Math.min(1, b + errors[state]));
  const longest = Math.max(...real, ...sampled, ...high, 1e-9);
  const place = (value: number): string => `${((100 * value) / longest).toFixed(2)}%`;
  parent.replaceChildren();
  const [asked, all] = [total(sampledHistogram), total(trueHistogram)];
  for (const title of ["", "", `asked: ${asked}`, "believed", `true: ${all}`])
    add(parent, "div", "note count", title);
  snapshot.localStates.forEach((name, state) => {
    const isTarget = state % snapshot.zones.length === target;
    add(parent, "div", isTarget ? "state target" : "state", name);
    const { style } = add(parent, "div", "chart");
    for (const [what, shares] of Object.entries({ real, sampled, low, high, belief }))
      style.setProperty(`--${what}`, place(shares[state]));
    add(parent, "div", "count seen", String(sampledHistogram[state]));
    add(parent, "div", "count believed", `${Math.round(100 * belief[state])} %`);
    add(parent, "div", "count real", String(trueHistogram[state]));
  });
}

const total = (histogram: readonly number[]): number =>
  histogram.reduce((sum, count) => sum + count, 0);

const sharesOf = (histogram: readonly number[]): number[] =>
  histogram.map((count) => count / Math.max(1, total(histogram)));
