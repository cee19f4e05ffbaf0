/**
 * Who is at the other end of a process's topics. ROS connects nobody whose type or quality of service
 * does not fit, and tells neither of the two: the graph shows it.
 */
import { steadyMs } from "./clock";
import { fullName, type RclEndpointInfo, type RclNode, RMW } from "./rcl";
import { Seldom } from "./seldom";
import { type Topic, TOPICS } from "./topics";

/** Whether somebody is connected is as old as this at most, ms: many bodies ask often. */
const [ALONE_MS, CONNECTED_MS] = [200, 1000];
/** Looks at the graph go on for this long at most, ms: in a large one each takes a while. */
const LOOKING_MS = 2;
const MOST_TOLD = 3;
/** To be had by whoever asks for it, it must be given. */
const DEMANDS: readonly string[] = ["reliable", "transient_local"];
const KINDS = ["type", "reliability", "durability"] as const;
const REMEDIES: Readonly<Record<string, string>> = {
  [TOPICS.twistStamped.type]: "set stamped_cmd_vel to true",
  [TOPICS.twist.type]: "set stamped_cmd_vel to false",
};

/** What this node does with the topic. */
export type Role = "sends" | "takes";

/** Why somebody else at a topic is not connected, and what to do; undefined: it is. */
export function mismatchOf(topic: Topic, role: Role, other: RclEndpointInfo): string | undefined {
  const { node_name: name, node_namespace: namespace, topic_type: type, qos_profile: qos } = other;
  const reliability = qos.reliability === RMW.best_effort ? "best_effort" : "reliable";
  const durability = qos.durability === RMW.volatile ? "volatile" : "transient_local";
  const there = { type, reliability, durability };
  const [given, asked] = role === "sends" ? [topic, there] : [there, topic];
  const kind = KINDS.find((each) =>
    each === "type"
      ? type !== topic.type
      : DEMANDS.includes(asked[each]) && !DEMANDS.includes(given[each]),
  );
  if (kind === undefined) return undefined;
  const [does, infinitive] = role === "sends" ? ["takes", "take"] : ["sends", "send"];
  const remedy = REMEDIES[there[kind]] ?? `let it ${infinitive} ${topic[kind]}`;
  return `${fullName(namespace, name)} ${does} ${there[kind]}, and this node ${role} ${topic[kind]}: ${remedy}`;
}

const connections = new Set<Connection>();

/** A topic's publisher or subscription of this process. */
export class Connection {
  private mismatches: readonly string[] = [];
  private countedMs = -Infinity;
  private isEmpty = true;

  /**
   * @param name of the topic in the graph
   * @param count of others that are connected
   * @param refusal why what comes is refused at present
   */
  constructor(
    private readonly node: Pick<
      RclNode,
      "getPublishersInfoByTopic" | "getSubscriptionsInfoByTopic"
    >,
    private readonly topic: Topic,
    private readonly role: Role,
    private readonly name: string,
    private readonly count: () => number,
    private readonly refusal: () => string | undefined,
  ) {
    connections.add(this);
  }

  look(): void {
    const { node, topic, role } = this;
    const look = role === "sends" ? "getSubscriptionsInfoByTopic" : "getPublishersInfoByTopic";
    const others = node[look](this.name);
    this.mismatches = others.flatMap((other) => mismatchOf(topic, role, other) ?? []);
  }

  /** Whether nobody is connected. */
  get isAlone(): boolean {
    const nowMs = steadyMs();
    if (nowMs - this.countedMs > (this.isEmpty ? ALONE_MS : CONNECTED_MS)) {
      [this.countedMs, this.isEmpty] = [nowMs, this.count() === 0];
    }
    return this.isEmpty;
  }

  /** Who is not connected, and why. */
  get mismatch(): string | undefined {
    return this.mismatches.length > 0 ? `${this.name}: ${inShort(this.mismatches)}` : undefined;
  }

  /** The same, why what comes is refused, or that nobody is there; undefined: all is well. */
  get problem(): string | undefined {
    const others = this.role === "sends" ? "takes" : "sends";
    const nobody = `nobody ${others} ${this.name}; start who does, by that name`;
    return this.mismatch ?? this.refusal() ?? (this.isAlone ? nobody : undefined);
  }

  end(): void {
    connections.delete(this);
  }
}

const inShort = (texts: readonly string[]): string =>
  texts.length > MOST_TOLD
    ? `${texts.slice(0, MOST_TOLD).join("; ")}; and ${texts.length - MOST_TOLD} more`
    : texts.join("; ");

/** Who is not connected to the process; empty: all are. */
export const mismatches = (): string =>
  inShort([...connections].flatMap((each) => each.mismatch ?? []));

/** Looks at the process's topics in turn, and logs who is not connected. */
export function watchConnections(log: { warn(line: string): void }): () => void {
  const seldom = new Seldom();
  let [turn, before] = [0, ""];
  return () => {
    const startMs = steadyMs();
    const all = [...connections];
    for (let i = 0; i < all.length && steadyMs() - startMs < LOOKING_MS; i++) {
      all[turn++ % all.length].look();
    }
    const told = mismatches();
    // Not at once: names come late, and further topics are still looked at.
    if (told && told === before && seldom.isDue(told, startMs)) log.warn(`not connected: ${told}`);
    before = told;
  };
}
