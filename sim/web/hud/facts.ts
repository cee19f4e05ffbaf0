/** Numbers of the run: epoch, k of n, speed, what was missed. */
import type { EpochReport, Snapshot } from "../../protocol";
import { add } from "../element";

export function showFacts(parent: HTMLElement, snapshot: Snapshot, report?: EpochReport): void {
  parent.replaceChildren();
  const fact = (name: string, value: string, bad = false): void => {
    const pair = add(parent, "div");
    add(pair, "dt", "", name);
    add(pair, "dd", bad ? "bad" : "", value);
  };
  const { robots, fidelity, epochSeconds, speed } = snapshot;
  const missed = report?.missedEpochs ?? 0;
  const missing = report?.missing ?? 0;
  fact("epoch", report === undefined ? "none yet" : String(report.epoch));
  fact("robots asked", `${report?.sampled.length ?? 0} of ${robots.length}`);
  fact("simulated time", report === undefined ? "0 s" : `${report.simTime.toFixed(0)} s`);
  fact("epoch length", `${epochSeconds} s`);
  fact("speed", speed > 0 ? `${speed} ×` : "as fast as it goes");
  fact("epochs missed", String(missed), missed > 0);
  fact("answers missing", String(missing), missing > 0);
  fact("world", fidelity);
}
