/** Value iteration's sweeps for some of the s_g, in one thread: each is independent of the others. */
import type { BackupKind } from "../game/policy_metadata";
import { inner, kernelOf, limitOf } from "../game/limit";
import { type Game, sizesOf } from "../game/model";
import { HistogramIndex } from "../game/histogram";
import { lowestBest } from "../policy/lookahead";
import { ExactBackup } from "./exact_backup";
import { KernelMemory } from "../base/kernel_memory";
import { type PairLines, pairsOf, sharedFloats } from "./lattice_lines";
import { SampledBackup } from "./sampled_backup";
import type { Change } from "./value_iteration";

/** What a thread is started with. */
export interface Share {
  readonly game: Game;
  readonly tableSize: number;
  /** Those s_g that are swept. */
  readonly globalStates: readonly number[];
  /** V, what it is after a sweep, [H][sG]; and the greedy policy, [sG][H]. Shared memory. */
  readonly values: Float64Array;
  readonly next: Float64Array;
  readonly policy: Uint8Array;
}

/** The robots under some of the commands in one s_g. */
export interface SurrogateMove {
  readonly globalState: number;
  readonly actions: readonly number[];
  /** M, [sL][sL']. */
  readonly kernel: Float64Array;
  /** Σ_s (h_s/k) r̄_l(s), [H]; shared memory. */
  readonly sampleReward: Float64Array;
}

/** By s_g: one for all commands that are allowed, or one for each where robots use the command. */
export type Surrogate = readonly (readonly SurrogateMove[])[];

export interface BackupChoice {
  readonly kind: BackupKind;
  readonly draws: number;
  readonly seed: number;
}

/**
 * @param localPolicy π_l, in either form
 * @param actions allowed; default: all
 */
export function surrogateOf(
  game: Game,
  index: HistogramIndex,
  localPolicy: ArrayLike<number>,
  actions: readonly number[] = [...game.globalActions.keys()],
): Surrogate {
  const limit = limitOf(game, localPolicy);
  return limit.moves.map((moves) =>
    moves.flatMap((move) => {
      const own = actions.filter((action) => action >= move.from && action < move.end);
      if (own.length === 0) return [];
      const sampleReward = sharedFloats(index.count);
      index.forEach((counts, h) => (sampleReward[h] = inner(move.reward, counts) / index.size));
      const { globalState } = move;
      return [{ globalState, actions: own, kernel: kernelOf(limit, move), sampleReward }];
    }),
  );
}

/** What the sweeps of one surrogate use. */
function preparedIn(
  memory: KernelMemory,
  index: HistogramIndex,
  pairs: readonly PairLines[],
  { game, globalStates }: Share,
  surrogate: Surrogate,
  { kind, draws, seed }: BackupChoice,
) {
  const { count } = index;
  const width = surrogate.length;
  const moves = globalStates.flatMap((g) => surrogate[g]);
  const kernels = moves.map(({ kernel }) => kernel);
  // Draws of one s_g are the same for all commands: what differs is not chance.
  const keys = moves.map(({ globalState }) => globalState);
  const rows = moves.map((move, at) => ({
    ...{ ...move, ...rowsOf(memory, game, move), at },
    ...{ isFirst: keys[at - 1] !== keys[at], isLast: keys[at + 1] !== keys[at] },
  }));
  return {
    moves: rows,
    backup:
      kind === "exact"
        ? new ExactBackup(memory, index, pairs, kernels, width)
        : new SampledBackup(memory, index, kernels, draws, width, seed, keys),
    // V and E[V], [H][sG].
    ...{ values: memory.floats(count * width), expected: memory.floats(count * width) },
    // max_a Q of one s_g, and the mean r_l of a move, [H].
    ...{ best: memory.floats(count), sample: memory.floats(count) },
  };
}

/**
 * r_g(s_g, ·) and γ P_g(· | s_g, ·), [sG'][aG]: an odd number of actions is filled up by one that earns
 * -Infinity.
 */
function rowsOf(memory: KernelMemory, game: Game, { globalState, actions }: SurrogateMove) {
  const { sG, aG } = sizesOf(game);
  const even = 2 * Math.ceil(actions.length / 2);
  const rewards = memory.floats(even).fill(-Infinity);
  const futures = memory.floats(even * sG).fill(0);
  actions.forEach((action, a) => {
    const row = globalState * aG + action;
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
  private readonly pairs: readonly PairLines[];
  /** Where arrays of surrogates begin. */
  private readonly free: number;
  private prepared?: ReturnType<typeof preparedIn>;

  constructor(private readonly share: Share) {
    this.index = new HistogramIndex(share.game.localStates.length, share.tableSize);
    this.pairs = pairsOf(this.index, this.memory);
    this.free = this.memory.used;
  }

  /** Takes up another surrogate; returns the largest error that its backups' check found. */
  prepare(surrogate: Surrogate, choice: BackupChoice): number {
    const { memory, index, pairs, share } = this;
    memory.release(this.free);
    this.prepared = preparedIn(memory, index, pairs, share, surrogate, choice);
    return this.prepared.backup.error;
  }

  /** next = max_a Q of `values`. */
  sweep(): Change {
    const { values, expected, best, sample, moves, backup } = this.ready;
    const { next } = this.share;
    const { count } = this.index;
    const width = next.length / count;
    values.set(this.share.values);
    let [least, greatest] = [Infinity, -Infinity];
    for (const { globalState, sampleReward, rewards, futures, at, isFirst, isLast } of moves) {
      backup.apply(at, values, expected);
      sample.set(sampleReward);
      if (isFirst) best.fill(-Infinity);
      this.memory.kernels.bestActions(
        rewards.byteOffset,
        futures.byteOffset,
        rewards.length,
        expected.byteOffset,
        width,
        sample.byteOffset,
        best.byteOffset,
        count,
      );
      if (!isLast) continue;
      for (let h = 0, i = globalState; h < count; h++, i += width) {
        next[i] = best[h];
        least = Math.min(least, best[h] - values[i]);
        greatest = Math.max(greatest, best[h] - values[i]);
      }
    }
    return { least, greatest };
  }

  /** policy = the lowest action whose Q of `values` is within `tie` of the best. */
  greedy(tie: number): void {
    const { values, expected, moves, backup } = this.ready;
    const { game, policy } = this.share;
    const { count } = this.index;
    const width = policy.length / count;
    const { aG } = sizesOf(game);
    const all = new Float64Array(count * aG);
    values.set(this.share.values);
    for (const { globalState, actions, sampleReward, rewards, futures, at, ...move } of moves) {
      backup.apply(at, values, expected);
      if (move.isFirst) all.fill(-Infinity);
      for (let h = 0; h < count; h++) {
        for (let a = 0; a < actions.length; a++) {
          let q = rewards[a] + sampleReward[h];
          for (let i = 0; i < width; i++)
            q += futures[i * rewards.length + a] * expected[h * width + i];
          all[h * aG + actions[a]] = q;
        }
      }
      if (!move.isLast) continue;
      for (let h = 0; h < count; h++)
        policy[globalState * count + h] = lowestBest(all.subarray(h * aG, (h + 1) * aG), tie);
    }
  }

  private get ready() {
    if (this.prepared) return this.prepared;
    throw new Error("a thread was asked to sweep before it was prepared");
  }
}
