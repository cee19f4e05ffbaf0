/** A strip of the policy's picture as ranges and in words. Pure. */

export interface Range {
  readonly action: number;
  /** Shares of all robots, 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** Merges neighbours with the same action; ranges meet midway between two shares. */
export function rangesOf(actions: readonly number[]): Range[] {
  const last = actions.length - 1;
  const edge = (index: number): number =>
    Math.min(1, Math.max(0, (index - 0.5) / Math.max(1, last)));
  const ranges: Range[] = [];
  actions.forEach((action, index) => {
    const to = index === last ? 1 : edge(index + 1);
    const before = ranges.at(-1);
    if (before?.action === action) ranges[ranges.length - 1] = { ...before, to };
    else ranges.push({ action, from: edge(index), to });
  });
  return ranges;
}

export function stripInWords(
  zone: string,
  ranges: readonly Range[],
  nameOf: (action: number) => string,
  believed: number,
): string {
  const parts = ranges.map(
    ({ action, from, to }) => `${percent(from)} to ${percent(to)}: ${nameOf(action)}`,
  );
  return `Share of all robots in ${zone}: ${parts.join("; ")}. Believed now: ${percent(believed)}.`;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
