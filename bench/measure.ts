/** Timing of a piece of work, and how figures are printed. */
import type { Estimate } from "../src/game/statistics";

export interface Timing {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Times `runs` runs after one warm-up, ms; each run does the work `repeats` times. */
export function timed(work: () => unknown, runs = 7, repeats = 1): Timing {
  work();
  return spread(
    Array.from({ length: runs }, () => {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) work();
      return (performance.now() - start) / repeats;
    }),
  );
}

export function spread(values: readonly number[]): Timing {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1)! };
}

/** "1.23 ms (1.20 to 1.31)"; `scale` turns the timing into the unit. */
export function told({ median, least, most }: Timing, unit: string, scale = 1): string {
  const text = (value: number): string => (value * scale).toPrecision(3);
  return `${text(median)} ${unit} (${text(least)} to ${text(most)})`;
}

/** "1.23 ± 0.04": mean and standard error. */
export function figure({ mean, standardError }: Estimate, digits = 2): string {
  return `${mean.toFixed(digits)} ± ${standardError.toFixed(digits)}`;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
