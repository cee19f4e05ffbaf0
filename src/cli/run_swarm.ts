/** A swarm's processes, from their start until the simulator's run is over. */
import { once } from "node:events";
import { NOTABLE_WAIT_MS } from "../nodes/epoch_machine";
import type { EpochReport } from "../../sim/protocol";
import type { ProcessSpec, RunSummary, SimulatorReport } from "./swarm_processes";
import { environmentOf, SwarmProcesses } from "./swarm_processes";

/** By then the global agent has said what it waits for, ms. */
const AFTER_ITS_WORDS_MS = NOTABLE_WAIT_MS + 1000;
/** A start that nobody watches ends by then. More than a thousand robots take longer to start. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS_A_ROBOT = 60;

/** How a start waits for its first command. */
export interface Patience {
  readonly robots: number;
  /** Nobody watches: it ends instead of waiting for ever. */
  readonly isBounded: boolean;
}

/**
 * A start's wait for its first command.
 * @param say is told that nothing begins
 * @param giveUp is called later, if the wait has an end
 */
export function watchStart(
  { robots, isBounded }: Patience,
  say: (line: string) => void,
  giveUp: (why: string) => void,
) {
  const longest = Math.max(LONGEST_WAIT_MS, LONGEST_WAIT_MS_A_ROBOT * robots);
  const none = (ms: number): string => `no command was given within ${ms / 1000} s`;
  const where = "the messages above say what is waited for";
  const lose = (): void => giveUp(`${none(longest)}, so the swarm was stopped; ${where}`);
  let timers: readonly NodeJS.Timeout[] = [];
  let isOver = false;
  const begin = (): void => {
    const hint = setTimeout(() => say(`${none(NOTABLE_WAIT_MS)}; ${where}`), AFTER_ITS_WORDS_MS);
    timers = isBounded ? [hint, setTimeout(lose, longest)] : [hint];
  };
  const stop = (): void => timers.forEach((timer) => clearTimeout(timer));
  begin();
  return {
    hear(report: SimulatorReport): void {
      if (report.type === "page" || isOver) return;
      stop();
      // The simulator's first report of an epoch comes with the first command. A paused world waits.
      if (report.type !== "paused") isOver = true;
      else if (!report.paused) begin();
    },
    end(): void {
      stop();
      isOver = true;
    },
  };
}

const unfinished = (last: EpochReport): string =>
  `the simulator ended without a summary; its last epoch was ${last.epoch}, the mean reward ${last.meanReward?.toFixed(2)} over ${last.epochsCounted} epochs, ${last.missedEpochs} missed`;

/**
 * Runs a swarm until its run is over, the signal ends it, or a process fails. Ends all processes.
 * @returns the run's summary, if it came so far, and why it ended early, if it did
 */
export async function runSwarm(
  specs: readonly ProcessSpec[],
  domain: number,
  patience: Patience,
  signal: AbortSignal,
  say: (line: string) => void,
  onReport: (report: SimulatorReport) => void,
): Promise<{ readonly summary?: RunSummary; readonly failure?: string }> {
  let summary: RunSummary | undefined;
  let last: EpochReport | undefined;
  let failure: string | undefined;
  const over = new AbortController();
  const fail = (why: string): void => {
    failure ??= why;
    over.abort();
  };
  const watch = watchStart(patience, say, fail);
  const swarm = new SwarmProcesses(environmentOf(domain), {
    onReport: (report) => {
      onReport(report);
      watch.hear(report);
      if (report.type === "epoch") last = report;
      if (report.type !== "summary") return;
      // The agents end now, before they report that the simulator is missing.
      summary = report.summary;
      over.abort();
    },
    onDeath: (name, how) =>
      fail(`${name} ended ${how}, so the swarm was stopped; see its messages above`),
    onLoss: (name, how) => say(`${name} ended ${how}; the swarm goes on without it`),
    onRespawn: (name, how) => say(`${name} ended ${how}; it is started again`),
  });
  for (const spec of specs) swarm.start(spec);
  const ended = AbortSignal.any([signal, over.signal]);
  if (!ended.aborted) await once(ended, "abort");
  watch.end();
  await swarm.end();
  if (summary === undefined && last !== undefined) failure ??= unfinished(last);
  return { summary, failure };
}
