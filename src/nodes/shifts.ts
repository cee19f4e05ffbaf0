/**
 * When a shift begins, at which what is remembered of the swarm no longer holds. The world says so.
 * Where there is none that does (real robots), shifts are counted from epoch 0.
 */
import { nanoseconds, type Population } from "../ros/messages";

export class Shifts {
  private told: { readonly begin: bigint; readonly next: bigint } | undefined;
  /** Whether the world waits for a command to begin its first shift. */
  private isAwaited = false;
  /** The shift of the newest epoch: its start in ns, or its number where no world is. */
  private current: bigint | undefined;

  /** @param horizon epochs of a shift; undefined: they never end */
  constructor(private readonly horizon: number | undefined) {}

  hear({ shift, next_shift }: Pick<Population, "shift" | "next_shift">): void {
    const told = { begin: nanoseconds(shift), next: nanoseconds(next_shift) };
    if (told.begin === 0n && this.told?.begin !== 0n) this.isAwaited = true;
    this.told = told;
  }

  /** Whether a shift begins with this epoch, or has since the last one. @param time of its start, ns */
  begins(epoch: number, time: bigint): boolean {
    const shift = this.shiftOf(epoch, time);
    const isNew = shift !== this.current;
    this.current = shift;
    return isNew;
  }

  private shiftOf(epoch: number, time: bigint): bigint | undefined {
    if (this.told === undefined) return BigInt(Math.floor(epoch / (this.horizon ?? Infinity)));
    const { begin, next } = this.told;
    if (begin === 0n) {
      // A world whose time went back is another one.
      const isOther = this.current === undefined || time < this.current;
      const begun = this.isAwaited || isOther ? time : this.current;
      this.isAwaited = false;
      return begun;
    }
    return [next, begin].find((start) => start !== 0n && start <= time) ?? this.current;
  }
}
