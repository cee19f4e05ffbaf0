import { SoleSender, SoleSource } from "../../src/ros/sole_source";
import { TOPICS } from "../../src/ros/topics";
import type { RclNode, RclQoS } from "../../src/ros/rcl";

test("sources are looked up and named by the topic's name in the graph", () => {
  const asked: string[] = [];
  const node = {
    createSubscription: () => ({}),
    getPublishersInfoByTopic(name: string) {
      asked.push(name);
      return ["one", "two"].map((node_name) => ({ node_name, node_namespace: "/" }));
    },
  } as unknown as RclNode;
  // As a fleet and a rule such as -r /clock:=/world/time make it.
  const heard = { topic: "/world/time", publisherCount: 2, handle: {}, isDestroyed: () => false };
  const source = new SoleSource(node, TOPICS.clockHeard, {} as RclQoS, heard, () => undefined);
  expect(source.publishers).toBe("/one and /two");
  expect(source.topic).toBe("/world/time");
  expect(asked).toEqual(["/world/time"]);
});

test("where another node publishes what this one does, it listens, and both are named once both speak", () => {
  jest.useFakeTimers();
  let publishers = 1;
  const node = {
    countPublishers: () => publishers,
    getPublishersInfoByTopic: () =>
      ["local_agent", "teleop"].map((node_name) => ({ node_name, node_namespace: "/" })),
  } as unknown as RclNode;
  let hear: ((publisher: string) => void) | undefined;
  const sender = new SoleSender(node, "/robot_1/cmd_vel", "cmd_vel", (told) => {
    hear = told;
    return { destroy: () => void (hear = undefined) };
  });
  sender.look();
  expect(hear).toBeUndefined();
  publishers = 2;
  sender.look();
  for (let i = 0; i < 9; i++) hear!("own");
  // One that is there and says nothing, as after an agent was killed, does no harm.
  expect(sender.problem).toBeUndefined();
  jest.advanceTimersByTime(100);
  hear!("teleop");
  expect(sender.problem).toBe("two sources of cmd_vel (/local_agent and /teleop); end one of them");
  publishers = 1;
  sender.look();
  expect(hear).toBeUndefined();
  sender.end();
  jest.useRealTimers();
});
