/** The epochs that the page knows, each once: a later report of the same epoch replaces it. */
import { HISTORY_LIMIT, type EpochReport } from "../protocol";

export class History {
  private readonly byEpoch = new Map<number, EpochReport>();
  private newest: EpochReport | undefined;

  constructor(reports: readonly EpochReport[]) {
    reports.forEach((report) => this.add(report));
  }

  /** Takes a report; true when its epoch is the newest. */
  add(report: EpochReport): boolean {
    this.byEpoch.set(report.epoch, report);
    if (this.byEpoch.size > HISTORY_LIMIT) {
      const [oldest] = this.byEpoch.keys();
      this.byEpoch.delete(oldest);
    }
    if (this.newest !== undefined && report.epoch < this.newest.epoch) return false;
    this.newest = report;
    return true;
  }

  get latest(): EpochReport | undefined {
    return this.newest;
  }

  /** The newest epoch whose reward is known. */
  get latestRewarded(): EpochReport | undefined {
    return this.reports().findLast((report) => report.reward !== null);
  }

  /** Oldest first. */
  reports(): EpochReport[] {
    return [...this.byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
  }
}
