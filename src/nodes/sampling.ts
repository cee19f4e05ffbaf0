/** Who is asked at an epoch: k of the eligible robots, uniformly without replacement. Pure. */
import { compareAgentIds, drawWithoutReplacement, keyedUniform } from "../game/draws";

/** The robots that were found, and which of them may be asked. */
export class Roster {
  /** As of the last `refresh`. */
  robots: readonly string[] = [];
  private readonly until = new Map<string, number>();

  /**
   * @param find gives the names of robots; a name may come twice
   * @param quarantineMs gives how long a robot that was silent is not asked again, ms
   */
  constructor(
    private readonly find: () => readonly string[],
    private readonly quarantineMs: () => number,
  ) {}

  refresh(): void {
    this.robots = [...new Set(this.find())];
  }

  /** From `nowMs` (steady clock) on these are asked only where there are too few others. */
  quarantine(robots: readonly string[], nowMs: number): void {
    for (const robot of robots) this.until.set(robot, nowMs + this.quarantineMs());
  }

  release(robots: readonly string[]): void {
    for (const robot of robots) this.until.delete(robot);
  }

  /** The robots that may be asked, sorted by id. */
  eligible(nowMs: number): string[] {
    return this.robots.filter((robot) => this.freeMs(robot) <= nowMs).sort(compareAgentIds);
  }

  /** The robots in quarantine; whose quarantine ends first comes first. */
  quarantined(nowMs: number): string[] {
    return this.robots
      .filter((robot) => this.freeMs(robot) > nowMs)
      .sort((a, b) => this.freeMs(a) - this.freeMs(b) || compareAgentIds(a, b));
  }

  private freeMs(robot: string): number {
    return this.until.get(robot) ?? -Infinity;
  }
}

/**
 * Up to `count` of the eligible robots that were not asked yet in this epoch, in the order drawn: its
 * sample, or whom to ask in others' place.
 */
export function drawSample(
  seed: number,
  epoch: number,
  eligible: readonly string[],
  count: number,
  asked: ReadonlySet<string> = new Set(),
): string[] {
  // A further draw of the same epoch has another key, so that it is independent of the first.
  const key = asked.size > 0 ? `replacement ${asked.size}` : "";
  const rest = eligible.filter((robot) => !asked.has(robot));
  return drawWithoutReplacement(keyedUniform(seed, "sample", key, epoch), rest, count);
}
