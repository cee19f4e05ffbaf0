/** The live subscriptions to sampled robots' states, and the newest state of each. */
import { type RosClock, steadyMs } from "../ros/clock";
import { type AgentState, type GlobalState, nanoseconds } from "../ros/messages";
import type { GLOBAL_AGENT_PARAMETERS } from "../ros/generated/parameters";
import type { RosNode, Subscription } from "../ros/node";
import { Renewal } from "../ros/renewal";
import { TOPICS, topicOf } from "../ros/topics";

/** Clock-skew tolerance, ns. A later stamp predates a clock reset; ignore it. */
const CLOCK_SKEW_NS = 1_000_000_000n;
/** A robot repeats its state twice a second (stamps.ts); after this long without one its state is stale, ms. */
const LONGEST_SILENCE_MS = 1000;
/** Subscriptions are made and ended in parts that are about as long as this, ms. */
const PART_MS = 2;

/**
 * Why a robot's state does not count at a decision. silent: none came. stale: stamped too long
 * before it, or heard too long ago. future: stamped after now.
 */
export type Unusable = "silent" | "stale" | "future";

interface Entry {
  readonly subscription: Subscription;
  readonly by: Renewal["now"];
  newest?: AgentState;
  /** Steady clock. */
  heardMs: number;
}

export class StateSubscriptions {
  /** States that the scenario lacks (refused), and late ones (ignored). */
  readonly counts = { unknown_states: 0, late_states: 0 };
  private readonly live = new Map<string, Entry>();
  /** The rest of a change of subscriptions that is under way. */
  private pending: Generator<void> | undefined;

  /**
   * @param localStates |S_l|: states beyond it are refused
   * @param onState called after a state was taken
   */
  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    private readonly clock: RosClock,
    private readonly localStates: number,
    private readonly onState: () => void,
    readonly renewal = new Renewal(node, () => node.parameters.subscriptions_kept),
  ) {}

  /**
   * Subscribes to exactly these robots. Others are unsubscribed first: the number never rises above.
   * In parts, between other work such as commands: in a large graph each takes milliseconds.
   */
  keep(robots: readonly string[]): void {
    const changes = this.changes(robots);
    this.pending = changes;
    const proceed = (): void => {
      if (this.pending !== changes) return;
      const endMs = steadyMs() + PART_MS;
      while (!changes.next().done) {
        if (steadyMs() >= endMs) return void setImmediate(() => this.node.safely(proceed));
      }
    };
    proceed();
  }

  stop(): void {
    this.pending = undefined;
    Array.from(this.changes([]));
  }

  private *changes(robots: readonly string[]): Generator<void> {
    const wanted = new Set(robots);
    for (const [robot, { subscription, by }] of [...this.live]) {
      if (wanted.has(robot) && by === this.renewal.now) continue;
      this.live.delete(robot);
      subscription.destroy();
      yield;
    }
    for (const robot of robots) {
      if (this.live.has(robot)) continue;
      this.add(robot);
      yield;
    }
  }

  add(robot: string): void {
    if (this.live.has(robot)) return;
    const { now: by } = this.renewal;
    this.renewal.made++;
    const topic = { ...topicOf(robot, TOPICS.agentState), by: by?.node };
    const subscription = this.node.subscribeSole(topic, (message, areTwo) =>
      this.hear(robot, entry, message, areTwo),
    );
    const entry: Entry = { subscription, by, heardMs: -Infinity };
    this.live.set(robot, entry);
  }

  /** Why a state is refused; undefined: it is taken, or ignored: it is late, or one of two. */
  private hear(
    robot: string,
    entry: Entry,
    message: AgentState,
    areTwo: () => boolean,
  ): string | undefined {
    const { counts } = this;
    if (message.state >= this.localStates) {
      counts.unknown_states++;
      return `${robot} says it is in state ${message.state} and the scenario has ${this.localStates}; start every node with one scenario`;
    }
    const { newest = message } = entry;
    const [stamp, before] = [message, newest].map(({ header }) => nanoseconds(header.stamp));
    const now = this.clock.now();
    // Older than the one before, without a clock reset between them.
    if (stamp < before && !isAhead(before, now)) {
      counts.late_states++;
      return undefined;
    }
    // What cannot be of now is no second source: it does not count anyway.
    const age = now - stamp;
    if (age >= -CLOCK_SKEW_NS && age <= CLOCK_SKEW_NS && areTwo()) {
      entry.newest = undefined;
      return undefined;
    }
    entry.newest = message;
    entry.heardMs = steadyMs();
    this.onState();
    return undefined;
  }

  get count(): number {
    return this.live.size;
  }

  newest(robots: readonly string[]): AgentState[] {
    return robots.flatMap((robot) => this.live.get(robot)?.newest ?? []);
  }

  /**
   * What is wrong with a robot's state at a decision; undefined: it counts.
   * @param oldest stamp that counts, ns
   */
  trouble(robot: string, oldest: bigint): Unusable | undefined {
    const entry = this.live.get(robot);
    if (entry?.newest === undefined) return "silent";
    const isUnheard = steadyMs() - entry.heardMs > LONGEST_SILENCE_MS;
    const trouble = ageTrouble(entry.newest, oldest, this.clock.now());
    return trouble ?? (isUnheard ? "stale" : undefined);
  }
}

/**
 * What is wrong with a state's stamp at a decision; undefined: it counts.
 * @param oldest stamp that counts, ns
 * @param now ROS time, ns
 */
export function ageTrouble(
  { header }: AgentState | GlobalState,
  oldest: bigint,
  now: bigint,
): Unusable | undefined {
  const stamp = nanoseconds(header.stamp);
  if (isAhead(stamp, now)) return "future";
  return stamp < oldest ? "stale" : undefined;
}

const isAhead = (stamp: bigint, now: bigint): boolean => stamp > now + CLOCK_SKEW_NS;
