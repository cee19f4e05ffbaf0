/**
 * Whether a body may move: watchdogs, the emergency stop, and one session at a time. Two commands
 * within the timeout are needed before it may. Pure; times are ms of the steady clock.
 */
import type { GlobalCommand } from "../ros/messages";

/** After two sessions were heard at once, one must be heard alone for this long. */
export const SESSION_ALONE_MS = 1000;

export type Heartbeat = Pick<GlobalCommand, "session" | "emergency_stop" | "resets">;

type Topic = "command" | "odometry";

export class Permission {
  private commandMs = -Infinity;
  private odometryMs = -Infinity;
  /** The longest time between two odometry messages since it was told. */
  private gapMs = 0;
  private conflictMs = -Infinity;
  /** When each session was heard last, by session. */
  private readonly heardMs = new Map<number, number>();
  private session: number | undefined;
  private resets: number | undefined;
  /** `resets` above this release a stop; undefined: no command was heard yet. */
  private releaseAbove: number | undefined;
  /** By an emergency stop. */
  stopped: boolean;
  /** Who asked for the stop that holds, in words; empty: none holds. */
  stoppedBy: string;

  /**
   * @param timeoutMs age at which a command or odometry is no longer fresh
   * @param armed false: stand until an emergency-stop reset is heard
   */
  constructor(
    private readonly timeoutMs: number,
    armed: boolean,
  ) {
    this.stopped = !armed;
    this.stoppedBy = armed ? "" : "its start (start_armed is false)";
  }

  hearOdometry(nowMs: number): void {
    if (this.odometryMs > -Infinity) this.gapMs = Math.max(this.gapMs, nowMs - this.odometryMs);
    this.odometryMs = nowMs;
  }

  /** For how long no odometry came, at most, since `forgetGap`; Infinity: none ever, s. */
  odometryGap(nowMs: number): number {
    return Math.max(this.gapMs, nowMs - this.odometryMs) / 1000;
  }

  forgetGap(): void {
    this.gapMs = 0;
  }

  /** An emergency stop from any source; it holds until `resets` rises. @param by whom, in words */
  hearStop(by = this.stoppedBy || "a command"): void {
    this.stopped = true;
    this.stoppedBy = by;
    this.releaseAbove = this.resets;
  }

  hearCommand(nowMs: number, beat: Heartbeat): void {
    // A single command may be a dead global agent's last one, delivered late by the middleware.
    if (nowMs - (this.heardMs.get(beat.session) ?? -Infinity) <= this.timeoutMs) {
      this.commandMs = nowMs;
    }
    this.heardMs.set(beat.session, nowMs);
    for (const [session, heard] of this.heardMs) {
      if (session === beat.session) continue;
      if (nowMs - heard <= this.timeoutMs) this.conflictMs = nowMs;
      else this.heardMs.delete(session);
    }
    if (beat.session !== this.session) {
      // A new global agent's resets start from any number: only a rise from here releases.
      this.session = beat.session;
      this.releaseAbove = beat.resets;
    }
    this.resets = beat.resets;
    if (beat.emergency_stop) {
      if (!this.stopped) this.hearStop();
    } else if (this.releaseAbove !== undefined && beat.resets > this.releaseAbove) {
      this.stopped = false;
      this.stoppedBy = "";
    }
  }

  /**
   * Why the body must stand now; undefined: it may move.
   * @param connections to what it hears; not looked at while that is heard
   * @param stopped false: why it would stand if the stop were released
   */
  reasonToStand(
    nowMs: number,
    connections?: Readonly<Record<Topic, { readonly problem: string | undefined }>>,
    stopped = this.stopped,
  ): string | undefined {
    const because = (topic: Topic, remedy: string): string => {
      const why = connections?.[topic].problem;
      const often = `sends at least every ${this.timeoutMs / 1000} s (cmd_vel_timeout)`;
      return why ? `: ${why}` : `; check that ${remedy} and ${often}`;
    };
    if (stopped) return "an emergency stop holds; call reset_emergency_stop to release it";
    if (nowMs - this.conflictMs < SESSION_ALONE_MS) {
      return "two global agents are heard; end one of them";
    }
    if (nowMs - this.commandMs > this.timeoutMs) {
      return `no command from the global agent${because("command", "it runs, is active")}`;
    }
    if (nowMs - this.odometryMs > this.timeoutMs) {
      return `no odometry that is new${because("odometry", "its source runs, stamps each message anew")}`;
    }
    return undefined;
  }
}
