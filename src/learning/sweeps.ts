/**
 * Sweeps over all s_g, in this thread or by several, each with its share of the s_g. Then this one
 * only waits for messages, and the event loop runs on. Nothing is added up across threads: their
 * number does not change a bit of the result.
 */
import { compiledFile, startThread, type StopSignal, type Thread } from "../base/platform";
import { LatticeLines, sharedFloats } from "./lattice_lines";
import { answering, type Reply, type Request, type Share } from "./sweep_share";
import type { BackupChoice, Surrogate } from "./sweeper";
import type { Change } from "./value_iteration";

const PROGRAM = compiledFile("learning/sweep_worker.js");

export class Sweeps {
  /** The values to sweep, [H][sG]: the s_g of one histogram lie side by side. */
  readonly values: Float64Array;
  /** max_a Q of `values` after a sweep. */
  readonly next: Float64Array;
  private readonly policy: Uint8Array;
  private readonly threads: readonly Thread<Request, Reply>[];
  private readonly onAbort = (): void => this.fail(this.signal?.reason);

  /**
   * @param width number of s_g
   * @param threads 1: this thread; more than there are s_g are not used
   */
  constructor(
    lines: LatticeLines,
    width: number,
    threads: number,
    private readonly signal?: StopSignal,
  ) {
    const { count, states, size } = lines.index;
    this.values = sharedFloats(count * width);
    this.next = sharedFloats(count * width);
    this.policy = new Uint8Array(new SharedArrayBuffer(count * width));
    const { values, next, policy } = this;
    const used = Math.min(threads, width);
    this.threads = Array.from({ length: used }, (_, thread) => {
      const globalStates = [...Array(width).keys()].filter((g) => g % used === thread);
      const { pairs } = lines;
      const share = { states, size, pairs, globalStates, values, next, policy };
      return used > 1 ? startThread(PROGRAM, share) : thisThread(share);
    });
    signal?.addEventListener("abort", this.onAbort);
    // A signal that was aborted before does not call its listeners.
    if (signal?.aborted) this.onAbort();
  }

  /** Takes up another surrogate; returns the error of its backups (Backup.error). */
  async prepare(surrogate: Surrogate, backup: BackupChoice): Promise<number> {
    const replies = await this.ask({ prepare: surrogate, backup });
    return Math.max(...replies.map(({ error }) => error!));
  }

  async sweep(onlyAction?: number): Promise<Change> {
    const replies = await this.ask({ sweep: true, onlyAction });
    return {
      least: Math.min(...replies.map(({ change }) => change!.least)),
      greatest: Math.max(...replies.map(({ change }) => change!.greatest)),
    };
  }

  /** The lowest actions whose Q is within `tie` of the best, [sG][H]. */
  async greedy(tie: number): Promise<Uint8Array> {
    await this.ask({ greedy: true, tie });
    return Uint8Array.from(this.policy);
  }

  async close(): Promise<void> {
    this.signal?.removeEventListener("abort", this.onAbort);
    this.fail(new Error("the threads have been ended"));
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private ask(request: Request): Promise<Reply[]> {
    return Promise.all(this.threads.map((thread) => thread.ask(request)));
  }

  private fail(reason: unknown): void {
    for (const thread of this.threads) thread.fail(reason);
  }
}

function thisThread(share: Share): Thread<Request, Reply> {
  const answer = answering(share);
  return { ask: async (request) => answer(request), fail: () => {}, end: async () => {} };
}
