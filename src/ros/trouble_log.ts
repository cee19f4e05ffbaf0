/** Logs what comes into trouble, and why, and what is out of it: bodies that stand, topics with two sources. */
import { listed } from "../base/errors";
import type { RclLogger } from "./rcl";
import { withoutNumbers } from "./seldom";

export interface Watched {
  readonly name: string;
  /** Why it is in trouble now; undefined: it is not. */
  trouble(): string | undefined;
}

/** Looks between two times that it speaks: after a start robots come and go one by one. */
const QUIET_LOOKS = 3;
/** Trouble is over once it was for so many looks: what comes and goes is logged once. */
const FREE_LOOKS = 5;
/** Trouble that was assumed, or has another reason than before, is logged after so many. */
const OTHER_LOOKS = 50;

interface Seen {
  /** Why it is in trouble, without numbers that change; undefined: it is not. */
  kind: string | undefined;
  /** Looks since that is so, and since it is in none. */
  looks: number;
  free: number;
  /** The kind that was logged; empty: neither trouble nor none. */
  logged: string | undefined;
}

export class TroubleLog {
  /** Why each that changed since it spoke last is in trouble, by name; undefined: it is in none. */
  private readonly changed = new Map<string, string | undefined>();
  private quiet = 0;
  private readonly seen = new WeakMap<Watched, Seen>();

  /**
   * @param all what they are called together, such as "bodies"
   * @param begins before the names of those in trouble
   * @param ends before the names of the others
   * @param isAssumed whether they are in trouble until a look shows that they are not
   */
  constructor(
    private readonly log: Pick<RclLogger, "info" | "warn">,
    private readonly all: string,
    private readonly begins: string,
    private readonly ends: string,
    private readonly isAssumed: boolean,
  ) {}

  /** Logs what changed since the last look, one line for all with the same reason. */
  look(watched: Iterable<Watched>): void {
    for (const each of watched) {
      const reason = each.trouble();
      if (this.isNews(each, reason)) this.changed.set(each.name, reason);
    }
    this.quiet -= 1;
    if (this.quiet >= 0 || this.changed.size === 0) return;
    const byKind = new Map<string, { readonly names: string[]; readonly reason?: string }>();
    for (const [name, reason] of this.changed) {
      const kind = withoutNumbers(reason ?? "");
      const like = byKind.get(kind) ?? { names: [], reason };
      like.names.push(name);
      byKind.set(kind, like);
    }
    for (const { names, reason } of byKind.values()) {
      const who = listed(names, this.all);
      if (reason === undefined) this.log.info(`${this.ends} ${who}`);
      else this.log.warn(`${this.begins} ${who}: ${reason}`);
    }
    this.changed.clear();
    this.quiet = QUIET_LOOKS;
  }

  private isNews(each: Watched, reason: string | undefined): boolean {
    let kind = reason && withoutNumbers(reason);
    const logged = this.isAssumed ? "" : undefined;
    const seen = this.seen.get(each) ?? { kind, looks: 0, free: 0, logged };
    this.seen.set(each, seen);
    seen.free = kind === undefined ? seen.free + 1 : 0;
    if (kind === undefined && seen.free <= FREE_LOOKS) kind = seen.kind;
    if (seen.kind !== kind) [seen.kind, seen.looks] = [kind, 0];
    const isFirst = kind === undefined || seen.logged === undefined;
    if (kind === seen.logged || (!isFirst && seen.looks++ < OTHER_LOOKS)) return false;
    // It counts as in trouble, and is not at this look: there is no reason to tell.
    if (kind !== undefined && reason === undefined) return false;
    seen.logged = kind;
    return true;
  }
}
