/** What an agent publishes about its body: cmd_vel, and the transform map -> base_link. */
import type { RosClock } from "../ros/clock";
import type { Time } from "../ros/messages";
import { planarQuaternion } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { TOPICS } from "../ros/topics";
import type { DriveCommand, Pose } from "./drive";

/** `<prefix>base_link`; `{robot}` in the prefix stands for the robot's name with its fleet's. */
export function bodyFrame(node: RosNode, prefix: string): string {
  const named = prefix.replaceAll("{robot}", `${node.fleetPrefix}${node.robot}`);
  return named === "/" ? "base_link" : `${named}base_link`;
}

/** cmd_vel, as Twist or stamped; `source` tells whether another node publishes it too. */
export function velocityPublisher(node: RosNode, clock: RosClock, stamped: boolean, frame: string) {
  const publish = node.publisherSole(stamped ? TOPICS.twistStamped : TOPICS.twist);
  const send = ({ linear, angular }: DriveCommand): void => {
    const twist = { linear: { x: linear, y: 0, z: 0 }, angular: { x: 0, y: 0, z: angular } };
    publish(stamped ? { header: { stamp: clock.stamp(), frame_id: frame }, twist } : twist);
  };
  return Object.assign(send, publish);
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
