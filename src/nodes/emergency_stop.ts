/** The emergency stop: every message on its topic means stop, even one that cannot be read. */
import { cut, reasonOf } from "../base/errors";
import { codecOf, lengthProblem } from "../ros/codec";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";

const { emergencyStop: STOP } = TOPICS;
/** Of all fleets in the domain. */
const STOP_OF_ALL = { ...STOP, name: `/${STOP.name}` };

/** @param stop takes who asked, in words */
export function onEmergencyStop(node: RosNode, stop: (source: string) => void): void {
  const hear = (bytes: Uint8Array): void => stop(sourceOf(bytes));
  for (const topic of node.fleetPrefix === "" ? [STOP] : [STOP, STOP_OF_ALL]) {
    node.subscribeRaw(topic, hear);
    // A reliable subscription does not hear who sends best effort.
    node.subscribeRaw({ ...topic, reliability: "best_effort" }, hear);
  }
}

function sourceOf(bytes: Uint8Array): string {
  const problem = lengthProblem(STOP, bytes.length);
  if (problem) return `somebody (its message is not read: ${problem})`;
  try {
    return cut(codecOf(STOP.type).decode(bytes).source);
  } catch (error) {
    return `somebody whose message cannot be read (${reasonOf(error)}); look at who publishes there`;
  }
}
