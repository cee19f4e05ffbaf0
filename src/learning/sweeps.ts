/** Sweeps over all s_g, in this thread or shared among others: the results are the same. */
import type { Backup } from "./backup";
import { KernelMemory } from "./kernel_memory";
import { LatticeLines, sharedFloats } from "./lattice_lines";
import { type BackupChoice, type Surrogate, Sweeper } from "./sweeper";
import type { Change } from "./value_iteration";

export interface Sweeps {
  /** The values to sweep, [H][sG]: the s_g of one histogram lie side by side. */
  readonly values: Float64Array;
  /** max_a Q of `values` after a sweep. */
  readonly next: Float64Array;
  /** Takes up another surrogate; returns the error of its backups (Backup.error). */
  prepare(surrogate: Surrogate, backup: BackupChoice): Promise<Backup["error"]>;
  sweep(onlyAction?: number): Promise<Change>;
  /** The lowest actions whose Q is within `tie` of the best, [sG][H]. */
  greedy(tie: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export class OwnSweeps implements Sweeps {
  readonly values: Float64Array;
  readonly next: Float64Array;
  private readonly memory = new KernelMemory();
  private sweeper?: Sweeper;

  constructor(
    private readonly lines: LatticeLines,
    private readonly width: number,
  ) {
    this.values = sharedFloats(lines.index.count * width);
    this.next = sharedFloats(lines.index.count * width);
  }

  async prepare(surrogate: Surrogate, backup: BackupChoice): Promise<number> {
    const all = [...Array(this.width).keys()];
    this.sweeper = new Sweeper(this.lines, surrogate, backup, all, this.memory);
    return this.sweeper.error;
  }

  async sweep(onlyAction?: number): Promise<Change> {
    return this.sweeper!.sweep(this.values, this.next, onlyAction);
  }

  async greedy(tie: number): Promise<Uint8Array> {
    const policy = new Uint8Array(this.values.length);
    this.sweeper!.greedy(this.values, policy, tie);
    return policy;
  }

  async close(): Promise<void> {}
}
