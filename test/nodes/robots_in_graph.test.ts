import { RobotsInGraph } from "../../src/nodes/robots_in_graph";
import { TOPICS } from "../../src/ros/topics";

const names = (count: number): string[] => [...Array(count).keys()].map((i) => `robot_${i}`);

/** A graph whose state topics all stay, as somebody listens to them, whoever publishes. */
function listenedTo(robots: readonly string[]) {
  const publishing = new Set<string>();
  const asked = { looks: 0, counts: 0 };
  const graph = new RobotsInGraph({
    topics: () => {
      asked.looks++;
      const states = robots.map((robot) => `/${robot}/${TOPICS.agentState.name}`);
      return states.map((name) => ({ name, types: [TOPICS.agentState.type] }));
    },
    countPublishers: (topic) => {
      asked.counts++;
      return Number(publishing.has(topic.split("/")[1]));
    },
  });
  return { graph, publishing, asked };
}

test("robots whose topics were listened to before they came are found", () => {
  const { graph, publishing } = listenedTo(names(30));
  expect(graph.find(0)).toEqual([]);
  names(30).forEach((robot) => publishing.add(robot));
  let found: readonly string[] = [];
  for (let ms = 0; ms <= 1000; ms += 50) found = graph.find(ms);
  expect(found).toEqual(names(30));
});

test("robots that left and are back are found, though their topics never went", () => {
  const { graph, publishing } = listenedTo(names(3));
  names(3).forEach((robot) => publishing.add(robot));
  expect(graph.find(0)).toEqual(names(3));
  const after = (from: number): readonly string[] => {
    let found: readonly string[] = [];
    for (let ms = from; ms <= from + 90; ms += 10) found = graph.find(ms);
    return found;
  };
  publishing.delete("robot_1");
  expect(after(10)).toEqual(["robot_0", "robot_2"]);
  publishing.add("robot_1");
  expect(after(110)).toEqual(names(3));
});

test("how often the graph is asked falls with its size, and no look counts many again", () => {
  const { graph, publishing, asked } = listenedTo(names(1000));
  names(1000).forEach((robot) => publishing.add(robot));
  const counts = [];
  for (let ms = 0; ms <= 100_000; ms += 50) {
    const before = asked.counts;
    graph.find(ms);
    if (asked.counts > before) counts.push(asked.counts - before);
  }
  expect(asked.looks).toBe(51);
  expect(counts.shift()).toBe(1000);
  expect(new Set(counts)).toEqual(new Set([20]));
});

test("a robot whose topic the graph shows no more is gone at the next look", () => {
  const robots = names(30);
  const { graph, publishing } = listenedTo(robots);
  robots.forEach((robot) => publishing.add(robot));
  expect(graph.find(0)).toHaveLength(30);
  robots.splice(4, 1);
  expect(graph.find(60)).toEqual(robots);
});
