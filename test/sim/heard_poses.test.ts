import { hearPoses } from "../../sim/heard_poses";
import { robotNames } from "../../sim/run";
import { fromSeconds, planarQuaternion, toTime } from "../../src/ros/messages";
import { heardNode } from "./heard_node";

const stamp = toTime(fromSeconds(5));
const transform = (frame_id: string, child_frame_id: string, x: number, w = 1) => ({
  header: { stamp, frame_id },
  child_frame_id,
  transform: { translation: { x, y: 0, z: 0 }, rotation: { ...planarQuaternion(0), w } },
});

/** What is seen of two bodies of a fleet on the topic /poses. */
function together() {
  const { node, hear } = heardNode();
  const seen: unknown[] = [];
  const heard = { ...node, fleetPrefix: "fleet_a/" };
  hearPoses(heard as never, ["robot_0", "lead"], "/poses", (body, { x }, time) =>
    seen.push([body, x, time]),
  );
  const take = hear.get("/poses") as (message: object) => string | undefined;
  return { seen, hear: (...transforms: object[]) => take({ transforms }) };
}

test("poses of all bodies come by their names, or as base_link in the map", () => {
  const { seen, hear } = together();
  hear(
    transform("arena", "robot_0", 1),
    transform("/map", "fleet_a/lead/base_link", 2),
    transform("fleet_a/lead/odom", "fleet_a/lead/base_link", 3),
    transform("arena", "robot_7", 4),
  );
  const time = fromSeconds(5);
  expect(seen).toEqual([
    [0, 1, time],
    [1, 2, time],
  ]);
});

test("poses that cannot be are refused, and others of the message count", () => {
  const { seen, hear } = together();
  const refusal = hear(transform("map", "lead", NaN), transform("map", "robot_0", 1, 0));
  expect(refusal).toMatch(/not finite or its orientation/);
  hear(transform("map", "lead", NaN), transform("map", "robot_0", 1));
  expect(seen).toHaveLength(1);
});

test("poses of too many robots are not heard one by one", () => {
  const { node } = heardNode();
  const listen = (robots: number, topic: string) => () =>
    hearPoses(node as never, [...robotNames(robots), "lead"], topic, () => undefined);
  expect(listen(100, "")).not.toThrow();
  expect(listen(101, "")).toThrow(
    "the odometry of 101 robots is too much to hear one by one (100 at most); let the world publish all poses as tf2_msgs/TFMessage, and name that topic in poses_topic",
  );
  expect(listen(101, "/poses")).not.toThrow();
});
