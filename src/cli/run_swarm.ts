/** A swarm's processes, from their start until the simulator's run is over. */
import { once } from "node:events";
import type { EpochTold } from "../../sim/protocol";
import type { Fate, ProcessSpec, RunSummary, SimulatorReport } from "./swarm_processes";
import { environmentOf, SwarmProcesses } from "./swarm_processes";

/** A start that nobody watches ends by then. More than a thousand robots take longer to start. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS_A_ROBOT = 60;

/** What is said of a process that ended. */
const FATES: Readonly<Record<Fate, string>> = {
  fatal: ", so the swarm was stopped; see its messages above",
  lost: "; the swarm goes on without it",
  respawned: "; it is started again",
};

/**
 * Waits for the first command of a start that nobody watches; a paused world waits for ever. Of a
 * wait that gets long the global agent speaks itself.
 * @param giveUp is called where none comes
 */
export function watchStart(robots: number, giveUp: (why: string) => void) {
  const longestMs = Math.max(LONGEST_WAIT_MS, LONGEST_WAIT_MS_A_ROBOT * robots);
  const lose = (): void =>
    giveUp(
      `no command was given within ${longestMs / 1000} s, so the swarm was stopped; the messages above say what is waited for`,
    );
  let timer = setTimeout(lose, longestMs);
  let isOver = false;
  const end = (): void => {
    clearTimeout(timer);
    isOver = true;
  };
  const hear = (report: SimulatorReport): void => {
    if (report.type === "page" || isOver) return;
    // The simulator's first report of an epoch comes with the first command.
    if (report.type !== "paused") return end();
    clearTimeout(timer);
    if (!report.paused) timer = setTimeout(lose, longestMs);
  };
  return { hear, end };
}

const unfinished = (last: EpochTold): string =>
  `the simulator ended without a summary; its last epoch was ${last.epoch}, the mean reward ${last.meanReward?.toFixed(2)} over ${last.epochsCounted} epochs, ${last.missedEpochs} missed`;

/**
 * Runs a swarm until its run is over, the signal ends it, or a process fails. Ends all processes.
 * @param unwatched robots of a start that ends where no first command comes; undefined: it waits
 * @returns the run's summary, if it came so far, and why it ended early, if it did
 */
export async function runSwarm(
  specs: readonly ProcessSpec[],
  domain: number,
  unwatched: number | undefined,
  signal: AbortSignal,
  say: (line: string) => void,
  onReport: (report: SimulatorReport) => void,
): Promise<{ readonly summary?: RunSummary; readonly failure?: string }> {
  let summary: RunSummary | undefined;
  let last: EpochTold | undefined;
  let failure: string | undefined;
  const over = new AbortController();
  const fail = (why: string): void => {
    failure ??= why;
    over.abort();
  };
  const watch = unwatched === undefined ? undefined : watchStart(unwatched, fail);
  const swarm = new SwarmProcesses(environmentOf(domain), {
    onReport: (report) => {
      onReport(report);
      watch?.hear(report);
      if (report.type === "epoch") last = report;
      if (report.type !== "summary") return;
      // The agents end now, before they report that the simulator is missing.
      summary = report.summary;
      over.abort();
    },
    onEnd: (name, how, fate) =>
      (fate === "fatal" ? fail : say)(`${name} ended ${how}${FATES[fate]}`),
  });
  for (const spec of specs) swarm.start(spec);
  const ended = AbortSignal.any([signal, over.signal]);
  if (!ended.aborted) await once(ended, "abort");
  watch?.end();
  await swarm.end();
  if (summary === undefined && last !== undefined) failure ??= unfinished(last);
  return { summary, failure };
}
