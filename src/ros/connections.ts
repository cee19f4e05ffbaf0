/** Whether anybody is at the other end of a topic of this process. */
import { steadyMs } from "./clock";
import type { Topic } from "./topics";

/** Whether somebody is connected is as old as this at most, ms: many bodies ask often. */
const [ALONE_MS, CONNECTED_MS] = [200, 1000];

/** What this node does with the topic. */
export type Role = "sends" | "takes";

/** A topic's publisher or subscription of this process. */
export class Connection {
  private countedMs = -Infinity;
  private isEmpty = true;

  /**
   * @param name of the topic in the graph
   * @param count of others that are connected: ROS connects nobody whose type or quality of service
   *   does not fit
   * @param refusal why what comes is refused at present
   */
  constructor(
    private readonly topic: Topic,
    private readonly role: Role,
    private readonly name: string,
    private readonly count: () => number,
    private readonly refusal: () => string | undefined,
  ) {}

  get isAlone(): boolean {
    const nowMs = steadyMs();
    if (nowMs - this.countedMs > (this.isEmpty ? ALONE_MS : CONNECTED_MS)) {
      [this.countedMs, this.isEmpty] = [nowMs, this.count() === 0];
    }
    return this.isEmpty;
  }

  /** Why what comes is refused, or that nobody is connected; undefined: all is well. */
  get problem(): string | undefined {
    const { type, reliability, durability } = this.topic;
    const others = this.role === "sends" ? "takes" : "sends";
    const form = `${type} (${reliability}, ${durability})`;
    const nobody = `nobody ${others} ${this.name} as ${form}; start who does, by that name: ros2 topic info -v shows who is there, and as what`;
    return this.refusal() ?? (this.isAlone ? nobody : undefined);
  }
}
