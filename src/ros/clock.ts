/** The ROS clock of a process: system time, or /clock where use_sim_time is set. */
import { nanoseconds, type Time, toTime } from "./messages";

/** Milliseconds of the steady clock: for watchdogs, deadlines and ages of arrival. */
export const steadyMs = (): number => performance.now();

/** A timer this late was held up, and so were messages: they are taken within TAKING_MS, ms. */
const LATE_MS = 20;
const TAKING_MS = 30;

/**
 * Calls `work` after `waitMs`. Where the process was held up, messages that came meanwhile are taken
 * first: their topics are not silent. Returns what cancels it.
 */
export function after(waitMs: number, work: () => void): () => void {
  const dueMs = steadyMs() + waitMs;
  let timer = setTimeout(() => {
    if (steadyMs() - dueMs > LATE_MS) timer = setTimeout(work, TAKING_MS);
    else work();
  }, waitMs);
  return () => clearTimeout(timer);
}

/** Calls `work` each `periodMs` (see after). Returns what ends it. */
export function every(periodMs: number, work: () => void): () => void {
  let cancel = (): void => undefined;
  const next = (): void => {
    cancel = after(periodMs, () => {
      next();
      work();
    });
  };
  next();
  return () => cancel();
}

/** A fall of ROS time by more is a reset: of a simulation, of a recording, of the system clock. */
const JUMP_MS = 1000;
/** While an alarm is set, system time is checked this often at least, ms: it may be set back. */
const LOOK_MS = 1000;

interface Alarm {
  readonly time: bigint;
  readonly ring: () => void;
  /** `systemOffset` when it was set. */
  readonly offset: number;
}

/** System time minus the steady clock, ms: it falls when system time is set back. */
const systemOffset = (): number => Date.now() - steadyMs();

export class RosClock {
  private simulated = 0n;
  private alarms: Alarm[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** When /clock advanced last, ms of the steady clock. */
  private advancedMs = -Infinity;

  /** Of /clock, where that is heard. */
  source: { readonly problem: string | undefined } | undefined;

  /** @param isSimulated whether time comes from /clock (use_sim_time). */
  constructor(readonly isSimulated: boolean) {}

  /** ROS time, ns; 0 while no /clock was heard. */
  now(): bigint {
    return this.isSimulated ? this.simulated : BigInt(Date.now()) * 1_000_000n;
  }

  stamp(): Time {
    return toTime(this.now());
  }

  /** Whether the time is known: always for system time, after the first /clock otherwise. */
  get isRunning(): boolean {
    return !this.isSimulated || this.simulated > 0n;
  }

  /** Why there is no time that can be believed, and what to do; undefined: there is. */
  problem(): string | undefined {
    const { problem } = this.source ?? {};
    if (problem || this.isRunning) return problem;
    return "no time on /clock; start what publishes it, or set use_sim_time to false";
  }

  /** Time since /clock advanced last, ms; 0 for system time. */
  get standingMs(): number {
    return this.isSimulated ? steadyMs() - this.advancedMs : 0;
  }

  /** Takes a /clock message. Alarms that are due ring; all do when time went back. */
  hear(time: Time): void {
    const wentBack = nanoseconds(time) < this.simulated - BigInt(JUMP_MS) * 1_000_000n;
    if (nanoseconds(time) !== this.simulated) this.advancedMs = steadyMs();
    this.simulated = nanoseconds(time);
    this.ring(() => wentBack);
  }

  /**
   * Calls `ring` once when ROS time has reached `time` (ns), or has gone back. One alarm holds until
   * cancelled.
   */
  at(time: bigint, ring: () => void): () => void {
    const alarm = { time, ring, offset: systemOffset() };
    this.alarms.push(alarm);
    this.schedule();
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
    };
  }

  /** @param isVoid whether time was reset since an alarm was set; it rings then too */
  private ring(isVoid: (alarm: Alarm) => boolean = () => false): void {
    const now = this.now();
    const due = this.alarms.filter((alarm) => alarm.time <= now || isVoid(alarm));
    if (due.length === 0) return;
    this.alarms = this.alarms.filter((alarm) => !due.includes(alarm));
    for (const { ring } of due.sort((a, b) => (a.time < b.time ? -1 : 1))) ring();
  }

  /** System time has no messages to wake by: a timer for the earliest alarm. */
  private schedule(): void {
    if (this.isSimulated) {
      setImmediate(() => this.ring());
      return;
    }
    clearTimeout(this.timer);
    if (this.alarms.length === 0) return;
    const earliest = this.alarms.reduce((a, b) => (a.time < b.time ? a : b)).time;
    const ms = Math.max(0, Number((earliest - this.now()) / 1_000_000n));
    const look = (): void => {
      const most = systemOffset() + JUMP_MS;
      this.ring(({ offset }) => offset > most);
      this.schedule();
    };
    this.timer = setTimeout(look, Math.min(ms, LOOK_MS));
  }
}
