/** What G-LEARN asks of a backup operator, and the check of one against known answers. */
import { HistogramIndex } from "../game/histogram";
import type { KernelMemory } from "../base/kernel_memory";

/** E[V(s_g', h')] over the independent moves of k robots, for all h and s_g' at once. */
export interface Backup {
  /** Largest error seen on functions with a known answer, relative to the function's bound. */
  readonly error: number;
  /**
   * out[h][g] = E[values[h'][g] | h, robots move by M_{globalState}], both [H][width]; by default
   * the width that the backup was made for.
   * `values` and `out` are different arrays of the backup's memory.
   */
  apply(globalState: number, values: Float64Array, out: Float64Array, width?: number): void;
}

/** ±1 patterns by which rough functions are tried beside the constant and the linear ones. */
const ROUGH_FUNCTIONS = 2;

export const checkedFunctions = (states: number): number => 1 + ROUGH_FUNCTIONS + states;

/**
 * Largest error of a backup on functions whose expectation is known. For V(h) = Π_s x_s^{h_s},
 * E[V(h')] = Π_s (M x)_s^{h_s}: x = 1 gives constants, x = ±1 the roughest functions; for
 * V(h) = h_s/k, E[V(h')] = Σ_i h_i M_is / k. All are bounded by 1.
 */
export const backupErrorOf = (
  backup: Pick<Backup, "apply">,
  memory: KernelMemory,
  index: HistogramIndex,
  kernels: readonly Float64Array[],
): number => Math.max(0, ...kernels.map((kernel, s) => errorOf(backup, memory, index, kernel, s)));

function errorOf(
  backup: Pick<Backup, "apply">,
  memory: KernelMemory,
  index: HistogramIndex,
  kernel: Float64Array,
  globalState: number,
): number {
  const { states, size, count } = index;
  const signs = Array.from({ length: 1 + ROUGH_FUNCTIONS }, (_, f) =>
    Float64Array.from({ length: states }, (_, s) => (f > 0 && (s + f) % (f + 1) === 0 ? -1 : 1)),
  );
  const moved = signs.map((x) =>
    x.map((_, s) => x.reduce((sum, value, t) => sum + kernel[s * states + t] * value, 0)),
  );
  const width = checkedFunctions(states);
  const { used } = memory;
  const values = memory.floats(count * width);
  const wanted = new Float64Array(count * width);
  const power = (x: Float64Array, counts: Int32Array): number =>
    x.reduce((product, value, s) => product * value ** counts[s], 1);
  index.forEach((counts, h) => {
    for (let f = 0; f < signs.length; f++) {
      values[h * width + f] = power(signs[f], counts);
      wanted[h * width + f] = power(moved[f], counts);
    }
    for (let s = 0; s < states; s++) {
      const at = h * width + signs.length + s;
      values[at] = counts[s] / size;
      for (let i = 0; i < states; i++) wanted[at] += (counts[i] * kernel[i * states + s]) / size;
    }
  });
  const out = memory.floats(count * width);
  backup.apply(globalState, values, out, width);
  memory.release(used);
  return out.reduce((most, value, i) => {
    const off = Math.abs(value - wanted[i]);
    return off <= most ? most : Number.isFinite(off) ? off : Infinity;
  }, 0);
}
