/** The frame of a body, and its transform map -> base_link. */
import type { Time } from "../ros/messages";
import { planarQuaternion } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";
import type { Pose } from "./drive";

/** `<prefix>base_link`; `{robot}` in the prefix stands for the robot's name with its fleet's. */
export function bodyFrame(node: RosNode, prefix: string): string {
  const named = prefix.replaceAll("{robot}", `${node.fleetPrefix}${node.robot}`);
  return named === "/" ? "base_link" : `${named}base_link`;
}

/** The transform map -> `frame` (REP-105). */
export function transformPublisher(
  node: RosNode,
  frame: string,
): (stamp: Time, pose: Pose) => void {
  const publish = node.publisher(TOPICS.transform);
  return (stamp, { x, y, yaw }) => {
    const header = { stamp, frame_id: "map" };
    const transform = { translation: { x, y, z: 0 }, rotation: planarQuaternion(yaw) };
    publish({ transforms: [{ header, child_frame_id: frame, transform }] });
  };
}
