/** Who is asked at an epoch: k of the eligible robots, uniformly without replacement. Pure. */
import { compareAgentIds, drawWithoutReplacement, keyedUniform } from "../game/draws";

/** The robots that are known, and those of them that may be asked. */
export class Roster {
  /** As found last. */
  robots: readonly string[] = [];
  private readonly until = new Map<string, number>();

  /**
   * @param find names of robots; one may come twice
   * @param quarantineMs for how long a robot that was silent when asked is not asked again
   */
  constructor(
    private readonly find: () => readonly string[],
    private readonly quarantineMs: () => number,
  ) {}

  /** Looks which robots are there. */
  refresh(): void {
    this.robots = [...new Set(this.find())];
  }

  /** Not to be asked for a while from `nowMs` (steady clock) on, where others can. */
  quarantine(robots: readonly string[], nowMs: number): void {
    for (const robot of robots) this.until.set(robot, nowMs + this.quarantineMs());
  }

  /** They answered. */
  release(robots: readonly string[]): void {
    for (const robot of robots) this.until.delete(robot);
  }

  /** The robots that may be asked, sorted by id. */
  eligible(nowMs: number): string[] {
    return this.robots.filter((robot) => this.freeMs(robot) <= nowMs).sort(compareAgentIds);
  }

  /** The others, those first whose quarantine is over first. */
  quarantined(nowMs: number): string[] {
    return this.robots
      .filter((robot) => this.freeMs(robot) > nowMs)
      .sort((a, b) => this.freeMs(a) - this.freeMs(b) || compareAgentIds(a, b));
  }

  private freeMs(robot: string): number {
    return this.until.get(robot) ?? -Infinity;
  }
}

/** The sample of an epoch, in the order drawn; all of `eligible` when there are no more than k. */
export function drawSample(
  seed: number,
  epoch: number,
  eligible: readonly string[],
  sampleSize: number,
): string[] {
  return drawWithoutReplacement(keyedUniform(seed, "sample", "", epoch), eligible, sampleSize);
}

/** Whom to ask instead of `count` silent robots: of those eligible that were not asked yet. */
export function drawReplacements(
  seed: number,
  epoch: number,
  eligible: readonly string[],
  asked: ReadonlySet<string>,
  count: number,
): string[] {
  // Each further draw of an epoch is one of its own.
  const key = `replacement ${asked.size}`;
  const rest = eligible.filter((robot) => !asked.has(robot));
  return drawWithoutReplacement(keyedUniform(seed, "sample", key, epoch), rest, count);
}
