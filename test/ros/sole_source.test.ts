import { SoleSource, UNKNOWN, watchSender, watchSources } from "../../src/ros/sole_source";
import { TOPICS } from "../../src/ros/topics";
import type { RclNode } from "../../src/ros/rcl";

/** Topics of the test: none of them has two sources at its end. */
const topics = new Set<{ publisherCount: number }>();

afterEach(() => {
  jest.useRealTimers();
  topics.forEach((heard) => (heard.publisherCount = 1));
});

/** A topic under the name that a fleet and a rule such as -r /clock:=/world/time make of it. */
function listensTo(
  { name, type }: { name: string; type: string },
  nodes: readonly string[] = ["one", "two"],
) {
  const asked: string[] = [];
  const node = {
    getPublishersInfoByTopic(topic: string) {
      asked.push(topic);
      return nodes.map((node_name) => ({ node_name, node_namespace: "/" }));
    },
  } as unknown as RclNode;
  const heard = { topic: `/world${name}`, publisherCount: 1 };
  topics.add(heard);
  const again = jest.fn();
  const count = (): number => heard.publisherCount;
  const isSaidOnce = type === TOPICS.policy.type;
  const source = new SoleSource(
    node,
    heard.topic,
    name,
    "none counts",
    count,
    isSaidOnce ? again : undefined,
  );
  return { source, heard, again, asked };
}

test("sources are looked up and named by the topic's name in the graph", () => {
  const { source, heard, asked } = listensTo(TOPICS.clockHeard);
  heard.publisherCount = 2;
  for (const publisher of ["a", "b"]) source.hear(publisher);
  expect(source.publishers).toBe("/one and /two");
  expect(source.name).toBe("/world/clock");
  expect(asked).toEqual(["/world/clock"]);
});

test("a stream counts beside one that is silent, not beside one that speaks, until that is gone", () => {
  jest.useFakeTimers();
  const { source, heard, again } = listensTo(TOPICS.clockHeard);
  expect(source.hear("a")).toBe(false);
  heard.publisherCount = 2;
  // As one that died without a word.
  expect(source.areTwo).toBe(false);
  expect(source.hear("b")).toBe(true);
  jest.advanceTimersByTime(2400);
  expect(source.hear("b")).toBe(true);
  jest.advanceTimersByTime(101);
  expect(source.areTwo).toBe(false);
  expect(source.hear("a")).toBe(true);
  heard.publisherCount = 1;
  expect(source.areTwo).toBe(false);
  expect(again).not.toHaveBeenCalled();
});

test("a policy does not count beside a silent publisher, and whoever is left is heard anew", () => {
  jest.useFakeTimers();
  const { source, heard, again } = listensTo(TOPICS.policy);
  expect(source.hear("a")).toBe(false);
  heard.publisherCount = 2;
  jest.advanceTimersByTime(60_000);
  expect(source.areTwo).toBe(true);
  expect(again).not.toHaveBeenCalled();
  heard.publisherCount = 1;
  expect(source.areTwo).toBe(false);
  expect(source.areTwo).toBe(false);
  expect(again).toHaveBeenCalledTimes(1);
});

test("two speak from the second's first word on, until one has been silent for 2.5 s", () => {
  jest.useFakeTimers();
  const { source, heard } = listensTo({ name: "/robot_1/state", type: TOPICS.agentState.type });
  heard.publisherCount = 2;
  const wait = (ms: number) => jest.advanceTimersByTime(ms);
  for (let ms = 0; ms < 5000; ms += 100, wait(100)) expect(source.hear("a")).toBe(false);
  expect(source.hear("b")).toBe(true);
  wait(100);
  expect(source.hear("a")).toBe(true);
  wait(2400);
  expect(source.areTwo).toBe(true);
  expect(source.hear("a")).toBe(true);
  wait(1);
  expect(source.areTwo).toBe(false);
  expect(source.hear("a")).toBe(false);
});

test("a publisher that left the graph, as of a robot that is back, is no second source", () => {
  const { source, heard } = listensTo({ name: "/robot_1/state", type: TOPICS.agentState.type });
  for (const publisher of ["before", "after"]) expect(source.hear(publisher)).toBe(false);
  heard.publisherCount = 2;
  expect(source.hear("before")).toBe(true);
});

