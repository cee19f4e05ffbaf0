/** The recorder: what the swarm does, into an MCAP file. It is heard by nobody and stops nobody. */
import { clockOf, RosNode, type Subscription } from "../ros/node";
import { publishDiagnostics } from "../ros/diagnostics";
import { steadyMs } from "../ros/clock";
import { runProcess } from "../ros/process";
import { Recording } from "../ros/recording";
import { type Topic, TOPICS, topicOf } from "../ros/topics";
import { RECORDER_PARAMETERS } from "./parameters";
import { RobotsInGraph } from "./robots_in_graph";

/** Robots that joined are looked for this often, ms. */
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

void runProcess((ros) => {
  const node = ros.add(new RosNode("recorder", undefined, RECORDER_PARAMETERS));
  const { file, about, odometry_rate } = node.parameters;
  const recording = new Recording(file, { about });
  let told = false;
  const write = (topic: Topic, bytes: Uint8Array): void => {
    recording.write(topic, bytes, BigInt(Date.now()) * 1_000_000n);
    tell();
  };
  const tell = (): void => {
    if (recording.failure === undefined || told) return;
    told = true;
    node.log.error(
      `recording to ${file} ends (${recording.failure}); the swarm goes on: make room and start the recorder again`,
    );
  };
  const record = (topic: Topic): Subscription =>
    node.subscribeRaw(topic, (bytes) => write(topic, bytes));
  const recordAt = (rate: number, topic: Topic): Subscription => {
    let nextMs = -Infinity;
    return node.subscribeRaw(topic, (bytes) => {
      const now = steadyMs();
      if (now < nextMs) return;
      nextMs = Math.max(now, nextMs + 1000 / rate);
      write(topic, bytes);
    });
  };
  SWARM.forEach(record);
  const graph = new RobotsInGraph(node);
  const known = new Map<string, readonly Subscription[]>();
  /** The newest of each robot; those of the robots that are asked are written. */
  const states = new Map<string, Uint8Array>();
  const meet = (robot: string): readonly Subscription[] => [
    ...(odometry_rate > 0 ? [recordAt(odometry_rate, topicOf(robot, TOPICS.odometry))] : []),
    record(topicOf(robot, TOPICS.localAction)),
    node.subscribeRaw(topicOf(robot, TOPICS.agentState), (bytes) => states.set(robot, bytes)),
  ];
  let decision = "";
  node.subscribe(TOPICS.globalCommand, ({ session, epoch, sampled_agents }) => {
    if (decision === `${session} ${epoch}`) return;
    decision = `${session} ${epoch}`;
    // States that came together with the command are taken in first.
    setImmediate(() => {
      for (const robot of new Set(sampled_agents)) {
        const state = states.get(robot);
        if (state) write(topicOf(robot, TOPICS.agentState), state);
      }
    });
  });
  const look = (): void => {
    const robots = new Set(graph.find(steadyMs()));
    for (const [robot, heard] of known) {
      if (robots.has(robot)) continue;
      heard.forEach((subscription) => subscription.destroy());
      known.delete(robot);
      states.delete(robot);
    }
    for (const robot of robots) if (!known.has(robot)) known.set(robot, meet(robot));
  };
  const timer = setInterval(() => node.safely(look), LOOK_MS);
  const endDiagnostics = publishDiagnostics(node, clockOf(node), () => [
    {
      robot: "",
      name: "recorder: file",
      look: () => ({
        level: recording.failure === undefined ? "ok" : "error",
        message: recording.failure ?? "recording",
        values: { file, messages: recording.count, robots: known.size },
      }),
    },
  ]);
  ros.onEnd(async () => {
    clearInterval(timer);
    endDiagnostics();
    await recording.close();
    tell();
  });
  node.log.info(`recording to ${file}`);
});
