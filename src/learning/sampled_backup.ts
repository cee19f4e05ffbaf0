/**
 * The paper's sampled operator T_{k,m}: the expectation over h' is the mean of m independent draws.
 * Structured: h' does not depend on a_g, so one set of draws serves all actions, and s_g' stays
 * exact. The draws are made once and kept, so that value iteration has a fixed point.
 */
import { drawIndex } from "../game/draws";
import { HistogramIndex } from "../game/histogram";
import { KeyedStream } from "../game/keyed_stream";
import { type Backup, backupErrorOf } from "./backup";

export class SampledBackup implements Backup {
  readonly kind = "sampled";
  readonly error: number;
  /** Histograms drawn, [sG][H][m], as indices. */
  private readonly drawn: readonly Int32Array[];

  /** @param globalStates the s_g of each kernel, by which its draws are keyed */
  constructor(
    private readonly index: HistogramIndex,
    kernels: readonly Float64Array[],
    private readonly draws: number,
    private readonly width: number,
    seed: number,
    globalStates: readonly number[] = [...kernels.keys()],
  ) {
    const stream = new KeyedStream(seed);
    this.drawn = kernels.map((kernel, s) => this.drawAll(kernel, globalStates[s], stream));
    this.error = kernels.reduce(
      (worst, kernel, s) =>
        Math.max(
          worst,
          backupErrorOf(index, kernel, (values, out, w) => this.run(s, values, out, w)),
        ),
      0,
    );
  }

  apply(globalState: number, values: Float64Array, out: Float64Array): void {
    this.run(globalState, values, out, this.width);
  }

  private run(globalState: number, values: Float64Array, out: Float64Array, width: number): void {
    const drawn = this.drawn[globalState];
    const { count } = this.index;
    for (let h = 0; h < count; h++) {
      let g = 0;
      for (; g + 4 <= width; g += 4) this.averageFour(drawn, h, values, out, width, g);
      for (; g < width; g++) this.averageOne(drawn, h, values, out, width, g);
    }
  }

  private averageOne(
    drawn: Int32Array,
    h: number,
    values: Float64Array,
    out: Float64Array,
    width: number,
    g: number,
  ): void {
    const { draws } = this;
    let sum = 0;
    const end = (h + 1) * draws;
    for (let i = h * draws; i < end; i++) sum += values[drawn[i] * width + g];
    out[h * width + g] = sum / draws;
  }

  /** Columns g to g + 3: the sums stay in registers. */
  private averageFour(
    drawn: Int32Array,
    h: number,
    values: Float64Array,
    out: Float64Array,
    width: number,
    g: number,
  ): void {
    const { draws } = this;
    let [a, b, c, d] = [0, 0, 0, 0];
    const end = (h + 1) * draws;
    for (let i = h * draws; i < end; i++) {
      const source = drawn[i] * width + g;
      a += values[source];
      b += values[source + 1];
      c += values[source + 2];
      d += values[source + 3];
    }
    const target = h * width + g;
    out[target] = a / draws;
    out[target + 1] = b / draws;
    out[target + 2] = c / draws;
    out[target + 3] = d / draws;
  }

  private drawAll(kernel: Float64Array, globalState: number, stream: KeyedStream): Int32Array {
    const { states, count } = this.index;
    const drawn = new Int32Array(count * this.draws);
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
