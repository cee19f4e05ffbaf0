/** Which robots the ROS graph shows. */
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";

/** The graph is looked at at most this often for each robot in it, ms: a look costs with their number. */
const LOOK_MS_A_ROBOT = 2;
/** Looks in which the publishers of every state topic have been counted once. */
const ROUND = 10;
const SUFFIX = `/${TOPICS.agentState.name}`;

export class RobotsInGraph {
  private robots: readonly string[] = [];
  /** Whether each state topic that the graph shows has a publisher; counted last comes last. */
  private readonly counted = new Map<string, boolean>();
  private lookedMs = -Infinity;

  constructor(private readonly node: Pick<RosNode, "topics" | "countPublishers">) {}

  /**
   * Names of the robots whose `state` topic has a publisher, as of LOOK_MS_A_ROBOT a robot ago; where
   * somebody else listens to a topic, so that the graph shows it while its robot goes and comes, of
   * ROUND times as long ago.
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
    // A count goes through all publishers there are, so that not all are made at once.
    const oldest = [...counted.keys()].slice(0, counted.size / ROUND + 1);
    for (const name of [...states.filter((name) => !counted.has(name)), ...oldest]) {
      counted.delete(name);
      counted.set(name, node.countPublishers(name) > 0);
    }
    this.robots = states
      .filter((name) => counted.get(name))
      .map((name) => name.slice(1, -SUFFIX.length))
      .filter((robot) => robot !== "");
    return this.robots;
  }
}
