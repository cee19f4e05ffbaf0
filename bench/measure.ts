/** How figures are printed. */
export interface Timing {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spread(values: readonly number[]): Timing {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1)! };
}

/** "1.23 ms (1.20 to 1.31)" */
export function told({ median, least, most }: Timing, unit: string): string {
  const text = (value: number): string => value.toPrecision(3);
  return `${text(median)} ${unit} (${text(least)} to ${text(most)})`;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
