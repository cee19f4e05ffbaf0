/** Where bodies are, as a world tells it: each body's odometry, or one topic with the poses of all. */
import { nanoseconds, plainFrame, type PlanarPose, planarPose } from "../src/ros/messages";
import type { Quaternion, Time, Vector3 } from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import { ParameterError } from "../src/ros/parameters";
import { TOPICS, topicOf } from "../src/ros/topics";
import { MOST_APART } from "./world/world_problem";

/**
 * @param names of the bodies, the lead vehicle's last
 * @param topic with the poses of all; empty: their odometry, which must be in the map frame
 * @param see takes a body's pose and its stamp (ROS time, ns; 0: not told)
 * @param odometry topic of each body's
 * @returns why nothing comes of a body, and what to do
 * @throws ParameterError where there are too many bodies to hear one by one
 */
export function hearPoses(
  node: Pick<RosNode, "subscribe" | "fleetPrefix">,
  names: readonly string[],
  topic: string,
  see: (body: number, pose: PlanarPose, stamp: bigint) => void,
  odometry: readonly string[] = names.map((name) => topicOf(name, TOPICS.odometry).name),
): (body: number) => string | undefined {
  const take = (body: number, position: Vector3, turn: Quaternion, stamp: Time) => {
    const pose = planarPose(position, turn);
    if (pose) return see(body, pose, nanoseconds(stamp));
    return "its pose is not finite or its orientation no unit quaternion; look at who publishes there";
  };
  if (topic !== "") {
    const bodies = bodiesByFrame(node.fleetPrefix, names);
    const heard = node.subscribe({ ...TOPICS.transformHeard, name: topic }, ({ transforms }) => {
      let refusal: string | undefined | void;
      for (const { header, child_frame_id, transform } of transforms) {
        const child = plainFrame(child_frame_id);
        const body = bodies.get(child) ?? bodies.get(`${plainFrame(header.frame_id)} ${child}`);
        if (body === undefined) continue;
        refusal = take(body, transform.translation, transform.rotation, header.stamp) ?? refusal;
      }
      return refusal;
    });
    return (body) => heard.connection.problem ?? `no frame ${names[body]} is on ${topic}`;
  }
  const robots = names.length - 1;
  if (robots > MOST_APART) {
    throw new ParameterError(
      `the odometry of ${robots} robots is too much to hear one by one (${MOST_APART} at most); let the world publish all poses as tf2_msgs/TFMessage, and name that topic in poses_topic`,
    );
  }
  const heard = odometry.map((name, body) =>
    node.subscribe({ ...TOPICS.odometry, name }, ({ header, pose: { pose } }) =>
      take(body, pose.position, pose.orientation, header.stamp),
    ),
  );
  return (body) => heard[body].connection.problem;
}

/** A child frame is a body's name, as of Gazebo's models, or its base_link in the map (publish_tf). */
const bodiesByFrame = (fleet: string, names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(
    names.flatMap((name, body) =>
      [name, `${fleet}${name}`, `map ${fleet}${name}/base_link`].map((frame) => [frame, body]),
    ),
  );
