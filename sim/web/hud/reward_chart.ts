/** Reward of each epoch, running mean, and the references that `evaluate` found. */
import uPlot from "uplot";
import type { EpochReport, Snapshot } from "../../protocol";
import { colour } from "../palette";

const FEWEST_EPOCHS = 20;
const LINE_PX = 14;

export class RewardChart {
  private readonly plot: uPlot;
  private readonly observer: ResizeObserver;
  private readonly references: readonly { label: string; reward: number }[];

  constructor(
    private readonly parent: HTMLElement,
    snapshot: Snapshot,
  ) {
    parent.replaceChildren();
    this.references = (["full", "blind", "random"] as const).flatMap((label) => {
      const reward = snapshot.references[label];
      return reward === undefined ? [] : [{ label, reward }];
    });
    this.plot = new uPlot(this.options(), [[], [], []], parent);
    this.observer = new ResizeObserver(() => this.plot.setSize(this.size()));
    this.observer.observe(parent);
  }

  show(reports: readonly EpochReport[]): void {
    this.plot.setData([
      reports.map((report) => report.epoch),
      reports.map((report) => report.reward),
      reports.map((report) => report.meanReward),
    ]);
  }

  dispose(): void {
    this.observer.disconnect();
    this.plot.destroy();
  }

  private size(): { width: number; height: number } {
    return { width: this.parent.clientWidth, height: this.parent.clientHeight };
  }

  private options(): uPlot.Options {
    const dots = colour("free");
    const axis: uPlot.Axis = {
      stroke: colour("muted"),
      grid: { stroke: colour("rule"), width: 1 },
      ticks: { show: false },
    };
    return {
      ...this.size(),
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: {
          time: false,
          range: (_plot, min, max) => [min ?? 0, Math.max(max, (min ?? 0) + FEWEST_EPOCHS)],
        },
        y: { range: (_plot, min, max) => this.rewardRange(min, max) },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
        { ...axis, size: 34 },
        this.referenceAxis(axis),
      ],
      series: [
        {},
        { paths: () => null, points: { show: true, size: 5, fill: dots, stroke: dots } },
        { stroke: colour("text"), width: 2, points: { show: false } },
      ],
    };
  }

  /** Labels on the right, each with a dashed line. */
  private referenceAxis(axis: uPlot.Axis): uPlot.Axis {
    const { references } = this;
    return {
      ...axis,
      scale: "y",
      side: 1,
      size: 56,
      splits: () => references.map(({ reward }) => reward),
      // A label that would cover others goes below them.
      values: (plot) =>
        references.map(({ label, reward }, i) => {
          const y = plot.valToPos(reward, "y");
          const above = references.slice(0, i).map((other) => plot.valToPos(other.reward, "y"));
          return "\n".repeat(above.filter((other) => y - other < LINE_PX).length) + label;
        }),
      grid: { stroke: colour("muted"), width: 1, dash: [5, 4] },
    };
  }

  private rewardRange(min: number | null, max: number | null): [number, number] {
    const rewards = this.references.map(({ reward }) => reward);
    const low = Math.min(0, min ?? 0, ...rewards);
    const high = Math.max(1, max ?? 1, ...rewards);
    return [low, high + 0.06 * (high - low)];
  }
}
