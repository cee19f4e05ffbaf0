import { bodyFrame, transformPublisher } from "../../src/nodes/body_topics";
import { codecOf } from "../../src/ros/codec";
import { type MessageTypes, toTime } from "../../src/ros/messages";
import type { Topic } from "../../src/ros/topics";
import { playedNode } from "../support/played_node";

/** A node that keeps what the wire would carry. */
function setup() {
  const sent: { topic: Topic; message: unknown }[] = [];
  const publisher = (topic: Topic) => (message: MessageTypes[keyof MessageTypes]) => {
    const codec = codecOf(topic.type as keyof MessageTypes);
    sent.push({ topic, message: codec.decode(codec.encode(message)) });
  };
  const node = { robot: "robot_3", publisher };
  return { node: playedNode(node), sent };
}

test.each([
  ["{robot}/", "robot_3/base_link"],
  ["fleet_{robot}_", "fleet_robot_3_base_link"],
  ["", "base_link"],
])("the prefix %j names the frame %s", (prefix, frame) => {
  expect(bodyFrame(setup().node, prefix)).toBe(frame);
});

test("a transform says where the body is in the map", () => {
  const { node, sent } = setup();
  transformPublisher(node, "robot_3/base_link")(toTime(5n), { x: 1, y: -2, yaw: Math.PI / 3 });
  expect(sent[0].topic.name).toBe("/tf");
  const rotation = { x: 0, y: 0, z: 0.49999999999999994, w: Math.cos(Math.PI / 6) };
  expect(sent[0].message).toEqual({
    transforms: [
      {
        header: { stamp: { sec: 0, nanosec: 5 }, frame_id: "map" },
        child_frame_id: "robot_3/base_link",
        transform: { translation: { x: 1, y: -2, z: 0 }, rotation },
      },
    ],
  });
});
