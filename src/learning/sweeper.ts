/** Value iteration's sweep for some of the s_g: each is independent of the others. */
import type { BackupKind } from "../game/policy_metadata";
import { type Game, meanLocalReward, sizesOf } from "../game/model";
import { HistogramIndex } from "../game/histogram";
import { lowestBest } from "../policy/lookahead";
import type { Backup } from "./backup";
import { ExactBackup } from "./exact_backup";
import { KernelMemory } from "../base/kernel_memory";
import { LatticeLines, sharedFloats } from "./lattice_lines";
import { SampledBackup } from "./sampled_backup";
import type { Change } from "./value_iteration";

/** The surrogate for one π_l, as it may be sent to another thread. */
export interface Surrogate {
  readonly discount: number;
  readonly actions: number;
  /** As in the game: [sG][aG] and [sG][aG][sG']. */
  readonly globalReward: Float64Array;
  readonly globalTransition: Float64Array;
  /** Σ_s (h_s/k) r̄_l(s, s_g), [sG][H]; shared memory. */
  readonly sampleReward: Float64Array;
  /** M_{s_g}, one [sL][sL'] for each s_g. */
  readonly kernels: readonly Float64Array[];
}

export interface BackupChoice {
  readonly kind: BackupKind;
  readonly draws: number;
  readonly seed: number;
}

export function surrogateOf(
  game: Game,
  index: HistogramIndex,
  localPolicy: ArrayLike<number>,
  kernels: readonly Float64Array[],
): Surrogate {
  const { sG, aG } = sizesOf(game);
  const { discount, globalReward, globalTransition } = game;
  const sampleReward = sharedFloats(sG * index.count);
  for (let g = 0; g < sG; g++) {
    const mean = meanLocalReward(game, localPolicy, g);
    index.forEach((counts, h) => {
      let sum = 0;
      for (let s = 0; s < counts.length; s++) sum += counts[s] * mean[s];
      sampleReward[g * index.count + h] = sum / index.size;
    });
  }
  return { discount, actions: aG, globalReward, globalTransition, sampleReward, kernels };
}

export class Sweeper {
  private readonly backup: Backup;
  /** V and E[V], [H][sG]. */
  private readonly values: Float64Array;
  private readonly expected: Float64Array;
  /** max_a Q of one s_g, and its mean r_l, [H]. */
  private readonly best: Float64Array;
  private readonly sample: Float64Array;
  /** Least and greatest change of a sweep. */
  private readonly changes: Float64Array;
  private readonly rows: readonly ActionRows[];
  private readonly width: number;
  private readonly count: number;
  /** Q(s_g, h, ·) of the state at hand. */
  private readonly q: Float64Array;

  /**
   * @param globalStates those s_g that this sweeper is for
   * @param memory of this thread; its earlier arrays are freed
   */
  constructor(
    lines: LatticeLines,
    private readonly surrogate: Surrogate,
    { kind, draws, seed }: BackupChoice,
    private readonly globalStates: readonly number[],
    private readonly memory = new KernelMemory(),
  ) {
    memory.release();
    this.width = surrogate.kernels.length;
    this.count = lines.index.count;
    const kernels = globalStates.map((g) => surrogate.kernels[g]);
    const { width, count } = this;
    this.backup =
      kind === "exact"
        ? new ExactBackup(memory, lines, kernels, width)
        : new SampledBackup(memory, lines.index, kernels, draws, width, seed, globalStates);
    this.values = memory.floats(count * width);
    this.expected = memory.floats(count * width);
    this.best = memory.floats(count);
    this.sample = memory.floats(count);
    this.changes = memory.floats(2);
    this.rows = globalStates.map((g) => this.rowsOf(g));
    this.q = new Float64Array(surrogate.actions);
  }

  /** Largest error that the backups' check found. */
  get error(): number {
    return this.backup.error;
  }

  /** next = max_a Q of `values`, both [H][sG]. */
  sweep(values: Float64Array, next: Float64Array, onlyAction?: number): Change {
    const { expected, width, count, best, sample, changes } = this;
    const { sampleReward } = this.surrogate;
    const { mark } = this.memory;
    this.values.set(values);
    changes.set([Infinity, -Infinity]);
    for (const [at, g] of this.globalStates.entries()) {
      this.backup.apply(at, this.values, expected);
      sample.set(sampleReward.subarray(g * count, (g + 1) * count));
      const { rewards, futures } =
        onlyAction === undefined ? this.rows[at] : this.rowsOf(g, onlyAction);
      this.memory.kernels.bestActions(
        rewards.byteOffset,
        futures.byteOffset,
        rewards.length,
        expected.byteOffset,
        width,
        sample.byteOffset,
        best.byteOffset,
        count,
        this.values.byteOffset + g * this.values.BYTES_PER_ELEMENT,
        changes.byteOffset,
      );
      for (let h = 0, i = g; h < count; h++, i += width) next[i] = best[h];
      this.memory.release(mark);
    }
    return { least: changes[0], greatest: changes[1] };
  }

  /** policy = the lowest action whose Q is within `tie` of the best, [sG][H]. */
  greedy(values: Float64Array, policy: Uint8Array, tie: number): void {
    const { expected, width, q } = this;
    this.values.set(values);
    for (const [at, g] of this.globalStates.entries()) {
      this.backup.apply(at, this.values, expected);
      const { rewards, futures } = this.rows[at];
      for (let h = 0; h < this.count; h++) {
        for (let a = 0; a < q.length; a++) {
          q[a] = rewards[a];
          const row = (a >> 1) * 2 * width + (a & 1);
          for (let i = 0; i < width; i++) q[a] += futures[row + 2 * i] * expected[h * width + i];
        }
        policy[g * this.count + h] = lowestBest(q, tie);
      }
    }
  }

  private rowsOf(g: number, onlyAction?: number): ActionRows {
    const { width } = this;
    const { actions, discount, globalReward, globalTransition } = this.surrogate;
    const allowed = onlyAction === undefined ? [...Array(actions).keys()] : [onlyAction];
    const even = 2 * Math.ceil(allowed.length / 2);
    const rewards = this.memory.floats(even).fill(-Infinity);
    const futures = this.memory.floats(even * width).fill(0);
    allowed.forEach((action, a) => {
      const row = g * actions + action;
      rewards[a] = globalReward[row];
      for (let i = 0; i < width; i++) {
        const at = (a >> 1) * 2 * width + 2 * i + (a & 1);
        futures[at] = discount * globalTransition[row * width + i];
      }
    });
    return { rewards, futures };
  }
}

/**
 * r_g(s_g, ·) and γ P_g(· | s_g, ·), two actions side by side, [aG / 2][sG'][2]: an odd number of
 * actions is filled up by one that earns -Infinity.
 */
interface ActionRows {
  readonly rewards: Float64Array;
  readonly futures: Float64Array;
}
