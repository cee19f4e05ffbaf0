/** What the global agent says of itself on /diagnostics. */
import type { RosClock } from "../ros/clock";
import type { Check, Health } from "../ros/diagnostics";
import type { Commander } from "./commander";
import type { Epochs } from "./epochs";

/** /clock that shows the same for longer than this stands, ms. */
const STANDING_MS = 3000;
/** In system time an epoch has begun within so many lengths of one. */
const MOST_LAG = 2;

/** Why epochs do not begin, and what to do; undefined: they do. */
function problemOf(epochs: Epochs, clock: RosClock): string | undefined {
  if (epochs.waiting) return epochs.waiting;
  if (clock.standingMs > STANDING_MS) {
    return "ROS time stands: /clock does not go on; look at what publishes it (a paused simulator lets it stand)";
  }
  if (clock.isSimulated || epochs.lag <= MOST_LAG) return undefined;
  return `no epoch has begun for ${epochs.lag.toFixed(1)} times the length of one; look at the log, and start the global agent again`;
}

/**
 * @param isActive whether the node's lifecycle is
 * @param bytesHeard of all messages heard
 */
export function globalChecks(
  commander: Commander,
  epochs: Epochs,
  clock: RosClock,
  isActive: () => boolean,
  bytesHeard: () => number,
): readonly Check[] {
  let told: Readonly<Record<string, number>> = {};
  const ofEpochs = (): Health => {
    const { troubles } = epochs;
    const { command } = commander;
    const since = Object.entries(troubles)
      .map(([name, count]) => [name.replaceAll("_", " "), count - (told[name] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    told = troubles;
    const epoch = command?.epoch ?? -1;
    const values = { epoch, bytes_heard: bytesHeard(), ...epochs.values };
    if (!isActive()) {
      const message = "not active: robots stand; ros2 lifecycle set /global_agent activate";
      return { level: "warn", message, values };
    }
    const problem = problemOf(epochs, clock);
    if (problem) return { level: "error", message: problem, values };
    if (since.length > 0) {
      const message = since.map(([name, count]) => `${name}: ${count}`).join(", ");
      return { level: "warn", message: `${message} since a second ago`, values };
    }
    const asked = command?.sampled_agents.length ?? 0;
    if (command && asked < command.sample_size) {
      const { quarantined } = epochs.values;
      const message = `only ${asked} of ${command.sample_size} robots can be asked: all of them are (${quarantined} in quarantine); start more, or lower sample_size`;
      return { level: "warn", message, values };
    }
    return { level: "ok", message: "deciding", values };
  };
  const ofPolicy = (): Health => {
    const { policy, stopped } = commander;
    const values = {
      policy: policy?.sha256.slice(0, 8) ?? "none",
      table_size: policy?.pair.tableSize ?? 0,
      sample_size: epochs.sampleSize,
      global_gap: policy?.metadata.globalGap ?? "unknown",
      local_gap: policy?.metadata.localGap ?? "unknown",
    };
    if (!policy) return { level: "error", message: "no policy", values };
    return stopped
      ? { level: "warn", message: "an emergency stop holds; reset_emergency_stop ends it", values }
      : { level: "ok", message: "in force", values };
  };
  return [
    { robot: "", name: "global_agent: epochs", look: ofEpochs },
    { robot: "", name: "global_agent: policy", look: ofPolicy },
  ];
}
