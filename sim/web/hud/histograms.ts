/**
 * Belief against truth: for each local state the share of all robots, of the robots asked, and the
 * belief with its error bar, all on one scale.
 */
import type { EpochReport, Snapshot } from "../../protocol";
import { add, setText } from "../element";

/** Length of the error bar to each side, in the belief's standard deviations. */
const ERROR_DEVIATIONS = 2;

export class Histograms {
  private readonly rows: readonly ReturnType<typeof rowOf>[];
  private readonly titles;

  constructor(parent: HTMLElement, snapshot: Snapshot) {
    parent.replaceChildren();
    ["", ""].forEach(() => add(parent, "div"));
    const [seen, , real] = ["asked", "believed", "true"].map((name) =>
      add(parent, "div", "note", name),
    );
    this.titles = { seen, real };
    this.rows = snapshot.zones.map(({ name }) => rowOf(parent, name));
  }

  show(report: EpochReport): void {
    const { sampledHistogram, trueHistogram, belief, beliefVariance } = report;
    const seenTotal = total(sampledHistogram);
    const realTotal = total(trueHistogram);
    setText(this.titles.seen, `asked: ${seenTotal}`);
    setText(this.titles.real, `true: ${realTotal}`);
    const shares = this.rows.map((_row, index) => {
      const believed = belief[index] ?? 0;
      const error =
        ERROR_DEVIATIONS * Math.sqrt(beliefVariance * believed * Math.max(0, 1 - believed));
      return {
        real: share(trueHistogram[index] ?? 0, realTotal),
        seen: share(sampledHistogram[index] ?? 0, seenTotal),
        believed,
        low: Math.max(0, believed - error),
        high: Math.min(1, believed + error),
      };
    });
    const longest = Math.max(...shares.flatMap(({ real, seen, high }) => [real, seen, high]), 1e-9);
    const place = (value: number): string => `${((100 * value) / longest).toFixed(2)}%`;
    this.rows.forEach((row, index) => {
      const { real, seen, believed, low, high } = shares[index];
      row.real.style.width = place(real);
      row.seen.style.width = place(seen);
      row.error.style.left = place(low);
      row.error.style.width = place(high - low);
      row.dot.style.left = place(believed);
      setText(row.seenCount, String(sampledHistogram[index] ?? 0));
      setText(row.believed, `${Math.round(100 * believed)} %`);
      setText(row.realCount, String(trueHistogram[index] ?? 0));
      row.state.classList.toggle("target", index === report.globalAction);
    });
  }
}

function rowOf(parent: HTMLElement, name: string) {
  const state = add(parent, "div", "state", name);
  const chart = add(parent, "div", "chart");
  return {
    state,
    real: add(chart, "div", "bar real"),
    seen: add(chart, "div", "bar seen"),
    error: add(chart, "div", "error"),
    dot: add(chart, "div", "dot"),
    seenCount: add(parent, "div", "count seen"),
    believed: add(parent, "div", "count believed"),
    realCount: add(parent, "div", "count real"),
  };
}

const share = (count: number, of: number): number => (of > 0 ? count / of : 0);

const total = (histogram: readonly number[]): number =>
  histogram.reduce((sum, count) => sum + count, 0);
