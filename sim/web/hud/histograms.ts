/** The sampled and the true histogram side by side, a row for each local state, as shares. */
import type { EpochReport, Snapshot } from "../../protocol";
import { add } from "../element";

interface Row {
  readonly state: HTMLElement;
  readonly seen: HTMLElement;
  readonly seenCount: HTMLElement;
  readonly real: HTMLElement;
  readonly realCount: HTMLElement;
}

export class Histograms {
  private readonly rows: Row[];
  private readonly titles: { seen: HTMLElement; real: HTMLElement };

  constructor(parent: HTMLElement, snapshot: Snapshot) {
    parent.replaceChildren();
    const seen = add(parent, "div", "title left");
    add(parent, "div");
    const real = add(parent, "div", "title right");
    this.titles = { seen, real };
    this.rows = snapshot.localStates.map((name) => {
      const left = add(parent, "div", "left");
      const state = add(parent, "div", "state", name);
      const right = add(parent, "div", "right");
      return {
        state,
        seen: add(left, "div", "bar"),
        seenCount: add(left, "span", "count"),
        real: add(right, "div", "bar"),
        realCount: add(right, "span", "count"),
      };
    });
  }

  show(report: EpochReport): void {
    const seenTotal = total(report.sampledHistogram);
    const realTotal = total(report.trueHistogram);
    this.titles.seen.textContent = `seen: ${seenTotal} robots`;
    this.titles.real.textContent = `true: all ${realTotal}`;
    const share = (count: number, of: number): number => (of > 0 ? count / of : 0);
    const longest = Math.max(
      ...report.sampledHistogram.map((count) => share(count, seenTotal)),
      ...report.trueHistogram.map((count) => share(count, realTotal)),
      1e-9,
    );
    this.rows.forEach((row, index) => {
      const seen = report.sampledHistogram[index] ?? 0;
      const real = report.trueHistogram[index] ?? 0;
      row.seen.style.width = width(share(seen, seenTotal) / longest);
      row.real.style.width = width(share(real, realTotal) / longest);
      row.seenCount.textContent = String(seen);
      row.realCount.textContent = String(real);
      row.state.classList.toggle("target", index === report.globalAction);
    });
  }
}

function total(histogram: readonly number[]): number {
  return histogram.reduce((sum, count) => sum + count, 0);
}

/** A bar's width; the rest of the cell is for its count. */
function width(share: number): string {
  return `calc((100% - 2.2em) * ${share.toFixed(4)})`;
}
