import {
  SoleSender,
  SoleSource,
  SourceLog,
  SpokenSource,
  UNKNOWN,
  type Watched,
} from "../../src/ros/sole_source";
import { TOPICS } from "../../src/ros/topics";
import type { RclNode } from "../../src/ros/rcl";

afterEach(() => void jest.useRealTimers());

/** A topic under the name that a fleet and a rule such as -r /clock:=/world/time make of it. */
function listensTo({ name, type }: { name: string; type: string }) {
  const asked: string[] = [];
  const node = {
    getPublishersInfoByTopic(topic: string) {
      asked.push(topic);
      return ["one", "two"].map((node_name) => ({ node_name, node_namespace: "/" }));
    },
  } as unknown as RclNode;
  const heard = { topic: `/world${name}`, publisherCount: 1 };
  const again = jest.fn();
  const source = new SoleSource(
    node,
    { name, type },
    heard.topic,
    () => heard.publisherCount,
    again,
  );
  return { source, heard, again, asked };
}

test("sources are looked up and named by the topic's name in the graph", () => {
  const { source, heard, asked } = listensTo(TOPICS.clockHeard);
  heard.publisherCount = 2;
  for (const publisher of ["a", "b"]) source.hear(publisher);
  expect(source.publishers).toBe("/one and /two");
  expect(source.topic).toBe("/world/clock");
  expect(asked).toEqual(["/world/clock"]);
  source.end();
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
  source.end();
});

test("of values, whoever is left is heard anew; a policy does not count beside a silent publisher", () => {
  jest.useFakeTimers();
  for (const topic of [TOPICS.policy, TOPICS.population]) {
    const { source, heard, again } = listensTo(topic);
    expect(source.hear("a")).toBe(false);
    heard.publisherCount = 2;
    jest.advanceTimersByTime(60_000);
    expect(source.areTwo).toBe(topic === TOPICS.policy);
    expect(again).not.toHaveBeenCalled();
    heard.publisherCount = 1;
    expect(source.areTwo).toBe(false);
    expect(source.areTwo).toBe(false);
    expect(again).toHaveBeenCalledTimes(1);
    source.end();
  }
});

test("two speak from the second's first word on, until one has been silent for 2.5 s", () => {
  jest.useFakeTimers();
  const node = { countPublishers: () => 2 } as unknown as RclNode;
  const source = new SpokenSource(node, "/robot_1/state", "state", "none counts");
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
  source.end();
});

test("a publisher that left the graph, as of a robot that is back, is no second source", () => {
  let publishers = 1;
  const node = { countPublishers: () => publishers } as unknown as RclNode;
  const source = new SpokenSource(node, "/robot_1/state", "state", "none counts");
  for (const publisher of ["before", "after"]) expect(source.hear(publisher)).toBe(false);
  publishers = 2;
  expect(source.hear("before")).toBe(true);
  source.end();
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
});

test("the log tells once of each change, by name, and of many topics in one line", () => {
  const lines: string[] = [];
  const log = new SourceLog({ info: (l) => void lines.push(l), warn: (l) => void lines.push(l) });
  const topic = (name: string): { -readonly [K in keyof Watched]: Watched[K] } => ({
    topic: name,
    publishers: undefined,
    effect: "none counts",
  });
  const clock = topic("/clock");
  const odometry = [0, 1, 2, 3].map((i) => topic(`/robot_${i}/odom`));
  const all = [clock, ...odometry];
  log.look(all, 0);
  clock.publishers = `/a and ${UNKNOWN}`;
  log.look(all, 0);
  expect(lines).toEqual([]);
  clock.publishers = "/a and /b";
  for (const each of odometry) each.publishers = "/a and /c";
  log.look(all, 0);
  log.look(all, 0);
  expect(lines.splice(0)).toEqual([
    "two sources of /clock: /a and /b; none counts: end one of them",
    "two sources of 4 topics (/robot_0/odom to /robot_3/odom): /a and /c; none counts: end one of them",
  ]);
  clock.publishers = undefined;
  log.look(all, 0);
  log.look(all, 0);
  expect(lines).toEqual(["one source again of /clock"]);
});

test("a source whose name stays unknown is logged too, after 3 s", () => {
  const lines: string[] = [];
  const log = new SourceLog({ info: (l) => void lines.push(l), warn: (l) => void lines.push(l) });
  const clock = { topic: "/clock", effect: "both do", publishers: `/a and ${UNKNOWN}` };
  log.look([clock], 0);
  log.look([clock], 2999);
  expect(lines).toEqual([]);
  log.look([clock], 3000);
  log.look([clock], 9000);
  expect(lines).toEqual([`two sources of /clock: /a and ${UNKNOWN}; both do: end one of them`]);
});
