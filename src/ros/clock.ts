/** The ROS clock of a process: system time, or /clock where use_sim_time is set. */
import { nanoseconds, type Time, toTime } from "./messages";

/** Milliseconds of the steady clock: for watchdogs, deadlines and ages of arrival. */
export function steadyMs(): number {
  return performance.now();
}

/** Time that falls by more went back: a simulation was reset, or a recording starts again. */
const JUMP_NS = 1_000_000_000n;

interface Alarm {
  readonly time: bigint;
  readonly ring: () => void;
}

export class RosClock {
  private simulated = 0n;
  private alarms: Alarm[] = [];
  private timer: NodeJS.Timeout | undefined;

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

  /** Takes a /clock message. Alarms that are due ring; all do when time went back. */
  hear(time: Time): void {
    const wentBack = nanoseconds(time) < this.simulated - JUMP_NS;
    this.simulated = nanoseconds(time);
    this.ring(wentBack);
  }

  /** Calls `ring` once when ROS time has reached `time` (ns). One alarm holds until cancelled. */
  at(time: bigint, ring: () => void): () => void {
    const alarm = { time, ring };
    this.alarms.push(alarm);
    this.schedule();
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
    };
  }

  private ring(all = false): void {
    const now = this.now();
    const due = this.alarms.filter((alarm) => all || alarm.time <= now);
    if (due.length === 0) return;
    this.alarms = this.alarms.filter((alarm) => !due.includes(alarm));
    for (const alarm of due) alarm.ring();
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
    this.timer = setTimeout(
      () => {
        this.ring();
        this.schedule();
      },
      Math.min(ms, 60_000),
    );
  }
}
