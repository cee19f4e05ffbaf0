/** The recorder: writes what the swarm does into an MCAP file. The swarm does not depend on it. */
import { every, steadyMs } from "../ros/clock";
import { type Health, publishDiagnostics } from "../ros/diagnostics";
import { clockOf, RosNode, type Subscription } from "../ros/node";
import { runProcess } from "../ros/process";
import { Recording } from "../ros/recording";
import { type Topic, TOPICS, topicOf } from "../ros/topics";
import { RECORDER_PARAMETERS } from "../ros/generated/parameters";
import { RobotsInGraph } from "./robots_in_graph";
import { RateLimit } from "./stamps";

/** Period at which the graph is searched for robots that joined or left. */
const LOOK_MS = 500;

const SWARM: readonly Topic[] = [
  TOPICS.globalCommand,
  TOPICS.globalState,
  TOPICS.policy,
  TOPICS.localPolicy,
  TOPICS.emergencyStop,
  TOPICS.epochReport,
  TOPICS.population,
  TOPICS.diagnostics,
];

type RecorderNode = RosNode<typeof RECORDER_PARAMETERS>;
type Write = (topic: Topic, bytes: Uint8Array) => void;

interface Robot {
  readonly subscriptions: readonly Subscription[];
  /** Its newest state, undecoded; written when the robot is asked. */
  state?: Uint8Array;
}

/** @param rate Hz at most; default: every message */
function record(node: RecorderNode, write: Write, topic: Topic, rate = Infinity): Subscription {
  const limit = new RateLimit(rate);
  return node.subscribeRaw(topic, (bytes) => {
    if (limit.isDue(BigInt(Math.round(steadyMs() * 1e6)))) write(topic, bytes);
  });
}

/** Records actions and odometry of every robot in the graph, and the states of those asked. */
function recordRobots(node: RecorderNode, write: Write) {
  const rate = node.parameters.odometry_rate;
  const graph = new RobotsInGraph(node);
  const robots = new Map<string, Robot>();
  const meet = (name: string): void => {
    const subscriptions = [record(node, write, topicOf(name, TOPICS.localAction))];
    if (rate > 0) subscriptions.push(record(node, write, topicOf(name, TOPICS.odometry), rate));
    const robot: Robot = { subscriptions };
    const keep = (bytes: Uint8Array): void => void (robot.state = bytes);
    subscriptions.push(node.subscribeRaw(topicOf(name, TOPICS.agentState), keep));
    robots.set(name, robot);
  };
  const look = (): void => {
    const found = new Set(graph.find(steadyMs()));
    for (const [name, { subscriptions }] of robots) {
      if (found.has(name)) continue;
      subscriptions.forEach((subscription) => subscription.destroy());
      robots.delete(name);
    }
    for (const name of found) if (!robots.has(name)) meet(name);
  };
  let decision = "";
  node.subscribe(TOPICS.globalCommand, ({ session, epoch, sampled_agents }) => {
    if (decision === `${session} ${epoch}`) return;
    decision = `${session} ${epoch}`;
    // States that arrived together with the command are taken in first.
    setImmediate(() => {
      for (const name of new Set(sampled_agents)) {
        const state = robots.get(name)?.state;
        if (state) write(topicOf(name, TOPICS.agentState), state);
      }
    });
  });
  return { robots, look };
}

void runProcess((ros) => {
  const node = ros.add(new RosNode("recorder", undefined, RECORDER_PARAMETERS));
  const { file, about } = node.parameters;
  const recording = new Recording(file, { about }, (why) =>
    node.log.error(
      `recording to ${file} ends (${why}); the swarm goes on: make room and start the recorder again`,
    ),
  );
  const write: Write = (topic, bytes) => {
    const name = node.fleet.resolve(topic.name);
    recording.write({ ...topic, name }, bytes, BigInt(Date.now()) * 1_000_000n);
  };
  for (const topic of SWARM) record(node, write, topic);
  const { robots, look } = recordRobots(node, write);
  const endLooks = every(LOOK_MS, () => node.safely(look));
  const health = (): Health => ({
    level: recording.failure === undefined ? "ok" : "error",
    message: recording.failure ?? "recording",
    values: { file, messages: recording.count, robots: robots.size },
  });
  const check = { robot: "", name: "recorder: file", look: health };
  const endDiagnostics = publishDiagnostics(node, clockOf(node), () => [check]);
  ros.onEnd(async () => {
    endLooks();
    endDiagnostics();
    await recording.close();
  });
  node.log.info(`recording to ${file}`);
});
