/** Whether messages come too seldom. Pure; times are ms of the steady clock. */

/** So many of the newest gaps between two messages are looked at. */
const KEPT = 10;
/** One long gap is an interruption; so many are a pace. */
const LONG_GAPS = 2;

export class Pace {
  private readonly gaps: number[] = [];
  /** Of the newest. */
  heardMs = -Infinity;

  /** @param longestMs between two messages */
  constructor(private readonly longestMs: number) {}

  hear(nowMs: number): void {
    if (this.heardMs > -Infinity) this.gaps.push(nowMs - this.heardMs);
    if (this.gaps.length > KEPT) this.gaps.shift();
    this.heardMs = nowMs;
  }

  /** How often they come and must come; undefined: often enough, or no more at all. */
  problem(nowMs: number): string | undefined {
    const { gaps, longestMs, heardMs } = this;
    const most = Math.max(...gaps);
    const isSlow = gaps.filter((gap) => gap > longestMs).length >= LONG_GAPS;
    if (!isSlow || nowMs - heardMs > 2 * most) return undefined;
    const rate = (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap);
    return `comes ${rate.toFixed(1)} times a second, up to ${(most / 1000).toFixed(2)} s apart; at most ${longestMs / 1000} s apart is needed (cmd_vel_timeout)`;
  }
}
