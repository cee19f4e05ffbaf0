/** A subscription to a topic that has one source (sources.ts), on its node. */
import { steadyMs } from "./clock";
import { type RclNode, type RclQoS, type RclSubscription } from "./rcl";
import { SourceLog, Sources, UNKNOWN } from "./sources";
import type { Topic } from "./topics";

/** A process listens on so many topics for who speaks; on further ones a silent publisher counts too. */
const MOST_PROBES = 50;
/** Names are looked up again this often at most while one is not known, ms. */
const NAMES_MS = 200;
/** `problem` is as old as this at most, ms: many bodies ask often. */
const FRESH_MS = 20;
/** Longer messages are not taken twice: there a silent publisher counts too. */
const isLong = ({ type }: Topic): boolean => type === "alternating_marl/msg/Policy";
/** Their source says them once, or seldom. */
const VALUES: readonly string[] = ["Policy", "Population"].map(
  (name) => `alternating_marl/msg/${name}`,
);

const sources = new Set<SoleSource>();
let probes = 0;

/** Logs of all topics of the process with one source. */
export function watchSources(log: ConstructorParameters<typeof SourceLog>[0]): () => void {
  const sourceLog = new SourceLog(log);
  return () => sourceLog.look(sources, steadyMs());
}

export class SoleSource {
  /** Its name in the graph: of its fleet, and as rules (`-r odom:=...`) have it. */
  readonly topic: string;
  private readonly sources: Sources;
  private probe: RclSubscription | undefined;
  private names = "";
  private namedMs = -Infinity;
  private told: string | undefined;
  private toldMs = -Infinity;

  private wereTwo = false;

  /** @param onOne called after two sources were heard, with what is left of them */
  constructor(
    private readonly node: RclNode,
    private readonly declared: Topic,
    private readonly qos: RclQoS,
    public subscription: RclSubscription,
    private readonly onOne: (publishers: number) => void,
  ) {
    this.topic = subscription.topic;
    this.sources = new Sources(!this.isValue);
    sources.add(this);
  }

  /** Whether its source does not go on to publish. */
  get isValue(): boolean {
    return VALUES.includes(this.declared.type);
  }

  /** Publishers that are heard. */
  get count(): number {
    return this.subscription.publisherCount;
  }

  /** Whether two sources are heard, so that no message counts. */
  get areTwo(): boolean {
    const { count } = this;
    const nowMs = steadyMs();
    if (this.sources.look(count, nowMs)) {
      this.namedMs = -Infinity;
      this.endProbe();
      if (count > 1) this.listen();
    }
    const areTwo = count > 1 && (this.probe === undefined || this.sources.areTwo(nowMs));
    if (this.wereTwo && !areTwo) this.onOne(count);
    this.wereTwo = areTwo;
    return areTwo;
  }

  /** The nodes that publish, while two sources are heard. */
  get publishers(): string | undefined {
    if (!this.areTwo) return undefined;
    const nowMs = steadyMs();
    const isKnown = this.namedMs > -Infinity && !this.names.includes(UNKNOWN);
    if (!isKnown && nowMs - this.namedMs > NAMES_MS) {
      this.namedMs = nowMs;
      this.names = this.node
        .getPublishersInfoByTopic(this.topic)
        .map(({ node_name: name, node_namespace: namespace }) =>
          name.includes("UNKNOWN") ? UNKNOWN : `${namespace}/${name}`.replace("//", "/"),
        )
        .sort()
        .join(" and ");
    }
    return this.names;
  }

  /** Why no message counts; undefined: they do. */
  get problem(): string | undefined {
    const nowMs = steadyMs();
    if (nowMs - this.toldMs > FRESH_MS) {
      this.toldMs = nowMs;
      const { publishers, declared } = this;
      this.told =
        publishers === undefined
          ? undefined
          : `two sources of ${declared.name} (${publishers}); end one of them`;
    }
    return this.told;
  }

  end(): void {
    this.endProbe();
    sources.delete(this);
  }

  /** Hears, besides the messages, who sends each: rclnodejs tells that of messages that are not raw. */
  private listen(): void {
    if (probes >= MOST_PROBES || isLong(this.declared)) return;
    probes++;
    const { type, name } = this.declared;
    this.probe = this.node.createSubscription(type, name, { qos: this.qos }, (_message, info) =>
      this.sources.hear(info.publisherGid.toString("hex"), steadyMs()),
    );
  }

  private endProbe(): void {
    if (this.probe === undefined) return;
    probes--;
    this.node.destroySubscription(this.probe);
    retire(this.probe);
    this.probe = undefined;
  }
}

/**
 * A destroyed subscription's object is kept for this long, ms: rclnodejs' waiting thread may still
 * hand it a message, and crashes where it was collected (RobotWebTools/rclnodejs#896).
 */
const RETIRED_MS = 2000;

export function retire(subscription: RclSubscription): void {
  setTimeout(() => subscription.isDestroyed(), RETIRED_MS).unref();
}