test("where another node publishes what this one does, it listens, and both are named once both speak", () => {
  jest.useFakeTimers();
  const topic = { name: "/cmd_vel", type: TOPICS.twist.type };
  const { source, heard } = listensTo(topic, ["local_agent", "teleop"]);
  const listening = { listeners: 0, isLive: true };
  watchSender(
    source,
    () => listening.isLive,
    () => {
      listening.listeners++;
      return { destroy: () => void listening.listeners-- };
    },
  );
  const look = watchSources({ info: jest.fn(), warn: jest.fn() });
  look();
  expect(listening.listeners).toBe(0);
  heard.publisherCount = 2;
  look();
  look();
  expect(listening.listeners).toBe(1);
  for (let i = 0; i < 9; i++) source.hear("own");
  // One that is there and says nothing, as after an agent was killed, does no harm.
  expect(source.problem).toBeUndefined();
  jest.advanceTimersByTime(100);
  source.hear("teleop");
  expect(source.problem).toBe(
    "two sources of /cmd_vel (/local_agent and /teleop); end one of them",
  );
  heard.publisherCount = 1;
  look();
  expect(listening.listeners).toBe(0);
  // Once it publishes no more, nobody listens.
  listening.isLive = false;
  heard.publisherCount = 2;
  look();
  look();
  expect(listening.listeners).toBe(0);
});

test("a look that the machine kept waiting is followed by a rest of a second, not of half a minute", () => {
  jest.useFakeTimers();
  const { source } = listensTo({ name: "/cmd_vel", type: TOPICS.twist.type });
  const looked: number[] = [];
  let isLive = true;
  source.count = () => {
    looked.push(Date.now());
    jest.advanceTimersByTime(100);
    return 1;
  };
  watchSender(source, () => isLive, jest.fn());
  const look = watchSources({ info: jest.fn(), warn: jest.fn() });
  look();
  jest.advanceTimersByTime(1000);
  look();
  expect(looked).toHaveLength(2);
  isLive = false;
  jest.advanceTimersByTime(1000);
  look();
});

/** Topics that two publishers speak on, as far as both are there, and what each look at them logs. */
function logged(topics: readonly { name: string; type: string }[], others: readonly string[]) {
  jest.useFakeTimers();
  const lines: string[] = [];
  const log = { info: (l: string) => void lines.push(l), warn: (l: string) => void lines.push(l) };
  const look = watchSources(log);
  const all = topics.map((topic, i) => listensTo(topic, ["a", others[i]]));
  /** Looks so long, ten times a second, and says what was logged. */
  const looks = (seconds: number): string[] => {
    for (let i = 0; i < 10 * seconds; i++) {
      for (const { source } of all) for (const publisher of ["a", "b"]) source.hear(publisher);
      look();
      jest.advanceTimersByTime(100);
    }
    return lines.splice(0);
  };
  return { all, looks };
}

test("the log tells once of each change, by name, and of many topics in one line", () => {
  const odometry = [0, 1, 2, 3].map((i) => ({ ...TOPICS.odometry, name: `/robot_${i}/odom` }));
  const { all, looks } = logged([TOPICS.clockHeard, ...odometry], ["b", "c", "c", "c", "c"]);
  expect(looks(1)).toEqual([]);
  for (const { heard } of all) heard.publisherCount = 2;
  expect(looks(9)).toEqual([
    "two sources of /world/clock: /a and /b; none counts: end one of them",
    "two sources of 4 topics (/world/robot_0/odom to /world/robot_3/odom): /a and /c; none counts: end one of them",
  ]);
  all[0].heard.publisherCount = 1;
  expect(looks(9)).toEqual(["one source again of /world/clock"]);
});

test("a source whose name stays unknown is logged too, after 3 s", () => {
  const { all, looks } = logged([TOPICS.clockHeard], ["_NODE_NAME_UNKNOWN_"]);
  all[0].heard.publisherCount = 2;
  expect(looks(3)).toEqual([]);
  expect(looks(9)).toEqual([
    `two sources of /world/clock: /a and ${UNKNOWN}; none counts: end one of them`,
  ]);
});
