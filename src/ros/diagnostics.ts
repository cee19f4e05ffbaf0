/**
 * /diagnostics (REP-107): one DiagnosticArray a process each second. A process with many robots sends
 * one status for all of them.
 */
import { cut } from "../base/errors";
import { every, type RosClock } from "./clock";
import type { RosNode } from "./node";
import { TOPICS } from "./topics";

/** diagnostic_msgs/DiagnosticStatus */
export const LEVEL = { ok: 0, warn: 1, error: 2 } as const;

export interface Health {
  readonly level: keyof typeof LEVEL;
  /** What is the matter, and what to do. */
  readonly message: string;
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

/** One check of one robot, or of the swarm (`robot` empty). */
export interface Check {
  readonly robot: string;
  readonly name: string;
  readonly look: () => Health;
  /** Called after what was seen was told. */
  readonly told?: () => void;
}

/** Characters. */
const LONGEST_MESSAGE = 1000;
const PERIOD_MS = 1000;
/** Up to so many checks have a status each; more are summed up in one. */
const MOST_APART = 50;

export function publishDiagnostics(
  node: RosNode,
  clock: RosClock,
  checks: () => readonly Check[],
): () => void {
  const publish = node.publisher(TOPICS.diagnostics);
  const tell = (): void => {
    const seen = checks().map((check) => ({ ...check, health: check.look() }));
    const told = seen.length > MOST_APART ? [together(node.name, seen)] : seen;
    const textOf = ([key, value]: [string, unknown]) => ({
      key,
      value: cut(String(value), LONGEST_MESSAGE),
    });
    const status = told.map(({ name, robot, health: { level, message, values } }) => ({
      level: LEVEL[level],
      name: `${node.fleetPrefix}${name}`,
      message: cut(message, LONGEST_MESSAGE),
      hardware_id: robot && `${node.fleetPrefix}${robot}`,
      values: Object.entries(values).map(textOf),
    }));
    publish({ header: { stamp: clock.stamp(), frame_id: "" }, status });
    for (const check of seen) check.told?.();
  };
  return every(PERIOD_MS, () => node.safely(tell));
}

type Seen = Check & { readonly health: Health };

/** The worst level, and how many robots say what. */
export function together(name: string, seen: readonly Seen[]): Seen {
  const counts = new Map<string, number>();
  for (const { health } of seen) counts.set(health.message, (counts.get(health.message) ?? 0) + 1);
  const worst = seen.reduce((a, b) => (LEVEL[b.health.level] > LEVEL[a.health.level] ? b : a));
  const { level, message } = worst.health;
  const others = level === "ok" ? "" : ` (such as ${worst.robot})`;
  return {
    robot: "",
    name: `${name}: ${seen.length} robots`,
    look: worst.look,
    health: {
      level,
      message: `${counts.get(message)} of ${seen.length}: ${message}${others}`,
      values: Object.fromEntries(counts),
    },
  };
}
