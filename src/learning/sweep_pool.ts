/**
 * Sweeps by several threads, each of which has its share of the s_g. This thread only waits for
 * messages, so that the event loop runs on; nothing is added up across threads, so that their
 * number does not change a bit of the result.
 */
import { compiledFile, startThread, type StopSignal, type Thread } from "../base/platform";
import { LatticeLines, sharedFloats } from "./lattice_lines";
import type { Reply, Request, WorkerStart } from "./sweep_worker";
import type { BackupChoice, Surrogate } from "./sweeper";
import type { Sweeps } from "./sweeps";
import type { Change } from "./value_iteration";

interface Pending {
  readonly replies: Reply[];
  resolve(replies: Reply[]): void;
  reject(reason: unknown): void;
}

export class SweepPool implements Sweeps {
  readonly values: Float64Array;
  readonly next: Float64Array;
  private readonly policy: Uint8Array;
  private readonly workers: readonly Thread[];
  private pending?: Pending;
  private failure?: { readonly reason: unknown };
  private readonly onAbort = (): void => this.fail(this.signal?.reason);

  /** @param threads more than there are s_g are not used; `width` is the number of s_g */
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
    this.workers = Array.from({ length: used }, (_, thread) => {
      const globalStates = [...Array(width).keys()].filter((g) => g % used === thread);
      const { pairs } = lines;
      return this.start({ states, size, pairs, globalStates, values, next, policy });
    });
    signal?.addEventListener("abort", this.onAbort);
    // One that came before says nothing again.
    if (signal?.aborted) this.onAbort();
  }

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

  async greedy(tie: number): Promise<Uint8Array> {
    await this.ask({ greedy: true, tie });
    return Uint8Array.from(this.policy);
  }

  async close(): Promise<void> {
    this.signal?.removeEventListener("abort", this.onAbort);
    this.fail(new Error("the threads have been ended"));
    await Promise.all(this.workers.map((worker) => worker.end()));
  }

  private start(data: WorkerStart): Thread {
    const take = (reply: Reply): void => this.take(reply);
    const program = compiledFile("learning/sweep_worker.js");
    return startThread(program, data, take, (reason) => this.fail(reason));
  }

  /** One request to all threads; their replies in any order. */
  private ask(request: Request): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure.reason);
      this.pending = { replies: [], resolve, reject };
      for (const worker of this.workers) worker.post(request);
    });
  }

  private take(reply: Reply): void {
    const { pending } = this;
    if (!pending) return;
    pending.replies.push(reply);
    if (pending.replies.length < this.workers.length) return;
    this.pending = undefined;
    pending.resolve(pending.replies);
  }

  /** The first reason counts, for what is asked now and later. */
  private fail(reason: unknown): void {
    this.failure ??= { reason };
    this.pending?.reject(this.failure.reason);
    this.pending = undefined;
  }
}
