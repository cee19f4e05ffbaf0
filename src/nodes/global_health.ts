/** What the global agent says of itself on /diagnostics. */
import type { RosClock } from "../ros/clock";
import type { Check, Health } from "../ros/diagnostics";
import type { RosNode } from "../ros/node";
import type { Commander } from "./commander";
import type { Epochs } from "./epochs";

/** /clock stands when it shows the same for longer than this, ms. */
const STANDING_MS = 3000;
/** In system time an epoch begins at least once in so many lengths of one. */
const MOST_LAG = 2;

export interface Observed {
  readonly node: Pick<RosNode, "bytesHeard">;
  readonly commander: Commander;
  readonly epochs: Epochs;
  readonly clock: RosClock;
  readonly isActive: () => boolean;
}

export function globalChecks(observed: Observed): readonly Check[] {
  let told: Readonly<Record<string, number>> = {};
  const epochs = (): Health => {
    const before = told;
    told = observed.epochs.troubles;
    return epochsHealth(observed, before);
  };
  return [
    { robot: "", name: "global_agent: epochs", look: epochs },
    { robot: "", name: "global_agent: policy", look: () => policyHealth(observed) },
  ];
}

/** @param before the troubles as they were told last */
function epochsHealth(observed: Observed, before: Readonly<Record<string, number>>): Health {
  const { node, epochs, isActive } = observed;
  const { command } = observed.commander;
  const values = { epoch: command?.epoch ?? -1, bytes_heard: node.bytesHeard, ...epochs.values };
  const told = (level: Health["level"], message: string): Health => ({ level, message, values });
  if (!isActive()) {
    return told("warn", "not active: robots stand; ros2 lifecycle set /global_agent activate");
  }
  const problem = problemOf(observed);
  if (problem) return told("error", problem);
  const since = Object.entries(epochs.troubles).flatMap(([name, count]) => {
    const more = count - (before[name] ?? 0);
    return more > 0 ? `${name.replaceAll("_", " ")}: ${more}` : [];
  });
  const counted = since.length > 0 && `${since.join(", ")} since a second ago`;
  const troubles = [epochs.overloaded, counted].filter(Boolean);
  if (troubles.length > 0) return told("warn", troubles.join("; "));
  const { sampled_agents: { length: asked } = [], sample_size = 0 } = command ?? {};
  if (asked >= sample_size) return told("ok", "deciding");
  const few = `only ${asked} of ${sample_size} robots can be asked: all of them are`;
  const { quarantined } = epochs.values;
  return told("warn", `${few} (${quarantined} in quarantine); start more, or lower sample_size`);
}

/** Why epochs do not begin, and what to do; undefined: they do. */
function problemOf({ epochs, clock }: Observed): string | undefined {
  if (epochs.waiting) return epochs.waiting;
  if (clock.standingMs > STANDING_MS) {
    return "ROS time stands: /clock does not go on; look at what publishes it (a paused simulator lets it stand)";
  }
  if (clock.isSimulated || epochs.lag <= MOST_LAG) return undefined;
  return `no epoch has begun for ${epochs.lag.toFixed(1)} times the length of one; look at the log, and start the global agent again`;
}

function policyHealth({ commander, epochs }: Observed): Health {
  const { policy, stopped } = commander;
  const values = {
    policy: policy?.sha256.slice(0, 8) ?? "none",
    table_size: policy?.metadata.tableSize ?? 0,
    sample_size: epochs.sampleSize,
    global_gap: policy?.metadata.globalGap ?? "unknown",
    local_gap: policy?.metadata.localGap ?? "unknown",
  };
  const twoSources = commander.policies.problem;
  if (!policy) return { level: "error", message: twoSources ?? "no policy", values };
  const stop = stopped ? "an emergency stop holds; reset_emergency_stop ends it" : undefined;
  const warning = twoSources ? `the one before holds: ${twoSources}` : stop;
  return { level: warning ? "warn" : "ok", message: warning ?? "in force", values };
}
