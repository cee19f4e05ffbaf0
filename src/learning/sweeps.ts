/**
 * Sweeps over all s_g, in this thread or by several, each with its share of the s_g. Then this one
 * only waits for messages, and the event loop runs on. Nothing is added up across threads: their
 * number does not change a bit of the result.
 */
import {
  compiledFile,
  servedHere,
  startThread,
  type StopSignal,
  type Thread,
} from "../base/platform";
import type { HistogramIndex } from "../game/histogram";
import type { Game } from "../game/model";
import { sharedFloats } from "./lattice_lines";
import { type BackupChoice, type Surrogate, Sweeper } from "./sweeper";
import type { Change } from "./value_iteration";

const PROGRAM = compiledFile("learning/sweep_worker.js");

export class Sweeps {
  /** The values to sweep, [H][sG]: the s_g of one histogram lie side by side. */
  readonly values: Float64Array;
  /** max_a Q of `values` after a sweep. */
  readonly next: Float64Array;
  private readonly policy: Uint8Array;
  private readonly threads: readonly Thread<Sweeper>[];

  /** @param threads 1: this thread; more than there are s_g are not used */
  constructor(game: Game, index: HistogramIndex, threads: number, signal?: StopSignal) {
    const width = game.globalStates.length;
    const cells = index.count * width;
    this.values = sharedFloats(cells);
    this.next = sharedFloats(cells);
    this.policy = new Uint8Array(new SharedArrayBuffer(cells));
    const { values, next, policy } = this;
    const all = { game, tableSize: index.size, values, next, policy };
    const used = Math.min(threads, width);
    this.threads = Array.from({ length: used }, (_, thread) => {
      const globalStates = [...Array(width).keys()].filter((g) => g % used === thread);
      const share = { ...all, globalStates };
      return used > 1 ? startThread(PROGRAM, share, signal) : servedHere(new Sweeper(share));
    });
  }

  /** Takes up another surrogate; returns the error of its backups (Backup.error). */
  async prepare(surrogate: Surrogate, backup: BackupChoice): Promise<number> {
    return Math.max(...(await this.all(({ call }) => call("prepare", surrogate, backup))));
  }

  async sweep(): Promise<Change> {
    const changes = await this.all(({ call }) => call("sweep"));
    return {
      least: Math.min(...changes.map(({ least }) => least)),
      greatest: Math.max(...changes.map(({ greatest }) => greatest)),
    };
  }

  /** The lowest actions whose Q is within `tie` of the best, [sG][H]. */
  async greedy(tie: number): Promise<Uint8Array> {
    await this.all(({ call }) => call("greedy", tie));
    return Uint8Array.from(this.policy);
  }

  async close(): Promise<void> {
    await this.all(({ end }) => end());
  }

  private all<T>(work: (thread: Thread<Sweeper>) => Promise<T>): Promise<T[]> {
    return Promise.all(this.threads.map(work));
  }
}
