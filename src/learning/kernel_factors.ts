/**
 * A local kernel M as a product of elementary maps "a robot in i counts as a·i + c·j" and of
 * permutations, so that E[V(h')] over independent moves can be computed line by line
 * (exact_backup.ts). P M Q = L U by Gaussian elimination.
 */

/** A robot in `from` counts as `keep` robots in `from` and `move` robots in `to`. */
export interface ElementaryMap {
  readonly from: number;
  readonly to: number;
  readonly keep: number;
  readonly move: number;
}

export interface KernelFactors {
  /** In the order in which they are applied to a function of the histogram. */
  readonly maps: readonly ElementaryMap[];
  /** rows[i]: the row of M that is row i of P M; the last step relabels h_i <- h[rows[i]]. */
  readonly rows: readonly number[];
  /** columns[j]: the column of M that is column j of P M Q; the first step relabels. */
  readonly columns: readonly number[];
  /** max_i (|L| |U| 1)_i: rounding errors grow at most like its k-th power; 1 is the best. */
  readonly growth: number;
}

type Pivoting = "none" | "rows" | "complete";

/** The factorisation, among three ways of pivoting, whose rounding errors grow least. */
export function factorKernel(kernel: Float64Array, states: number): KernelFactors {
  let best: KernelFactors | undefined;
  for (const pivoting of ["none", "rows", "complete"] as const) {
    const factors = factorise(kernel, states, pivoting);
    // Equal within rounding: the first, which permutes least.
    if (!best || factors.growth < best.growth * (1 - 1e-9)) best = factors;
  }
  return best!;
}

function factorise(kernel: Float64Array, n: number, pivoting: Pivoting): KernelFactors {
  const work = Array.from({ length: n }, (_, i) => Array.from(kernel.subarray(i * n, i * n + n)));
  const rows = [...work.keys()];
  const columns = [...work.keys()];
  for (let step = 0; step < n; step++) {
    const [row, column] = pivotOf(work, step, pivoting);
    swap(work, step, row);
    swap(rows, step, row);
    swap(columns, step, column);
    for (const line of work) swap(line, step, column);
    const pivot = work[step][step];
    for (let i = step + 1; i < n; i++) {
      // A column of zeros has nothing to eliminate; a tiny pivot shows in the growth.
      const factor = work[i][step] === 0 ? 0 : work[i][step] / pivot;
      work[i][step] = factor;
      for (let j = step + 1; j < n; j++) work[i][j] -= factor * work[step][j];
    }
  }
  const growth = growthOf(work);
  return { maps: mapsOf(work), rows, columns, growth: Number.isFinite(growth) ? growth : Infinity };
}

function pivotOf(work: readonly number[][], step: number, pivoting: Pivoting): [number, number] {
  if (pivoting === "none") return [step, step];
  const lastColumn = pivoting === "rows" ? step : work.length - 1;
  let best: [number, number] = [step, step];
  let most = Math.abs(work[step][step]);
  for (let i = step; i < work.length; i++) {
    for (let j = step; j <= lastColumn; j++) {
      if (Math.abs(work[i][j]) > most) {
        most = Math.abs(work[i][j]);
        best = [i, j];
      }
    }
  }
  return best;
}

function swap<T>(items: T[], i: number, j: number): void {
  [items[i], items[j]] = [items[j], items[i]];
}

/** max_i (|L| |U| 1)_i of the packed factors (L below the diagonal, its ones not stored). */
function growthOf(packed: readonly number[][]): number {
  const upper = packed.map((line, i) =>
    line.slice(i).reduce((sum, value) => sum + Math.abs(value), 0),
  );
  const lower = packed.map((line, i) =>
    line.slice(0, i).reduce((sum, value, j) => sum + Math.abs(value) * upper[j], upper[i]),
  );
  return Math.max(...lower);
}

/**
 * With T_{AB} = T_A T_B: U is applied first, its rows from the first to the last; in a row the map
 * that scales the diagonal comes first, so that nothing is divided by it. Then L, its rows from the
 * last to the first.
 */
function mapsOf(packed: readonly number[][]): ElementaryMap[] {
  const n = packed.length;
  const maps: ElementaryMap[] = [];
  const add = (from: number, to: number, keep: number, move: number): void => {
    if (keep !== 1 || move !== 0) maps.push({ from, to, keep, move });
  };
  for (let i = 0; i < n; i++) {
    const partner = i + 1 < n ? i + 1 : 0;
    if (n > 1) add(i, partner, packed[i][i], i + 1 < n ? packed[i][partner] : 0);
    for (let j = i + 2; j < n; j++) add(i, j, 1, packed[i][j]);
  }
  for (let i = n - 1; i > 0; i--) {
    for (let j = 0; j < i; j++) add(i, j, 1, packed[i][j]);
  }
  return maps;
}
