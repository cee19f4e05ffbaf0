/** The emergency stop: every message on its topic means stop, even one that cannot be read. */
import { cut, reasonOf } from "../base/errors";
import { codecOf, lengthProblem } from "../ros/codec";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";

/** Of all fleets in the domain. */
const STOP_OF_ALL = { ...TOPICS.emergencyStop, name: `/${TOPICS.emergencyStop.name}` };

/** @param stop takes who asked, in words */
export function onEmergencyStop(node: RosNode, stop: (source: string) => void): void {
  const hear = (bytes: Uint8Array): void => stop(sourceOf(bytes));
  node.subscribeRaw(TOPICS.emergencyStop, hear);
  if (node.fleetPrefix !== "") node.subscribeRaw(STOP_OF_ALL, hear);
}

function sourceOf(bytes: Uint8Array): string {
  const { type } = TOPICS.emergencyStop;
  const problem = lengthProblem(TOPICS.emergencyStop, bytes.length);
  if (problem) return `somebody (its message is not read: ${problem})`;
  try {
    return cut(codecOf(type).decode(bytes).source);
  } catch (error) {
    return `somebody whose message cannot be read (${reasonOf(error)}); look at who publishes there`;
  }
}
