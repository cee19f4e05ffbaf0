/** What is said again and again is logged ever more seldom. Pure; times are ms of the steady clock. */

/** Until something else is logged, and the first wait until the same is, ms. */
const SHORTEST_MS = 1000;
const LONGER = 4;

/** To tell whether two sentences say the same of other numbers. */
export const withoutNumbers = (text: string): string => text.replace(/\d+(\.\d+)?/g, "#");

export class Seldom {
  private kind = "";
  private waitMs = SHORTEST_MS;
  private loggedMs = -Infinity;

  /** Whether it is to be logged now; then it is taken as logged. */
  isDue(text: string, nowMs: number): boolean {
    const kind = withoutNumbers(text);
    if (kind !== this.kind) [this.kind, this.waitMs] = [kind, SHORTEST_MS];
    if (nowMs - this.loggedMs < this.waitMs) return false;
    this.loggedMs = nowMs;
    this.waitMs *= LONGER;
    return true;
  }
}
