/** Value iteration's sweeps for some of the s_g, in one thread: each is independent of the others. */
import type { BackupKind } from "../game/policy_metadata";
import { type Game, localKernel, meanLocalReward, sizesOf } from "../game/model";
import { HistogramIndex } from "../game/histogram";
import { lowestBest } from "../policy/lookahead";
import { ExactBackup } from "./exact_backup";
import { KernelMemory } from "../base/kernel_memory";
import { type PairLines, sharedFloats } from "./lattice_lines";
import { SampledBackup } from "./sampled_backup";
import type { Change } from "./value_iteration";

/** What a thread is started with. */
export interface Share {
  readonly game: Game;
  readonly tableSize: number;
  readonly pairs: readonly PairLines[];
  /** Those s_g that are swept. */
  readonly globalStates: readonly number[];
  /** V, what it is after a sweep, [H][sG]; and the greedy policy, [sG][H]. Shared memory. */
  readonly values: Float64Array;
  readonly next: Float64Array;
  readonly policy: Uint8Array;
}

/** What the surrogate is by π_l and by the commands that are allowed. */
export interface Surrogate {
  readonly actions: readonly number[];
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
  actions: readonly number[] = [...game.globalActions.keys()],
): Surrogate {
  const kernels = game.globalStates.map((_, g) => localKernel(game, localPolicy, g));
  const sampleReward = sharedFloats(kernels.length * index.count);
  for (const g of kernels.keys()) {
    const mean = meanLocalReward(game, localPolicy, g);
    index.forEach((counts, h) => {
      let sum = 0;
      for (let s = 0; s < counts.length; s++) sum += counts[s] * mean[s];
      sampleReward[g * index.count + h] = sum / index.size;
    });
  }
  return { actions, sampleReward, kernels };
}

/** What the sweeps of one surrogate use; arrays that were in the memory before are freed. */
function preparedIn(
  memory: KernelMemory,
  index: HistogramIndex,
  { game, globalStates, pairs }: Share,
  surrogate: Surrogate,
  { kind, draws, seed }: BackupChoice,
) {
  memory.release();
  const { count } = index;
  const width = surrogate.kernels.length;
  const kernels = globalStates.map((g) => surrogate.kernels[g]);
  return {
    ...surrogate,
    backup:
      kind === "exact"
        ? new ExactBackup(memory, index, pairs, kernels, width)
        : new SampledBackup(memory, index, kernels, draws, width, seed, globalStates),
    rows: globalStates.map((g) => rowsOf(memory, game, g, surrogate.actions)),
    // V and E[V], [H][sG].
    ...{ values: memory.floats(count * width), expected: memory.floats(count * width) },
    // max_a Q of one s_g, and its mean r_l, [H].
    ...{ best: memory.floats(count), sample: memory.floats(count) },
    // Least and greatest change of a sweep.
    changes: memory.floats(2),
  };
}

/**
 * r_g(s_g, ·) and γ P_g(· | s_g, ·), [sG'][aG]: an odd number of actions is filled up by one that earns
 * -Infinity.
 */
function rowsOf(memory: KernelMemory, game: Game, g: number, actions: readonly number[]) {
  const { sG, aG } = sizesOf(game);
  const even = 2 * Math.ceil(actions.length / 2);
  const rewards = memory.floats(even).fill(-Infinity);
  const futures = memory.floats(even * sG).fill(0);
  actions.forEach((action, a) => {
    const row = g * aG + action;
    rewards[a] = game.globalReward[row];
    for (let i = 0; i < sG; i++) {
      futures[i * even + a] = game.discount * game.globalTransition[row * sG + i];
    }
  });
  return { rewards, futures };
}

export class Sweeper {
  private readonly memory = new KernelMemory();
  private readonly index: HistogramIndex;
  private prepared?: ReturnType<typeof preparedIn>;

  constructor(private readonly share: Share) {
    this.index = new HistogramIndex(share.game.localStates.length, share.tableSize);
  }

  /** Takes up another surrogate; returns the largest error that its backups' check found. */
  prepare(surrogate: Surrogate, choice: BackupChoice): number {
    this.prepared = preparedIn(this.memory, this.index, this.share, surrogate, choice);
    return this.prepared.backup.error;
  }

  /** next = max_a Q of `values`. */
  sweep(): Change {
    const { values, expected, best, sample, changes, rows, backup, sampleReward } = this.ready;
    const { globalStates, next } = this.share;
    const { count } = this.index;
    const width = next.length / count;
    values.set(this.share.values);
    changes.set([Infinity, -Infinity]);
    for (const [at, g] of globalStates.entries()) {
      backup.apply(at, values, expected);
      sample.set(sampleReward.subarray(g * count, (g + 1) * count));
      const { rewards, futures } = rows[at];
      this.memory.kernels.bestActions(
        rewards.byteOffset,
        futures.byteOffset,
        rewards.length,
        expected.byteOffset,
        width,
        sample.byteOffset,
        best.byteOffset,
        count,
        values.byteOffset + g * values.BYTES_PER_ELEMENT,
        changes.byteOffset,
      );
      for (let h = 0, i = g; h < count; h++, i += width) next[i] = best[h];
    }
    return { least: changes[0], greatest: changes[1] };
  }

  /** policy = the lowest action whose Q of `values` is within `tie` of the best. */
  greedy(tie: number): void {
    const { actions, values, expected, rows, backup } = this.ready;
    const { globalStates, policy } = this.share;
    const { count } = this.index;
    const width = policy.length / count;
    const q = new Float64Array(actions.length);
    values.set(this.share.values);
    for (const [at, g] of globalStates.entries()) {
      backup.apply(at, values, expected);
      const { rewards, futures } = rows[at];
      const across = rewards.length;
      for (let h = 0; h < count; h++) {
        for (let a = 0; a < q.length; a++) {
          q[a] = rewards[a];
          for (let i = 0; i < width; i++) q[a] += futures[i * across + a] * expected[h * width + i];
        }
        policy[g * count + h] = actions[lowestBest(q, tie)];
      }
    }
  }

  private get ready() {
    if (this.prepared) return this.prepared;
    throw new Error("a thread was asked to sweep before it was prepared");
  }
}
