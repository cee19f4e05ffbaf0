/** Logs which bodies of a process began to stand, and why, and which may move again. */

export interface Watched {
  readonly name: string;
  /** Why it may not move now; undefined: it may. */
  reasonToStand(): string | undefined;
}

interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** Up to this many names are listed one by one. */
const MOST_LISTED = 3;

const who = (names: readonly string[]): string =>
  names.length > MOST_LISTED
    ? `${names.length} bodies (${names[0]} to ${names.at(-1)})`
    : names.join(", ");

/** Looks between two times that it speaks: after a start robots come and go one by one. */
const QUIET_LOOKS = 10;

export class StandingLog {
  /** What changed since it spoke last: names of those that stand now, by the reason, and the others. */
  private stopped = new Map<string, string[]>();
  private freed: string[] = [];
  private quiet = 0;
  /** Bodies that were free to move at the last look. */
  private readonly moving = new WeakSet<Watched>();

  constructor(private readonly log: Log) {}

  /** Logs what changed since the last look, one line for all bodies with the same reason. */
  look(bodies: Iterable<Watched>): void {
    const { stopped } = this;
    for (const body of bodies) {
      const reason = body.reasonToStand();
      const mayMove = reason === undefined;
      if (mayMove === this.moving.has(body)) continue;
      if (mayMove) {
        this.moving.add(body);
        this.freed.push(body.name);
      } else {
        this.moving.delete(body);
        this.freed = this.freed.filter((name) => name !== body.name);
        stopped.set(reason, [...(stopped.get(reason) ?? []), body.name]);
      }
    }
    this.quiet -= 1;
    if (this.quiet < 0 && stopped.size + this.freed.length > 0) this.speak();
  }

  private speak(): void {
    const { stopped, freed } = this;
    for (const [reason, names] of stopped) this.log.warn(`standing: ${who(names)}: ${reason}`);
    if (freed.length > 0) this.log.info(`free to move: ${who(freed)}`);
    [this.stopped, this.freed, this.quiet] = [new Map(), [], QUIET_LOOKS];
  }
}
