/** Which robots the ROS graph shows. */
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";

/** The graph is looked at at most this often for each robot in it, ms: a look costs with their number. */
const LOOK_MS_A_ROBOT = 2;
/** Publishers are counted at least this often for each robot, ms: of 1,000 a count takes 160 ms. */
const COUNT_MS_A_ROBOT = 10 * LOOK_MS_A_ROBOT;
const SUFFIX = `/${TOPICS.agentState.name}`;

export class RobotsInGraph {
  private robots: readonly string[] = [];
  /** State topics that the graph showed last, with a publisher or without. */
  private states: readonly string[] = [];
  /** What the graph showed when publishers were counted last. */
  private shown = "";
  private lookedMs = -Infinity;
  private countedMs = -Infinity;

  constructor(private readonly node: Pick<RosNode, "topics" | "countPublishers">) {}

  /**
   * Names of the robots whose `state` topic has a publisher.
   * @param nowMs steady clock
   * @param anew now; else as of at most COUNT_MS_A_ROBOT a robot ago
   */
  find(nowMs: number, anew = false): readonly string[] {
    const isRecent = nowMs - this.lookedMs < LOOK_MS_A_ROBOT * this.states.length;
    if (isRecent && !anew) return this.robots;
    this.lookedMs = nowMs;
    const topics = this.node.topics();
    this.states = topics
      .filter(({ name, types }) => name.endsWith(SUFFIX) && types.includes(TOPICS.agentState.type))
      .map(({ name }) => name);
    // A count goes through all publishers there are: it is made where something has changed, and now
    // and then, as a topic that somebody listens to is shown while its publisher goes and comes.
    const shown = `${topics.length} ${this.states.join(" ")}`;
    const isCounted = nowMs - this.countedMs < COUNT_MS_A_ROBOT * this.states.length;
    if (shown === this.shown && isCounted && !anew) return this.robots;
    this.shown = shown;
    this.countedMs = nowMs;
    this.robots = this.states
      .filter((name) => this.node.countPublishers(name) > 0)
      .map((name) => name.slice(1, -SUFFIX.length))
      .filter((robot) => robot !== "");
    return this.robots;
  }
}
