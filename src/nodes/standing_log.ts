/** Logs which bodies of a process began to stand, and why, and which may move again. */
import { listed } from "../base/errors";
import type { RosNode } from "../ros/node";
import { withoutNumbers } from "../ros/seldom";

export interface Watched {
  readonly name: string;
  /** Why it may not move now; undefined: it may. */
  reasonToStand(): string | undefined;
}

/** Looks between two times that it speaks: after a start robots come and go one by one. */
const QUIET_LOOKS = 3;
/** A body is free once it was for so many looks (1 s): one that stops and goes on is logged once. */
const FREE_LOOKS = 5;
/** One that stands from the start, or for another reason, is logged after so many (10 s). */
const OTHER_LOOKS = 50;

interface Seen {
  /** Why it stands, without numbers that change; undefined: it may move. */
  kind: string | undefined;
  /** Looks since that is so, and since it may move. */
  looks: number;
  free: number;
  /** The kind that was logged; empty: none. */
  logged: string | undefined;
}

export class StandingLog {
  /** What changed since it spoke last: who stands now and one's reason, by its kind, and the others. */
  private stopped = new Map<string, { readonly names: string[]; readonly reason: string }>();
  private freed: string[] = [];
  private quiet = 0;
  private readonly seen = new WeakMap<Watched, Seen>();

  constructor(private readonly log: Pick<RosNode["log"], "info" | "warn">) {}

  /** Logs what changed since the last look, one line for all bodies with the same reason. */
  look(bodies: Iterable<Watched>): void {
    const { stopped } = this;
    for (const body of bodies) {
      const reason = body.reasonToStand();
      if (!this.isNews(body, reason)) continue;
      if (reason === undefined) {
        this.freed.push(body.name);
      } else {
        this.freed = this.freed.filter((name) => name !== body.name);
        const kind = withoutNumbers(reason);
        const like = stopped.get(kind) ?? { names: [], reason };
        stopped.set(kind, { ...like, names: [...like.names, body.name] });
      }
    }
    this.quiet -= 1;
    if (this.quiet < 0 && stopped.size + this.freed.length > 0) this.speak();
  }

  private isNews(body: Watched, reason: string | undefined): boolean {
    let kind = reason && withoutNumbers(reason);
    const seen = this.seen.get(body) ?? { kind, looks: 0, free: 0, logged: "" };
    this.seen.set(body, seen);
    seen.free = kind === undefined ? seen.free + 1 : 0;
    if (kind === undefined && seen.free <= FREE_LOOKS) kind = seen.kind;
    if (seen.kind !== kind) [seen.kind, seen.looks] = [kind, 0];
    const isFirst = kind === undefined || seen.logged === undefined;
    if (kind === seen.logged || (!isFirst && seen.looks++ < OTHER_LOOKS)) return false;
    // It counts as standing, and may move at this look: there is no reason to tell.
    if (kind !== undefined && reason === undefined) return false;
    seen.logged = kind;
    return true;
  }

  private speak(): void {
    const { stopped, freed } = this;
    for (const { reason, names } of stopped.values())
      this.log.warn(`standing: ${listed(names, "bodies")}: ${reason}`);
    if (freed.length > 0) this.log.info(`free to move: ${listed(freed, "bodies")}`);
    [this.stopped, this.freed, this.quiet] = [new Map(), [], QUIET_LOOKS];
  }
}
