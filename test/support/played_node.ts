import type { RosNode } from "../../src/ros/node";
import type { ParameterSpecs } from "../../src/ros/parameters";

/** A node of which a test plays only those members that the code under test uses. */
export function playedNode<S extends ParameterSpecs>(
  members: Partial<Record<keyof RosNode, unknown>>,
): RosNode<S> {
  if (!("fleetPrefix" in members)) Object.assign(members, { fleetPrefix: "" });
  return members as Partial<RosNode<S>> as RosNode<S>;
}

/** Played subscriptions to topics that have one source; those in `two` have two. */
export function playedSoles<M>(
  subscribe: (topic: { name: string }, hear: (message: M) => string | undefined) => void,
) {
  const two = new Set<string>();
  /** Topics of messages whose sender counted. */
  const spoke: string[] = [];
  /** Why topics have nobody at the other end. */
  const problems = new Map<string, string>();
  const subscribeSole = (
    topic: { name: string },
    hear: (message: M, areTwo: () => boolean) => string | undefined,
  ) => {
    const areTwo = (): boolean => {
      spoke.push(topic.name);
      return two.has(topic.name);
    };
    subscribe(topic, (message) => hear(message, areTwo));
    const source = {
      count: () => 1,
      get areTwo() {
        return two.has(topic.name);
      },
      get problem() {
        return two.has(topic.name) ? `two sources of ${topic.name}` : undefined;
      },
    };
    const connection = {
      get problem() {
        return problems.get(topic.name);
      },
    };
    return { source, connection };
  };
  return { two, spoke, problems, subscribeSole };
}
