/**
 * How many robots are asked where commands come late: half as many, and again more step by step
 * (additive increase, multiplicative decrease: Jacobson 1988; Chiu and Jain 1989). Pure.
 */

/**
 * So many of the robots asked may be late or silent by their own fault, and are replaced. Where more
 * answer late, the machine or the network is overloaded.
 */
export const fewOf = (asked: number): number => Math.max(2, Math.floor(asked / 10));

/** How long of an epoch its command is in time, ns. */
export const inTime = (length: bigint): bigint => length / 10n;

/** Of a command. excused: late for want of few robots or of the lead vehicle. */
export type Timing = "in time" | "late" | "excused";

export class Overload {
  private most = Infinity;
  private lateInARow = 0;

  /** @param sampleSize gives k */
  constructor(private readonly sampleSize: () => number) {}

  get size(): number {
    return Math.min(this.most, this.sampleSize());
  }

  /** Whether fewer than k are. */
  get isOn(): boolean {
    return this.size < this.sampleSize();
  }

  hear(timing: Timing): void {
    if (timing === "in time") {
      this.lateInARow = 0;
      const more = this.size + fewOf(this.sampleSize());
      this.most = more < this.sampleSize() ? more : Infinity;
    } else if (timing === "late" && (++this.lateInARow > 1 || this.isOn)) {
      this.most = Math.max(1, Math.floor(this.size / 2));
    }
  }
}
