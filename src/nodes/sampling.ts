/** Who is asked at an epoch: k of the eligible robots, uniformly without replacement. Pure. */
import { compareAgentIds, drawWithoutReplacement, keyedUniform } from "../game/draws";

/** Robots that were silent when asked are not asked again for a while. */
export class Quarantine {
  private readonly until = new Map<string, number>();

  /** @param durationMs of a robot's quarantine, ms of the steady clock */
  constructor(private readonly durationMs: () => number) {}

  put(robot: string, nowMs: number): void {
    this.until.set(robot, nowMs + this.durationMs());
  }

  /** The robots that may be asked, sorted by id. */
  eligible(robots: readonly string[], nowMs: number): string[] {
    return robots
      .filter((robot) => !((this.until.get(robot) ?? -Infinity) > nowMs))
      .sort(compareAgentIds);
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
  const rest = eligible.filter((robot) => !asked.has(robot));
  return drawWithoutReplacement(keyedUniform(seed, "sample", "replacement", epoch), rest, count);
}
