/** What the global agent says of itself on /diagnostics. */
import type { Check, Health } from "../ros/diagnostics";
import type { Commander } from "./commander";
import type { Epochs } from "./epochs";

/**
 * @param isActive whether the node's lifecycle is
 * @param bytesHeard of all messages heard
 */
export function globalChecks(
  commander: Commander,
  epochs: Epochs,
  isActive: () => boolean,
  bytesHeard: () => number,
): readonly Check[] {
  let told = { missed: 0, missing: 0 };
  const ofEpochs = (): Health => {
    const { missedEpochs: missed, missingStates: missing, waiting } = epochs;
    const { command } = commander;
    const [newMissed, newMissing] = [missed - told.missed, missing - told.missing];
    told = { missed, missing };
    const values = {
      epoch: command?.epoch ?? -1,
      missed_epochs: missed,
      missing_states: missing,
      bytes_heard: bytesHeard(),
      ...epochs.swarm,
    };
    if (!isActive()) {
      const message = "not active: robots stand; ros2 lifecycle set /global_agent activate";
      return { level: "warn", message, values };
    }
    if (waiting) return { level: "error", message: waiting, values };
    if (newMissed + newMissing === 0) return { level: "ok", message: "deciding", values };
    const message = `${newMissed} epochs missed and ${newMissing} states missing since a second ago`;
    return { level: "warn", message, values };
  };
  const ofPolicy = (): Health => {
    const { policy, stopped } = commander;
    const values = {
      policy: policy?.sha256.slice(0, 8) ?? "none",
      table_size: policy?.pair.tableSize ?? 0,
      sample_size: commander.sampleSize,
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
