/** Which robots the ROS graph shows. */
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";

/** The graph is looked at at most this often for each robot in it, ms: a look costs with their number. */
const LOOK_MS_A_ROBOT = 2;
const SUFFIX = `/${TOPICS.agentState.name}`;

export class RobotsInGraph {
  private robots: readonly string[] = [];
  /** What the graph showed when publishers were counted last. */
  private shown = "";
  private lookedMs = -Infinity;

  constructor(private readonly node: Pick<RosNode, "topics" | "countPublishers">) {}

  /**
   * Names of the robots whose `state` topic has a publisher.
   * @param nowMs steady clock
   * @param anew now; else as of at most LOOK_MS_A_ROBOT a robot ago
   */
  find(nowMs: number, anew = false): readonly string[] {
    const isRecent = nowMs - this.lookedMs < LOOK_MS_A_ROBOT * this.robots.length;
    if (isRecent && !anew) return this.robots;
    this.lookedMs = nowMs;
    const topics = this.node.topics();
    const states = topics
      .filter(({ name, types }) => name.endsWith(SUFFIX) && types.includes(TOPICS.agentState.type))
      .map(({ name }) => name);
    // A count goes through all publishers there are: it is made where something has changed.
    const shown = `${topics.length} ${states.join(" ")}`;
    if (shown === this.shown && !anew) return this.robots;
    this.shown = shown;
    this.robots = states
      .filter((name) => this.node.countPublishers(name) > 0)
      .map((name) => name.slice(1, -SUFFIX.length))
      .filter((robot) => robot !== "");
    return this.robots;
  }
}
