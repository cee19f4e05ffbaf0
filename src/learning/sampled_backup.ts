/**
 * The paper's sampled operator T_{k,m}: the expectation over h' is the mean of m independent draws.
 * Structured: h' does not depend on a_g, so one set of draws serves all actions, and s_g' stays
 * exact. The draws are made once and kept, so that value iteration has a fixed point.
 */
import { drawIndex } from "../game/draws";
import { HistogramIndex } from "../game/histogram";
import { KeyedStream } from "../game/keyed_stream";
import { type Backup, backupErrorOf } from "./backup";
import type { KernelMemory } from "../base/kernel_memory";

export class SampledBackup implements Backup {
  readonly error: number;
  /** Histograms drawn, [sG][H][m], as indices. */
  private readonly drawn: readonly Int32Array[];

  /** @param globalStates the s_g of each kernel, by which its draws are keyed */
  constructor(
    private readonly memory: KernelMemory,
    private readonly index: HistogramIndex,
    kernels: readonly Float64Array[],
    private readonly draws: number,
    private readonly width: number,
    seed: number,
    globalStates: readonly number[] = [...kernels.keys()],
  ) {
    const stream = new KeyedStream(seed);
    this.drawn = kernels.map((kernel, s) => this.drawAll(kernel, globalStates[s], stream));
    this.error = backupErrorOf(this, memory, index, kernels);
  }

  apply(globalState: number, values: Float64Array, out: Float64Array, width = this.width): void {
    this.memory.kernels.averageDraws(
      this.drawn[globalState].byteOffset,
      this.index.count,
      this.draws,
      values.byteOffset,
      width,
      out.byteOffset,
    );
  }

  private drawAll(kernel: Float64Array, globalState: number, stream: KeyedStream): Int32Array {
    const { states, count } = this.index;
    const drawn = this.memory.ints(count * this.draws);
    const next = new Int32Array(states);
    this.index.forEach((counts, h) => {
      stream.key(h, globalState, 0);
      for (let draw = 0; draw < this.draws; draw++) {
        next.fill(0);
        for (let s = 0; s < states; s++) {
          for (let robot = 0; robot < counts[s]; robot++) {
            next[drawIndex(stream.next(), kernel, s * states, states)] += 1;
          }
        }
        drawn[h * this.draws + draw] = this.index.indexOf(next);
      }
    });
    return drawn;
  }
}
