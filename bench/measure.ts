/** Times of a piece of work, told as its median and its spread. */

export interface Timing {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** `runs` timed runs after one that is not, ms; each may do the work `repeats` times. */
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

/** As "1.23 (1.20 to 1.31)". */
export function told({ median, least, most }: Timing, unit: string): string {
  const text = (value: number): string => value.toPrecision(3);
  return `${text(median)} ${unit} (${text(least)} to ${text(most)})`;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
