/**
 * Topics that have one source: while two publishers of one are heard nobody can say which is right, so
 * that their messages do not count. Whoever died without a word stays in the graph for 20 s; it is told
 * from a second source by its silence.
 */
import { steadyMs } from "./clock";
import { fullName, type RclLogger, type RclNode } from "./rcl";
import { TroubleLog } from "./trouble_log";

/** A publisher that said nothing for this long is silent, ms. */
const QUIET_MS = 2500;
/** Names are looked up again this often at most while one is not known, ms. */
const NAMES_MS = 200;

/** A node whose name discovery has not told yet. */
export const UNKNOWN = "a node not known yet";
/** Its name is waited for no longer, ms: what speaks DDS without ROS has none. */
const NAMING_MS = 3000;

/** Those that had two, and those that may have though nobody speaks. */
const sources = new Set<SoleSource>();
/** Each looks whether another node publishes what this process alone should. */
const looks = new Set<() => void>();

/** After a look, rest for so many times as long as it took: among 1,000 robots that is about 1 ms. */
const REST = 300;
/** A look that took longer was kept waiting by the machine, ms: that is not rested for. */
const LONGEST_MS = 3;

/** Logs of all topics of the process with one source; called ten times a second. */
export function watchSources(log: Pick<RclLogger, "info" | "warn">): () => void {
  const troubles = new TroubleLog(log, "topics", "two sources of", "one source again of", false);
  let [turn, restedMs] = [0, 0];
  return () => {
    const startMs = steadyMs();
    if (startMs >= restedMs) {
      [...looks][turn++ % looks.size]?.();
      restedMs = startMs + REST * Math.min(LONGEST_MS, steadyMs() - startMs);
    }
    troubles.look(sources);
  };
}

/**
 * While another node publishes the topic, too, its source is heard.
 * @param isLive whether this process still publishes it
 * @param listen lets the source hear who speaks
 */
export function watchSender(
  source: SoleSource,
  isLive: () => boolean,
  listen: () => { destroy(): void },
): void {
  let heard: { destroy(): void } | undefined;
  const look = (): void => {
    if (!isLive()) looks.delete(look);
    else if (source.count() > 1) heard ??= listen();
    else heard = heard?.destroy() as undefined;
  };
  looks.add(look);
}

export class SoleSource {
  /** When each publisher spoke last, by identity, ms of the steady clock. */
  private readonly spokeMs = new Map<string, number>();
  private lastCount = 0;
  /** Who publishes, while two are heard: first looked up, and last, ms of the steady clock. */
  private known:
    { readonly names: string; readonly firstMs: number; readonly ms: number } | undefined;

  /**
   * @param name in the graph: of its fleet, and as rules (`-r odom:=...`) have it
   * @param effect what comes of two sources
   * @param count gives how many publishers there are
   * @param again of a topic that its source says once, and then is silent: a silent publisher counts
   *   too. Called once others are gone: what the one that is left said counts.
   */
  constructor(
    private readonly node: Pick<RclNode, "getPublishersInfoByTopic">,
    readonly name: string,
    private readonly label: string,
    private readonly effect: string,
    public count: () => number,
    private readonly again?: () => void,
  ) {
    if (again) sources.add(this);
  }

  /** A publisher spoke. Returns whether two do. */
  hear(publisher: string): boolean {
    this.spokeMs.set(publisher, steadyMs());
    const { areTwo } = this;
    if (areTwo) sources.add(this);
    return areTwo;
  }

  /**
   * Whether two sources are heard: two have spoken lately, and both are there. A robot that is back with
   * a new publisher is none.
   */
  get areTwo(): boolean {
    const { spokeMs, again, lastCount } = this;
    const sinceMs = steadyMs() - QUIET_MS;
    // The middleware is not asked at each message of a stream.
    if (spokeMs.size > 1) for (const [who, ms] of spokeMs) if (ms < sinceMs) spokeMs.delete(who);
    if (spokeMs.size < 2 && !again) return false;
    const count = this.count();
    this.lastCount = count;
    if (count !== lastCount) this.known = undefined;
    if (count === 1 && lastCount > 1) again?.();
    return count > 1;
  }

  /** The nodes that publish, while two sources are heard. */
  get publishers(): string | undefined {
    if (!this.areTwo) return (this.known = undefined);
    const nowMs = steadyMs();
    const { names = UNKNOWN, ms = -Infinity, firstMs = nowMs } = this.known ?? {};
    if (!names.includes(UNKNOWN) || nowMs - ms <= NAMES_MS) return names;
    const found = this.node
      .getPublishersInfoByTopic(this.name)
      .map(({ node_name: name, node_namespace: namespace }) =>
        name.includes("UNKNOWN") ? UNKNOWN : fullName(namespace, name),
      );
    this.known = { names: found.sort().join(" and "), firstMs, ms: nowMs };
    return this.known.names;
  }

  /** For the log: the two sources, once they are known by name, or those names waited for in vain. */
  trouble(): string | undefined {
    const { publishers, effect } = this;
    const waitedMs = steadyMs() - (this.known?.firstMs ?? 0);
    const isWaiting = publishers?.includes(UNKNOWN) && waitedMs < NAMING_MS;
    return publishers && !isWaiting ? `${publishers}; ${effect}: end one of them` : undefined;
  }

  /** What is wrong while two sources are heard; undefined: nothing is. */
  get problem(): string | undefined {
    const { publishers, label } = this;
    return publishers && `two sources of ${label} (${publishers}); end one of them`;
  }
}
