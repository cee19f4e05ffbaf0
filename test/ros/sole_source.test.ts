import { SoleSource } from "../../src/ros/sole_source";
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
