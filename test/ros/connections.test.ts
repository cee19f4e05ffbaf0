import { Connection, type Role } from "../../src/ros/connections";
import { type Topic, TOPICS } from "../../src/ros/topics";

const connect = (topic: Topic, role: Role, name: string, count: () => number, refusal?: string) =>
  new Connection(topic, role, name, count, () => refusal);

test("where nobody is connected that is the problem, with the type and quality of service needed", () => {
  const look = "start who does, by that name: ros2 topic info -v shows who is there, and as what";
  const velocity = connect(TOPICS.twist, "sends", "/robot_0/cmd_vel", () => 0);
  expect(velocity.problem).toBe(
    `nobody takes /robot_0/cmd_vel as geometry_msgs/msg/Twist (reliable, volatile); ${look}`,
  );
  const commands = connect(TOPICS.globalCommand, "takes", "/global_agent/command", () => 0);
  expect(commands.problem).toBe(
    `nobody sends /global_agent/command as alternating_marl/msg/GlobalCommand (reliable, transient_local); ${look}`,
  );
  expect(connect(TOPICS.twist, "sends", "/robot_0/cmd_vel", () => 1).problem).toBeUndefined();
});

test("a refusal is the problem where somebody is connected", () => {
  const refused = "refused: it is late";
  expect(connect(TOPICS.odometry, "takes", "/robot_0/odom", () => 1, refused).problem).toBe(
    refused,
  );
});

test("the middleware is asked five times a second for whom nobody hears, else once", () => {
  jest.useFakeTimers();
  let [count, asked] = [0, 0];
  const velocity = connect(TOPICS.twist, "sends", "/robot_0/cmd_vel", () => (asked++, count));
  const askFor = (ms: number) => {
    asked = 0;
    for (let i = 0; i < ms / 10; i++) {
      jest.advanceTimersByTime(10);
      expect(typeof velocity.isAlone).toBe("boolean");
    }
    return asked;
  };
  expect(askFor(2000)).toBeLessThanOrEqual(11);
  count = 1;
  expect(askFor(300)).toBeGreaterThan(0);
  expect(velocity.isAlone).toBe(false);
  expect(askFor(2000)).toBeLessThanOrEqual(2);
  jest.useRealTimers();
});
