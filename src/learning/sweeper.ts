/** Value iteration's sweep for some of the s_g: each is independent of the others. */
import type { BackupKind } from "../game/policy_metadata";
import { type Game, meanLocalReward, sizesOf } from "../game/model";
import { HistogramIndex } from "../game/histogram";
import type { Backup } from "./backup";
import { ExactBackup } from "./exact_backup";
import { LatticeLines, sharedFloats } from "./lattice_lines";
import { SampledBackup } from "./sampled_backup";

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

/** How expectations are computed. */
export interface BackupChoice {
  readonly kind: BackupKind;
  /** Of the sampled operator. */
  readonly draws: number;
  readonly seed: number;
}

/** Least and greatest change of a value in a sweep. */
export interface Change {
  readonly least: number;
  readonly greatest: number;
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
  private readonly expected: Float64Array;
  private readonly width: number;
  private readonly count: number;
  /** Q(s_g, h, ·) of the state at hand. */
  private readonly q: Float64Array;

  /** @param globalStates those s_g that this sweeper is for */
  constructor(
    lines: LatticeLines,
    private readonly surrogate: Surrogate,
    { kind, draws, seed }: BackupChoice,
    private readonly globalStates: readonly number[],
  ) {
    this.width = surrogate.kernels.length;
    this.count = lines.index.count;
    const kernels = globalStates.map((g) => surrogate.kernels[g]);
    this.backup =
      kind === "exact"
        ? new ExactBackup(lines, kernels, this.width)
        : new SampledBackup(lines.index, kernels, draws, this.width, seed, globalStates);
    this.expected = new Float64Array(this.count * this.width);
    this.q = new Float64Array(surrogate.actions);
  }

  /** Of the backups, as their check found it. */
  get error(): number {
    return this.backup.error;
  }

  /** next = max_a Q of `values`, both [H][sG]. */
  sweep(values: Float64Array, next: Float64Array, onlyAction?: number): Change {
    let least = Infinity;
    let greatest = -Infinity;
    const { expected, width, count } = this;
    const { sampleReward } = this.surrogate;
    for (const [at, g] of this.globalStates.entries()) {
      this.backup.apply(at, values, expected);
      const rows = this.rowsOf(g, onlyAction);
      const sample = sampleReward.subarray(g * count, (g + 1) * count);
      bestActions(rows, expected, width, sample, next, g);
      for (let i = g; i < next.length; i += width) {
        const change = next[i] - values[i];
        if (change < least) least = change;
        if (change > greatest) greatest = change;
      }
    }
    return { least, greatest };
  }

  /** policy = the lowest action whose Q is within `tie` of the best, [sG][H]. */
  greedy(values: Float64Array, policy: Uint8Array, tie: number): void {
    const { expected, width, q } = this;
    for (const [at, g] of this.globalStates.entries()) {
      this.backup.apply(at, values, expected);
      const { rewards, futures } = this.rowsOf(g);
      for (let h = 0; h < this.count; h++) {
        for (let a = 0; a < q.length; a++) {
          q[a] = rewards[a] + product(futures, a * width, expected, h * width, width);
        }
        policy[g * this.count + h] = lowestBest(q, tie);
      }
    }
  }

  /** Of all actions in s_g, or of one. */
  private rowsOf(g: number, onlyAction?: number): ActionRows {
    const { width } = this;
    const { actions, discount, globalReward, globalTransition } = this.surrogate;
    const first = g * actions + (onlyAction ?? 0);
    const last = onlyAction === undefined ? first + actions : first + 1;
    return {
      rewards: globalReward.subarray(first, last),
      futures: globalTransition.subarray(first * width, last * width).map((p) => discount * p),
    };
  }
}

/** r_g(s_g, ·) [aG] and γ P_g(· | s_g, ·) [aG][sG']. */
interface ActionRows {
  readonly rewards: Float64Array;
  readonly futures: Float64Array;
}

/**
 * next[h][g] = max_a Q, for all h: four actions at once stay in registers.
 * @param expected E[V(s_g', h')], [H][width]
 * @param sample mean r_l, [H]
 */
function bestActions(
  { rewards, futures }: ActionRows,
  expected: Float64Array,
  width: number,
  sample: Float64Array,
  next: Float64Array,
  g: number,
): void {
  const actions = rewards.length;
  for (let h = 0, here = 0; h < sample.length; h++, here += width) {
    let best = -Infinity;
    let a = 0;
    for (; a + 4 <= actions; a += 4) {
      const row = a * width;
      let [q0, q1, q2, q3] = [rewards[a], rewards[a + 1], rewards[a + 2], rewards[a + 3]];
      for (let i = 0; i < width; i++) {
        const value = expected[here + i];
        q0 += futures[row + i] * value;
        q1 += futures[row + width + i] * value;
        q2 += futures[row + 2 * width + i] * value;
        q3 += futures[row + 3 * width + i] * value;
      }
      const most = Math.max(Math.max(q0, q1), Math.max(q2, q3));
      if (most > best) best = most;
    }
    for (; a < actions; a++) {
      const q = rewards[a] + product(futures, a * width, expected, here, width);
      if (q > best) best = q;
    }
    next[here + g] = best + sample[h];
  }
}

/** Σ_i a[from + i] b[at + i], `length` terms. */
function product(
  a: Float64Array,
  from: number,
  b: Float64Array,
  at: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[from + i] * b[at + i];
  return sum;
}

/** The lowest index whose value is within `tie` of the best: the same on every machine. */
export function lowestBest(values: ArrayLike<number>, tie: number): number {
  let best = -Infinity;
  for (let a = 0; a < values.length; a++) best = Math.max(best, values[a]);
  let a = 0;
  while (values[a] < best - tie) a++;
  return a;
}
