/** The live subscriptions to sampled robots' states, and the newest state of each. */
import type { AgentState, GlobalState } from "../ros/messages";
import type { RosNode, Subscription } from "../ros/node";
import { TOPICS, topicOf } from "../ros/topics";

export class StateSubscriptions {
  private readonly live = new Map<string, { subscription: Subscription; newest?: AgentState }>();

  /**
   * @param localStates |S_l|: states beyond it are refused
   * @param onState called after a state was taken
   */
  constructor(
    private readonly node: RosNode,
    private readonly localStates: number,
    private readonly onState: () => void,
  ) {}

  /** Subscribes to just these robots: what is not among them goes first, so that it never adds. */
  keep(robots: readonly string[]): void {
    const wanted = new Set(robots);
    for (const [robot, { subscription }] of this.live) {
      if (wanted.has(robot)) continue;
      this.live.delete(robot);
      subscription.destroy();
    }
    for (const robot of robots) this.add(robot);
  }

  /** Subscribes to one more. */
  add(robot: string): void {
    if (this.live.has(robot)) return;
    const subscription = this.node.subscribe(topicOf(robot, TOPICS.agentState), (message) => {
      const entry = this.live.get(robot);
      if (entry === undefined) return undefined;
      if (message.state >= this.localStates) {
        return `${robot} says it is in state ${message.state} and the scenario has ${this.localStates}; start every node with one scenario`;
      }
      entry.newest = message;
      this.onState();
      return undefined;
    });
    this.live.set(robot, { subscription });
  }

  get count(): number {
    return this.live.size;
  }

  /** The newest states of those robots that were heard. */
  newest(robots: readonly string[]): AgentState[] {
    return robots.flatMap((robot) => this.live.get(robot)?.newest ?? []);
  }
}

/**
 * Hears where the lead vehicle is; gives its newest state.
 * @param globalStates |S_g|: states beyond it are refused
 * @param onState called after a state was taken
 */
export function hearLead(
  node: RosNode,
  globalStates: number,
  onState: () => void,
): () => GlobalState | undefined {
  let newest: GlobalState | undefined;
  node.subscribe(TOPICS.globalState, (message) => {
    if (message.state >= globalStates) {
      return `the lead vehicle says it is in state ${message.state} and the scenario has ${globalStates}; start every node with one scenario`;
    }
    newest = message;
    return onState();
  });
  return () => newest;
}
