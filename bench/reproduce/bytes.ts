/** What is told on the wire, as the nodes encode it. */
import { codecOf } from "../../src/ros/codec";

const stamp = { sec: 0, nanosec: 0 };
const header = { stamp, frame_id: "map" };
const STATE = { header, acted: true, epoch: 0, decision_time: stamp, stopped: false, state: 0 };

/** Bytes of one robot's state. @param robots n, as the name of the last one is the longest */
export const stateBytes = (robots: number): number =>
  codecOf("alternating_marl/msg/AgentState").encode({ ...STATE, agent_id: `robot_${robots}` })
    .length;
