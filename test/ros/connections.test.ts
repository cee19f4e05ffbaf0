import { Connection, mismatches, mismatchOf, watchConnections } from "../../src/ros/connections";
import type { RclEndpointInfo } from "../../src/ros/rcl";
import { TOPICS, type Topic } from "../../src/ros/topics";

const [RELIABLE, BEST_EFFORT] = [1, 2];
const [LATCHED, VOLATILE] = [1, 2];

/** Somebody else at a topic. */
const other = (
  topic_type: string,
  reliability = RELIABLE,
  durability = VOLATILE,
): RclEndpointInfo => ({
  node_name: "base",
  node_namespace: "/robot_0",
  topic_type,
  qos_profile: { reliability, durability },
});

const { twist, twistStamped, odometry, globalCommand, emergencyStop, agentState } = TOPICS;

test.each<[string, Topic, "sends" | "takes", RclEndpointInfo, string]>([
  [
    "a base that takes the stamped velocity",
    twist,
    "sends",
    other(twistStamped.type),
    "/robot_0/base takes geometry_msgs/msg/TwistStamped, and this node sends geometry_msgs/msg/Twist: set stamped_cmd_vel to true",
  ],
  [
    "a base that takes the plain velocity",
    twistStamped,
    "sends",
    other(twist.type),
    "/robot_0/base takes geometry_msgs/msg/Twist, and this node sends geometry_msgs/msg/TwistStamped: set stamped_cmd_vel to false",
  ],
  [
    "odometry of another type",
    odometry,
    "takes",
    other("geometry_msgs/msg/PoseStamped"),
    "/robot_0/base sends geometry_msgs/msg/PoseStamped, and this node takes nav_msgs/msg/Odometry: let it send nav_msgs/msg/Odometry",
  ],
  [
    "an emergency stop sent best effort",
    emergencyStop,
    "takes",
    other(emergencyStop.type, BEST_EFFORT),
    "/robot_0/base sends best_effort, and this node takes reliable: let it send reliable",
  ],
  [
    "commands that are not latched",
    globalCommand,
    "takes",
    other(globalCommand.type),
    "/robot_0/base sends volatile, and this node takes transient_local: let it send transient_local",
  ],
  [
    "a base that wants a latched velocity",
    twist,
    "sends",
    other(twist.type, RELIABLE, LATCHED),
    "/robot_0/base takes transient_local, and this node sends volatile: let it take volatile",
  ],
])("%s is not connected, and both sides are named", (_, topic, role, there, words) => {
  expect(mismatchOf(topic, role, there)).toBe(words);
});

test.each<[Topic, "sends" | "takes", RclEndpointInfo]>([
  [odometry, "takes", other(odometry.type, BEST_EFFORT)],
  [odometry, "takes", other(odometry.type, RELIABLE, LATCHED)],
  [agentState, "sends", other(agentState.type, BEST_EFFORT)],
  [globalCommand, "takes", other(globalCommand.type, RELIABLE, LATCHED)],
])("whoever offers enough is connected: %#", (topic, role, there) => {
  expect(mismatchOf(topic, role, there)).toBeUndefined();
});

describe("a process's topics", () => {
  let made: Connection[];
  let others: RclEndpointInfo[];
  let lines: string[];
  let refused: string | undefined;
  let look: () => void;
  const connect = (topic: Topic, name: string, count: number): Connection => {
    const info = (): RclEndpointInfo[] => others;
    const node = { getPublishersInfoByTopic: () => [], getSubscriptionsInfoByTopic: info };
    made.push(
      new Connection(
        node,
        topic,
        "sends",
        name,
        () => count,
        () => refused,
      ),
    );
    return made.at(-1)!;
  };

  beforeEach(() => {
    [made, others, lines] = [[], [], []];
    refused = undefined;
    look = watchConnections({ warn: (line) => void lines.push(line) });
  });
  afterEach(() => made.forEach((connection) => connection.end()));

  test("where nobody listens that is the problem; whoever does it wrongly is named instead", () => {
    const velocity = connect(twist, "/robot_0/cmd_vel", 0);
    expect(velocity.problem).toBe("nobody takes /robot_0/cmd_vel; start who does, by that name");
    others = [other(twistStamped.type)];
    look();
    expect(velocity.problem).toMatch(/^\/robot_0\/cmd_vel: \/robot_0\/base takes .*TwistStamped/);
    expect(mismatches()).toBe(velocity.problem);
    others = [];
    look();
    expect(connect(twist, "/robot_1/cmd_vel", 1).problem).toBeUndefined();
    expect(mismatches()).toBe("");
  });

  test("who is not connected is logged once, at the second look, and many topics in one line", () => {
    others = [other(twistStamped.type)];
    for (let i = 0; i < 30; i++) connect(twist, `/robot_${i}/cmd_vel`, 0);
    look();
    expect(lines).toEqual([]);
    look();
    look();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^not connected: \/robot_0\/cmd_vel: .*; \/robot_2\/cmd_vel: [^;]*; and 27 more$/,
    );
  });

  test("a refusal is the problem where somebody is connected", () => {
    refused = "refused: it is late";
    expect(connect(twist, "/robot_0/cmd_vel", 1).problem).toBe(refused);
  });
});
