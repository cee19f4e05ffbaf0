/**
 * Whether a body may move: watchdogs, the emergency stop, and one session at a time. Two commands
 * within the timeout are needed before it may. Pure; times are ms of the steady clock.
 */
import type { GlobalCommand } from "../ros/messages";
import { Pace } from "./pace";

/** After two sessions were heard at once, one must be heard alone for this long. */
export const SESSION_ALONE_MS = 1000;

export type Heartbeat = Pick<GlobalCommand, "session" | "emergency_stop" | "resets">;

type Topic = "command" | "odometry";

export class Permission {
  private commandMs = -Infinity;
  private readonly paces: Readonly<Record<Topic, Pace>>;
  private conflictMs = -Infinity;
  /** When each session was heard last, by session. */
  private readonly heardMs = new Map<number, number>();
  private session: number | undefined;
  private resets: number | undefined;
  /** `resets` above this release a stop; undefined: no command was heard yet. */
  private releaseAbove: number | undefined;
  /** By an emergency stop. */
  stopped: boolean;

  /**
   * @param timeoutMs age at which a command or odometry is no longer fresh
   * @param armed false: stand until an emergency-stop reset is heard
   */
  constructor(
    private readonly timeoutMs: number,
    armed: boolean,
  ) {
    this.stopped = !armed;
    this.paces = { command: new Pace(timeoutMs), odometry: new Pace(timeoutMs) };
  }

  hearOdometry(nowMs: number): void {
    this.paces.odometry.hear(nowMs);
  }

  /** An emergency stop from any source; it holds until `resets` rises. */
  hearStop(): void {
    this.stopped = true;
    this.releaseAbove = this.resets;
  }

  hearCommand(nowMs: number, beat: Heartbeat): void {
    this.paces.command.hear(nowMs);
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
    }
  }

  /** Why the body stands ever again though it may move now; undefined: it does not. */
  reasonToHalt(nowMs: number): string | undefined {
    const [slow] = (["command", "odometry"] as const).flatMap((topic) => {
      const problem = this.paces[topic].problem(nowMs);
      return problem ? `stands and goes on: ${topic} ${problem}` : [];
    });
    return slow;
  }

  /**
   * Why the body must stand now; undefined: it may move.
   * @param connections to what it hears; not looked at while that is heard
   */
  reasonToStand(
    nowMs: number,
    connections?: Readonly<Record<Topic, { readonly problem: string | undefined }>>,
  ): string | undefined {
    const because = (topic: Topic, remedy: string): string => {
      const why = connections?.[topic].problem ?? this.paces[topic].problem(nowMs);
      return why ? `: ${why}` : `; ${remedy}`;
    };
    if (this.stopped) return "an emergency stop holds; call reset_emergency_stop to release it";
    if (nowMs - this.conflictMs < SESSION_ALONE_MS) {
      return "two global agents are heard; end one of them";
    }
    if (nowMs - this.commandMs > this.timeoutMs) {
      return `no command from the global agent${because("command", "check that it runs and is active")}`;
    }
    if (nowMs - this.paces.odometry.heardMs > this.timeoutMs) {
      return `no odometry that is new${because("odometry", "check that its source runs and stamps each message anew")}`;
    }
    return undefined;
  }
}
