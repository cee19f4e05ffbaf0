/**
 * Anderson's acceleration of value iteration (Anderson 1965; Walker and Ni 2011, type II): the next
 * values are the combination of the last few sweeps whose residual T V - V, extrapolated linearly,
 * is smallest. Constants are left out of the residual: MacQueen's bounds hold from any values.
 *
 * A step is taken back where the residual's span grows too much, or does not reach a new minimum
 * for too long. Plain sweeps follow, twice as many each time: plain value iteration converges.
 */
import type { Change } from "./value_iteration";

/** Steps that are combined with the last sweep. */
const STEPS_KEPT = 4;
/** Keeps the normal equations solvable where residuals are all but dependent. */
const RIDGE = 1e-10;

/** A step is taken back at this many times the least span, or after so many without a smaller. */
const MOST_GROWTH = 4;
const MOST_STALE_STEPS = 10;

interface Step {
  readonly residual: Float32Array;
  readonly values: Float32Array;
}

export class Acceleration {
  /** Differences of successive residuals and swept values; float32 is enough for directions. */
  private readonly steps: Step[] = [];
  private readonly residual: Float32Array;
  /** T V of the last sweep, shifted. */
  private readonly plain: Float64Array;
  private isFirst = true;
  private isMixed = false;
  /** Least span of T V - V so far, and the sweeps since. */
  private leastSpan = Infinity;
  private stale = 0;
  /** Plain sweeps before the next mixed step, and after the next step that is taken back. */
  private pause = 0;
  private patience = 1;

  constructor(
    length: number,
    private readonly discount: number,
  ) {
    this.residual = new Float32Array(length);
    this.plain = new Float64Array(length);
  }

  /**
   * Replaces `values` (V) by the next values to sweep; `next` is T V, `least` and `greatest` bound
   * T V - V.
   */
  advance(values: Float64Array, next: Float64Array, { least, greatest }: Change): void {
    const span = greatest - least;
    this.stale = span < this.leastSpan ? 0 : this.stale + 1;
    if (this.isMixed && !(span <= MOST_GROWTH * this.leastSpan && this.stale <= MOST_STALE_STEPS)) {
      values.set(this.plain);
      this.isMixed = false;
      this.stale = 0;
      this.pause = this.patience;
      this.patience *= 2;
      return;
    }
    this.leastSpan = Math.min(span, this.leastSpan);
    this.remember(values, next, (least + greatest) / 2);
    values.set(this.plain);
    this.pause -= 1;
    this.isMixed = this.steps.length > 0 && this.pause < 0;
    if (this.isMixed) this.mix(values);
  }

  /** Keeps this sweep's residual and values, and their differences from the last. */
  private remember(values: Float64Array, next: Float64Array, middle: number): void {
    const { residual, plain } = this;
    const shift = (this.discount / (1 - this.discount)) * middle;
    const step = this.isFirst ? undefined : this.unusedStep();
    for (let i = 0; i < next.length; i++) {
      const off = next[i] - values[i] - middle;
      const swept = next[i] + shift;
      if (step) {
        step.residual[i] = off - residual[i];
        step.values[i] = swept - plain[i];
      }
      residual[i] = off;
      plain[i] = swept;
    }
    if (step) this.steps.push(step);
    this.isFirst = false;
  }

  /** Arrays for a step: those of the oldest, once STEPS_KEPT are kept. */
  private unusedStep(): Step {
    if (this.steps.length === STEPS_KEPT) return this.steps.shift()!;
    const { length } = this.plain;
    return { residual: new Float32Array(length), values: new Float32Array(length) };
  }

  /** values -= Σ θ_i (step i's values), θ the least squares of residual - Σ θ_i (its residual). */
  private mix(values: Float64Array): void {
    const { steps, residual } = this;
    const equations = steps.map((one, i) => {
      const row = steps.map((other) => product(one.residual, other.residual));
      row[i] *= 1 + RIDGE;
      return [...row, product(one.residual, residual)];
    });
    const weights = solve(equations);
    // Not finite where the residual did not change: take a plain step.
    if (!weights.every(Number.isFinite)) return;
    steps.forEach((step, i) => {
      for (let x = 0; x < values.length; x++) values[x] -= weights[i] * step.values[x];
    });
  }
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Solves symmetric positive equations, one per row with its right side last, by elimination. */
function solve(equations: number[][]): number[] {
  const n = equations.length;
  for (let i = 0; i < n; i++) {
    for (let below = i + 1; below < n; below++) {
      const factor = equations[below][i] / equations[i][i];
      for (let j = i; j <= n; j++) equations[below][j] -= factor * equations[i][j];
    }
  }
  const solution = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let right = equations[i][n];
    for (let j = i + 1; j < n; j++) right -= equations[i][j] * solution[j];
    solution[i] = right / equations[i][i];
  }
  return solution;
}
