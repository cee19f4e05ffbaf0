/**
 * Topics that have one source: while two publishers of one are heard nobody can say which is right, so
 * that their messages do not count. Whoever died without a word stays in the graph for 20 s; it is told
 * from a second source by its silence.
 */
import { listed } from "../base/errors";
import type { RclLogger } from "./rcl";

export interface Watched {
  /** With its namespace. */
  readonly topic: string;
  /** What comes of two sources. */
  readonly effect: string;
  /** Names of the nodes that publish there, where they are two or more; undefined: one or none. */
  readonly publishers: string | undefined;
}

/** A node whose name discovery has not told yet. */
export const UNKNOWN = "a node not known yet";
/** Its name is waited for no longer, ms: what speaks DDS without ROS has none. */
const NAMING_MS = 3000;

/** Logs once which topics began to have two sources, and which have one again. */
export class SourceLog {
  private readonly told = new Set<Watched>();
  /** Since when the name of a publisher is waited for. */
  private readonly waitsMs = new Map<Watched, number>();

  constructor(private readonly log: Pick<RclLogger, "info" | "warn">) {}

  /** @param nowMs of the steady clock */
  look(all: Iterable<Watched>, nowMs: number): void {
    const begun = new Map<string, string[]>();
    const ended: string[] = [];
    const seen = new Set(all);
    for (const each of seen) {
      const { publishers, topic } = each;
      if (publishers === undefined && this.told.delete(each)) ended.push(topic);
      if (!publishers?.includes(UNKNOWN)) this.waitsMs.delete(each);
      else if (!this.waitsMs.has(each)) this.waitsMs.set(each, nowMs);
      const isNamed = nowMs - (this.waitsMs.get(each) ?? -Infinity) >= NAMING_MS;
      if (publishers === undefined || !isNamed || this.told.has(each)) continue;
      this.told.add(each);
      const key = `${publishers}; ${each.effect}`;
      begun.set(key, [...(begun.get(key) ?? []), topic]);
    }
    for (const known of [this.told, this.waitsMs]) {
      for (const each of known.keys()) if (!seen.has(each)) known.delete(each);
    }
    for (const [what, topics] of begun) {
      this.log.warn(`two sources of ${listed(topics, "topics")}: ${what}: end one of them`);
    }
    if (ended.length > 0) this.log.info(`one source again of ${listed(ended, "topics")}`);
  }
}
