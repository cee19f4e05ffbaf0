/** Which robots the ROS graph shows. */
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";

/** Two looks at the graph are at least this far apart for each robot in it, ms: a look takes longer the more there are. */
const LOOK_MS_A_ROBOT = 2;
/** Within so many looks the publishers of every state topic are counted once. */
const ROUND_LOOKS = 10;
/** but a look counts no more than these again: among 1,000 robots, counting one takes about 1 ms. */
const MOST_COUNTED = 20;
const SUFFIX = `/${TOPICS.agentState.name}`;

export class RobotsInGraph {
  private robots: readonly string[] = [];
  /** Whether each state topic has a publisher; the topic counted last comes last. */
  private readonly counted = new Map<string, boolean>();
  private lookedMs = -Infinity;

  constructor(private readonly node: Pick<RosNode, "topics" | "countPublishers">) {}

  /**
   * Names of the robots whose `state` topic has a publisher, at most one look old. A topic that others
   * listen to stays in the graph when its robot leaves: such a leave is noticed within a round.
   * @param nowMs steady clock
   */
  find(nowMs: number): readonly string[] {
    const { counted, node } = this;
    if (nowMs - this.lookedMs < LOOK_MS_A_ROBOT * counted.size) return this.robots;
    this.lookedMs = nowMs;
    const states = node
      .topics()
      .filter(({ name, types }) => name.endsWith(SUFFIX) && types.includes(TOPICS.agentState.type))
      .map(({ name }) => name);
    const shown = new Set(states);
    for (const name of counted.keys()) if (!shown.has(name)) counted.delete(name);
    // Counting goes through all publishers of the graph: a look counts new topics and some of the others.
    const again = Math.min(counted.size / ROUND_LOOKS + 1, MOST_COUNTED);
    const oldest = [...counted.keys()].slice(0, again);
    for (const name of [...states.filter((name) => !counted.has(name)), ...oldest]) {
      counted.delete(name);
      counted.set(name, node.countPublishers(name) > 0);
    }
    this.robots = states
      .filter((name) => counted.get(name))
      .map((name) => name.slice(1, -SUFFIX.length))
      .filter((robot) => robot !== "" && !robot.includes("/"));
    return this.robots;
  }
}
