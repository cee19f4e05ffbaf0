/** Does jobs in processes of their own, some at a time, and tells how long the rest takes. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Job, nameOf } from "./jobs";

/** No job may take longer, s: others may have most of the cores. */
export const longestOf = ({ cost }: Job): number => Math.max(600, 5 * cost);
const run = promisify(execFile);
const DO_JOB = join(__dirname, "do_job.js");

/** Resolves with why it failed, if it did. */
async function doJob(job: Job, folder: string, signal: AbortSignal): Promise<string | undefined> {
  const args = ["--enable-source-maps", DO_JOB, JSON.stringify(job), folder];
  try {
    await run(process.execPath, args, { timeout: 1000 * longestOf(job), signal });
    return undefined;
  } catch (error) {
    const { killed, stderr, message } = error as Error & { killed?: boolean; stderr?: string };
    return killed ? `it was ended after ${longestOf(job)} s` : stderr?.trim() || message;
  }
}

const costOf = (jobs: readonly Job[]): number => jobs.reduce((sum, { cost }) => sum + cost, 0);

/**
 * Does them, the longest first.
 * @param atATime processes
 * @returns the names of those that failed, each with why
 */
export async function doJobs(
  jobs: readonly Job[],
  folder: string,
  atATime: number,
  signal: AbortSignal,
): Promise<string[]> {
  const waiting = [...jobs].sort((a, b) => b.cost - a.cost);
  const failed: string[] = [];
  const startedMs = performance.now();
  let [done, cost] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job && !signal.aborted; job = waiting.shift()) {
      const why = await doJob(job, folder, signal);
      if (signal.aborted) return;
      if (why !== undefined) failed.push(`${nameOf(job)}: ${why}`);
      done += 1;
      cost += job.cost;
      const seconds = (performance.now() - startedMs) / 1000;
      const left = Math.max(0, seconds * (costOf(jobs) / cost - 1));
      process.stderr.write(
        `${done} of ${jobs.length} jobs, ${seconds.toFixed(0)} s, about ${left.toFixed(0)} s left: ${nameOf(job)}${why === undefined ? "" : " failed"}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return failed;
}
