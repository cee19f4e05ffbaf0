import { RosClock, steadyMs } from "../../src/ros/clock";
import { StateSubscriptions } from "../../src/nodes/state_subscriptions";
import type { GLOBAL_AGENT_PARAMETERS } from "../../src/ros/generated/parameters";
import { playedNode } from "../support/played_node";

/** Longer than a part of the work. */
const SUBSCRIBING_MS = 5;

test("where subscribing takes long, other work is done in between, and no more robots are subscribed to than asked", async () => {
  const alive: number[] = [];
  let count = 0;
  const node = playedNode<typeof GLOBAL_AGENT_PARAMETERS>({
    safely: (work: () => void) => work(),
    subscribeSole: () => {
      const end = steadyMs() + SUBSCRIBING_MS;
      while (steadyMs() < end);
      alive.push(++count);
      return { destroy: () => void alive.push(--count) };
    },
  });
  const states = new StateSubscriptions(node, new RosClock(false), 3, () => undefined);
  const between = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  states.keep(["robot_0", "robot_1", "robot_2"]);
  expect(states.count).toBe(1);
  await between();
  expect(states.count).toBe(2);
  await between();
  expect(states.count).toBe(3);
  // Another sample takes the place of one that is not complete.
  states.keep(["robot_3", "robot_4"]);
  states.keep(["robot_2", "robot_5"]);
  while (states.count < 2) await between();
  expect(Math.max(...alive)).toBe(3);
  states.stop();
  await between();
  expect([states.count, count]).toEqual([0, 0]);
});
