/** A swarm's processes, from their start until the simulator's run is over. */
import {
  type EpochTold,
  parseReport,
  type RunSummary,
  type SimulatorReport,
} from "./simulator_report";
import { environmentOf, type ProcessSpec, SwarmProcesses } from "./swarm_processes";

export interface Outcome {
  readonly summary: RunSummary | undefined;
  /** Why the run ended early. */
  readonly failure: string | undefined;
}

/** Runs a swarm until its run is over, the signal ends it, or a process fails. Ends all processes. */
export async function runSwarm(
  specs: readonly ProcessSpec[],
  domain: number,
  signal: AbortSignal,
  say: (line: string) => void,
  onReport: (report: SimulatorReport) => void,
): Promise<Outcome> {
  let summary: RunSummary | undefined;
  let last: EpochTold | undefined;
  let failure: string | undefined;
  const over = new AbortController();
  const swarm = new SwarmProcesses(environmentOf(domain), {
    onMessage: (_name, message) => {
      const report = parseReport(message);
      if (report === undefined) return;
      onReport(report);
      if (report.type === "epoch") last = report.report;
      if (report.type !== "summary") return;
      // The agents end now, before they report that the simulator is missing.
      summary = report.summary;
      over.abort();
    },
    onDeath: (name, how) => {
      failure ??= `${name} ended ${how}, so the swarm was stopped; see its messages above`;
      over.abort();
    },
    onLoss: (name, how) => say(`${name} ended ${how}; the swarm goes on without it`),
    onRespawn: (name, how) => say(`${name} ended ${how}; it is started again`),
  });
  for (const spec of specs) swarm.start(spec);
  const ended = AbortSignal.any([signal, over.signal]);
  if (!ended.aborted) {
    await new Promise((resolve) => ended.addEventListener("abort", resolve, { once: true }));
  }
  await swarm.end();
  if (summary === undefined && last !== undefined) {
    failure ??= `the simulator ended without a summary; its last epoch was ${last.epoch}, the mean reward ${last.meanReward?.toFixed(2)} over ${last.epochsCounted} epochs, ${last.missedEpochs} missed`;
  }
  return { summary, failure };
}
