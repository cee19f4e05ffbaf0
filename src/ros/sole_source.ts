/**
 * Topics that have one source: while two publishers of one are heard nobody can say which is right, so
 * that their messages do not count. Whoever died without a word stays in the graph for 20 s; it is told
 * from a second source by its silence.
 */
import { steadyMs } from "./clock";
import { fullName, type RclLogger, type RclNode } from "./rcl";
import type { Topic } from "./topics";
import { TroubleLog } from "./trouble_log";

/** A publisher that said nothing for this long is silent, ms. */
const QUIET_MS = 2500;
/** Names are looked up again this often at most while one is not known, ms. */
const NAMES_MS = 200;
/** Its source says it once, and then is silent: there a silent publisher counts too. */
const POLICY = "alternating_marl/msg/Policy";
/** Whoever is left when others are gone may have said these long ago: they are heard anew. */
const VALUES: readonly string[] = [POLICY, "alternating_marl/msg/Population"];

/** A node whose name discovery has not told yet. */
export const UNKNOWN = "a node not known yet";
/** Its name is waited for no longer, ms: what speaks DDS without ROS has none. */
const NAMING_MS = 3000;

const sources = new Set<SpokenSource>();
const senders = new Set<SoleSender>();

/** Within so many looks each topic that a body's agent sends on is looked at once (2 s), */
const ROUND_LOOKS = 20;
/** but no more of the time, ms a look: among 1,000 robots, counting one topic takes about 1 ms. */
const LONGEST_MS = 0.3;
const MOST_OWED_MS = 3;

/** Logs of all topics of the process with one source; called ten times a second. */
export function watchSources(log: Pick<RclLogger, "info" | "warn">): () => void {
  const troubles = new TroubleLog(log, "topics", "two sources of", "one source again of", false);
  let [turn, leftMs] = [0, 0];
  return () => {
    const all = [...senders];
    const startMs = steadyMs();
    let nowMs = startMs;
    leftMs = Math.min(0, leftMs) + LONGEST_MS;
    for (let i = 0; i < all.length / ROUND_LOOKS && nowMs - startMs < leftMs; i++) {
      all[turn++ % all.length].look();
      nowMs = steadyMs();
    }
    // What else the machine did meanwhile is not owed for ever.
    leftMs = Math.max(leftMs - (nowMs - startMs), -MOST_OWED_MS);
    troubles.look(sources);
  };
}

/** Told from its messages by who speaks, whoever else is there. */
export class SpokenSource {
  /** When each publisher spoke last, by identity, ms of the steady clock. */
  private readonly spokeMs = new Map<string, number>();
  private names = "";
  protected namedMs = -Infinity;
  /** Since when two sources are heard, as far as anybody looked. */
  private twoMs: number | undefined;

  constructor(
    protected readonly node: Pick<RclNode, "getPublishersInfoByTopic" | "countPublishers">,
    /** Its name in the graph: of its fleet, and as rules (`-r odom:=...`) have it. */
    readonly name: string,
    private readonly label: string,
    /** What comes of two sources. */
    private readonly effect: string,
  ) {}

  /** A publisher spoke. Returns whether two do. */
  hear(publisher: string): boolean {
    this.spokeMs.set(publisher, steadyMs());
    const { areTwo } = this;
    if (areTwo) sources.add(this);
    return areTwo;
  }

  get count(): number {
    return this.node.countPublishers(this.name);
  }

  /** Whether two have spoken lately. */
  protected get speakTwo(): boolean {
    if (this.spokeMs.size < 2) return false;
    const sinceMs = steadyMs() - QUIET_MS;
    for (const [publisher, ms] of this.spokeMs) if (ms < sinceMs) this.spokeMs.delete(publisher);
    return this.spokeMs.size > 1;
  }

  /** Whether two sources are heard. A robot that is back with a new publisher is none. */
  get areTwo(): boolean {
    return this.speakTwo && this.count > 1;
  }

  /** The nodes that publish, while two sources are heard. */
  get publishers(): string | undefined {
    if (!this.areTwo) {
      this.twoMs = undefined;
      return undefined;
    }
    const nowMs = steadyMs();
    this.twoMs ??= nowMs;
    const isKnown = this.namedMs > -Infinity && !this.names.includes(UNKNOWN);
    if (!isKnown && nowMs - this.namedMs > NAMES_MS) {
      this.namedMs = nowMs;
      this.names = this.node
        .getPublishersInfoByTopic(this.name)
        .map(({ node_name: name, node_namespace: namespace }) =>
          name.includes("UNKNOWN") ? UNKNOWN : fullName(namespace, name),
        )
        .sort()
        .join(" and ");
    }
    return this.names;
  }

  /** For the log: the two sources, once they are known by name, or those names waited for in vain. */
  trouble(): string | undefined {
    const { publishers, effect, twoMs = 0 } = this;
    const isWaiting = publishers?.includes(UNKNOWN) && steadyMs() - twoMs < NAMING_MS;
    return publishers && !isWaiting ? `${publishers}; ${effect}: end one of them` : undefined;
  }

  /** What is wrong while two sources are heard; undefined: nothing is. */
  get problem(): string | undefined {
    const { publishers, label } = this;
    return publishers && `two sources of ${label} (${publishers}); end one of them`;
  }

  end(): void {
    sources.delete(this);
  }
}

/** A topic that this node alone publishes: where another one does too, it listens. */
export class SoleSender extends SpokenSource {
  private heard: { destroy(): void } | undefined;

  /** @param listen to the topic, for who speaks */
  constructor(
    node: ConstructorParameters<typeof SpokenSource>[0],
    name: string,
    label: string,
    private readonly listen: (hear: (publisher: string) => void) => { destroy(): void },
  ) {
    super(node, name, label, "whoever listens obeys both");
    senders.add(this);
  }

  look(): void {
    if (this.count < 2) this.ignore();
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

/** A topic that this node listens to: a second publisher that does not speak does no harm. */
export class SoleSource extends SpokenSource {
  private lastCount = 0;
  private readonly isValue: boolean;

  /**
   * @param counted gives how many publishers are heard
   * @param again subscribes anew: others are gone, and what the one that is left said counts
   */
  constructor(
    node: RclNode,
    private readonly declared: Pick<Topic, "name" | "type">,
    name: string,
    private readonly counted: () => number,
    private readonly again: () => void,
  ) {
    super(node, name, declared.name, "none counts");
    this.isValue = VALUES.includes(declared.type);
    sources.add(this);
  }

  override get count(): number {
    return this.counted();
  }

  /** Whether two sources are heard, so that no message counts. */
  override get areTwo(): boolean {
    const { speakTwo, isValue, lastCount } = this;
    // The middleware is not asked at each message of a stream.
    if (!speakTwo && !isValue) return false;
    const { count } = this;
    if (count !== lastCount) {
      this.lastCount = count;
      this.namedMs = -Infinity;
      if (count === 1 && lastCount > 1 && isValue) this.again();
    }
    return count > 1 && (speakTwo || this.declared.type === POLICY);
  }
}
