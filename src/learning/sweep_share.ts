/** One thread's share of the sweeps: some of the s_g. */
import { HistogramIndex } from "../game/histogram";
import { KernelMemory } from "../base/kernel_memory";
import { LatticeLines, type PairLines } from "./lattice_lines";
import { type BackupChoice, type Surrogate, Sweeper } from "./sweeper";
import type { Change } from "./value_iteration";

/** What a thread is started with; the arrays are shared memory. */
export interface Share {
  readonly states: number;
  readonly size: number;
  readonly pairs: readonly PairLines[];
  readonly globalStates: readonly number[];
  readonly values: Float64Array;
  readonly next: Float64Array;
  readonly policy: Uint8Array;
}

export type Request =
  | { readonly prepare: Surrogate; readonly backup: BackupChoice }
  | { readonly sweep: true; readonly onlyAction?: number }
  | { readonly greedy: true; readonly tie: number };

export interface Reply {
  readonly change?: Change;
  /** Of the backups prepared. */
  readonly error?: number;
}

export function answering(start: Share): (request: Request) => Reply {
  const lines = new LatticeLines(new HistogramIndex(start.states, start.size), start.pairs);
  const memory = new KernelMemory();
  let sweeper: Sweeper | undefined;
  return (request) => {
    if ("prepare" in request) {
      const { prepare, backup } = request;
      sweeper = new Sweeper(lines, prepare, backup, start.globalStates, memory);
      return { error: sweeper.error };
    }
    if (!sweeper) throw new Error("a thread was asked to sweep before it was prepared");
    if ("greedy" in request) {
      sweeper.greedy(start.values, start.policy, request.tie);
      return {};
    }
    return { change: sweeper.sweep(start.values, start.next, request.onlyAction) };
  };
}
