/** Topics that have one source (sources.ts), on their node. */
import { steadyMs } from "./clock";
import { type RclNode, type RclQoS, type RclSubscription } from "./rcl";
import { SourceLog, Sources, Speakers, UNKNOWN, type Watched } from "./sources";
import type { Topic } from "./topics";

/** A process listens on so many of its robots' topics for who speaks; on further ones a silent publisher counts too. */
const MOST_PROBES = 50;
/** Topics of the swarm are few, and always listened to. */
const isOfSwarm = ({ name }: Topic): boolean => name.startsWith("/");
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

const sources = new Set<Watched>();
const senders = new Set<SoleSender>();
let probes = 0;

/** Within so many looks each topic that a body's agent sends on is looked at once: 4 s. */
const ROUND_LOOKS = 40;

/** Logs of all topics of the process with one source; called ten times a second. */
export function watchSources(log: ConstructorParameters<typeof SourceLog>[0]): () => void {
  const sourceLog = new SourceLog(log);
  let turn = 0;
  return () => {
    const all = [...senders];
    for (let i = 0; i < all.length / ROUND_LOOKS; i++) all[turn++ % all.length].look();
    sourceLog.look(sources, steadyMs());
  };
}

abstract class Source implements Watched {
  private names = "";
  protected namedMs = -Infinity;
  private told: string | undefined;
  private toldMs = -Infinity;

  constructor(
    protected readonly node: Pick<RclNode, "getPublishersInfoByTopic">,
    /** Its name in the graph: of its fleet, and as rules (`-r odom:=...`) have it. */
    readonly topic: string,
    private readonly label: string,
    readonly effect: string,
  ) {}

  /** Whether two sources are heard. */
  abstract readonly areTwo: boolean;

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

  /** What is wrong while two sources are heard; undefined: nothing is. */
  get problem(): string | undefined {
    const nowMs = steadyMs();
    if (nowMs - this.toldMs > FRESH_MS) {
      this.toldMs = nowMs;
      const { publishers, label } = this;
      this.told =
        publishers === undefined
          ? undefined
          : `two sources of ${label} (${publishers}); end one of them`;
    }
    return this.told;
  }

  end(): void {
    sources.delete(this);
  }
}

/** Told from its messages by who speaks, whoever else is there. */
export class SpokenSource extends Source {
  private readonly speakers = new Speakers();

  /** A publisher spoke. Returns whether two do. */
  hear(publisher: string): boolean {
    const areTwo = this.speakers.hear(publisher, steadyMs());
    if (areTwo && !sources.has(this)) {
      this.namedMs = -Infinity;
      sources.add(this);
    }
    return areTwo;
  }

  get areTwo(): boolean {
    return this.speakers.areTwo(steadyMs());
  }
}

/** A topic that this node alone publishes: where another one does too, it listens. */
export class SoleSender extends SpokenSource {
  private heard: { destroy(): void } | undefined;

  /** @param listen to the topic, for who speaks */
  constructor(
    protected override readonly node: Pick<RclNode, "getPublishersInfoByTopic" | "countPublishers">,
    topic: string,
    label: string,
    private readonly listen: (hear: (publisher: string) => void) => { destroy(): void },
  ) {
    super(node, topic, label, "whoever listens obeys both");
    senders.add(this);
  }

  look(): void {
    if (this.node.countPublishers(this.topic) < 2) this.ignore();
    else this.heard ??= this.listen((publisher) => void this.hear(publisher));
  }

  private ignore(): void {
    this.heard?.destroy();
    this.heard = undefined;
  }

  override end(): void {
    super.end();
    senders.delete(this);
    this.ignore();
  }
}

export class SoleSource extends Source {
  private readonly sources: Sources;
  private probe: RclSubscription | undefined;
  private wereTwo = false;

  /** @param onOne called after two sources were heard, with what is left of them */
  constructor(
    protected override readonly node: RclNode,
    private readonly declared: Topic,
    private readonly qos: RclQoS,
    public subscription: RclSubscription,
    private readonly onOne: (publishers: number) => void,
  ) {
    super(node, subscription.topic, declared.name, "none counts");
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

  override end(): void {
    this.endProbe();
    super.end();
  }

  /** Hears, besides the messages, who sends each: rclnodejs tells that of messages that are not raw. */
  private listen(): void {
    const isFull = probes >= MOST_PROBES && !isOfSwarm(this.declared);
    if (isFull || isLong(this.declared)) return;
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
