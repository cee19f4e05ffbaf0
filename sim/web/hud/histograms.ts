/**
 * Belief against truth: for each local state the share of all robots, of the robots asked, and the
 * belief with its error bar, all on one scale.
 */
import type { EpochReport, Snapshot } from "../../protocol";
import { add } from "../element";

/** Length of the error bar to each side, in the belief's standard deviations. */
const ERROR_DEVIATIONS = 2;

export function showHistograms(
  parent: HTMLElement,
  { zones }: Snapshot,
  { sampledHistogram, trueHistogram, belief, beliefVariance, globalAction }: EpochReport,
): void {
  const seenTotal = total(sampledHistogram);
  const realTotal = total(trueHistogram);
  const rows = zones.map(({ name }, zone) => {
    const believed = belief[zone] ?? 0;
    const error =
      ERROR_DEVIATIONS * Math.sqrt(beliefVariance * believed * Math.max(0, 1 - believed));
    const seenCount = sampledHistogram[zone] ?? 0;
    const realCount = trueHistogram[zone] ?? 0;
    return {
      ...{ name, seenCount, realCount, believed },
      real: share(realCount, realTotal),
      seen: share(seenCount, seenTotal),
      low: Math.max(0, believed - error),
      high: Math.min(1, believed + error),
    };
  });
  const longest = Math.max(...rows.flatMap(({ real, seen, high }) => [real, seen, high]), 1e-9);
  const place = (value: number): string => `${((100 * value) / longest).toFixed(2)}%`;
  parent.replaceChildren();
  for (const title of ["", "", `asked: ${seenTotal}`, "believed", `true: ${realTotal}`])
    add(parent, "div", "note count", title);
  rows.forEach(({ name, real, seen, low, high, believed, seenCount, realCount }, zone) => {
    add(parent, "div", zone === globalAction ? "state target" : "state", name);
    const chart = add(parent, "div", "chart");
    add(chart, "div", "bar real").style.width = place(real);
    add(chart, "div", "bar seen").style.width = place(seen);
    const error = add(chart, "div", "error");
    error.style.left = place(low);
    error.style.width = place(high - low);
    add(chart, "div", "dot").style.left = place(believed);
    add(parent, "div", "count seen", String(seenCount));
    add(parent, "div", "count believed", `${Math.round(100 * believed)} %`);
    add(parent, "div", "count real", String(realCount));
  });
}

const share = (count: number, of: number): number => (of > 0 ? count / of : 0);

const total = (histogram: readonly number[]): number =>
  histogram.reduce((sum, count) => sum + count, 0);
