import type { RosNode } from "../../src/ros/node";
import type { ParameterSpecs } from "../../src/ros/parameters";

/** A node of which a test plays only those members that the code under test uses. */
export function playedNode<S extends ParameterSpecs>(
  members: Partial<Record<keyof RosNode, unknown>>,
): RosNode<S> {
  return members as Partial<RosNode<S>> as RosNode<S>;
}
