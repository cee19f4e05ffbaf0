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
    const { q, width } = this;
    for (const [at, g] of this.globalStates.entries()) {
      this.backup.apply(at, values, this.expected);
      for (let h = 0; h < this.count; h++) {
        this.fillQ(g, h);
        let best = q[onlyAction ?? 0];
        if (onlyAction === undefined) {
          for (let a = 1; a < q.length; a++) if (q[a] > best) best = q[a];
        }
        next[h * width + g] = best;
        const change = best - values[h * width + g];
        if (change < least) least = change;
        if (change > greatest) greatest = change;
      }
    }
    return { least, greatest };
  }

  /** policy = the lowest action whose Q is within `tie` of the best, [sG][H]. */
  greedy(values: Float64Array, policy: Uint8Array, tie: number): void {
    for (const [at, g] of this.globalStates.entries()) {
      this.backup.apply(at, values, this.expected);
      for (let h = 0; h < this.count; h++) {
        this.fillQ(g, h);
        policy[g * this.count + h] = lowestBest(this.q, tie);
      }
    }
  }

  private fillQ(g: number, h: number): void {
    const { q, width, expected } = this;
    const { discount, globalReward, globalTransition, sampleReward } = this.surrogate;
    const sample = sampleReward[g * this.count + h];
    for (let a = 0; a < q.length; a++) {
      const row = (g * q.length + a) * width;
      let future = 0;
      for (let to = 0; to < width; to++) {
        future += globalTransition[row + to] * expected[h * width + to];
      }
      q[a] = globalReward[g * q.length + a] + sample + discount * future;
    }
  }
}

/** The lowest index whose value is within `tie` of the best: the same on every machine. */
export function lowestBest(values: ArrayLike<number>, tie: number): number {
  let best = -Infinity;
  for (let a = 0; a < values.length; a++) best = Math.max(best, values[a]);
  let a = 0;
  while (values[a] < best - tie) a++;
  return a;
}
