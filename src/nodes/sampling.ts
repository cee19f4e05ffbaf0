/** Who is asked at an epoch: k of the eligible robots, uniformly without replacement. Pure. */
import { compareAgentIds, drawWithoutReplacement, keyedUniform } from "../game/draws";
import { kindNamed, kindOfRobot, kindOfState, kindsOf } from "../game/kinds";
import type { Game } from "../game/model";
import type { SwarmRobot } from "../game/robots_file";
import { InvalidInputError } from "../base/errors";
import type { AgentState } from "../ros/messages";

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

/** Which kind each robot is of, as far as it is known. */
export class RobotKinds {
  private readonly known = new Map<string, number>();

  /**
   * @param listed "<robot>=<kind>", of robots whose index does not tell
   * @param swarm robots of whom it is known where they are not listed
   * @throws InvalidInputError for a kind that the scenario lacks, and for two kinds of a robot
   */
  constructor(
    private readonly game: Game,
    listed: readonly string[],
    swarm: readonly SwarmRobot[] = [],
  ) {
    for (const one of listed) {
      const [robot, name] = one.split("=", 2);
      const kind = kindNamed(name, game, "robot_kinds");
      if ((this.known.get(robot) ?? kind) !== kind)
        throw new InvalidInputError(`robot_kinds gives ${robot} two kinds; give it one`);
      this.known.set(robot, kind);
    }
    for (const { namespace, kind } of swarm)
      if (!this.known.has(namespace)) this.known.set(namespace, kind);
  }

  /** A robot is of the kind whose state it says. */
  hear({ agent_id, state }: Pick<AgentState, "agent_id" | "state">): void {
    this.known.set(agent_id, kindOfState(this.game, state));
  }

  /** What its index tells is kept: whole swarms are grouped several times an epoch. */
  private kindOf(robot: string): number | undefined {
    const { game, known } = this;
    const index = known.has(robot) ? undefined : /^robot_(\d+)$/.exec(robot)?.[1];
    if (index) known.set(robot, kindOfRobot(kindsOf(game), Number(index)));
    return known.get(robot);
  }

  /** The robots of each kind; those of whom it is not known are in none. */
  groups(robots: readonly string[]): string[][] {
    const groups = kindsOf(this.game).map((): string[] => []);
    for (const robot of robots) {
      const kind = this.kindOf(robot);
      if (kind !== undefined) groups[kind].push(robot);
    }
    return groups;
  }
}

/**
 * Up to `count` of the eligible robots that were not asked yet in this epoch, in the order drawn: its
 * sample, or whom to ask in others' place.
 * @param group of robots that are drawn among themselves
 */
export function drawSample(
  seed: number,
  epoch: number,
  eligible: readonly string[],
  count: number,
  asked: ReadonlySet<string> = new Set(),
  group = 0,
): string[] {
  // A further draw of the same epoch has another key, so that it is independent of the first.
  const replacement = asked.size > 0 ? `replacement ${asked.size}` : "";
  const key = group > 0 ? `${replacement} of group ${group}` : replacement;
  const rest = eligible.filter((robot) => !asked.has(robot));
  return drawWithoutReplacement(keyedUniform(seed, "sample", key, epoch), rest, count);
}
