/**
 * The binary message of the protocol: all poses at one instant. Metres and radians in the `map`
 * frame.
 */
import { ProtocolError } from "./checked_values";

export interface PoseFrame {
  /** x (m), y (m), heading (rad) of each robot, then of the lead vehicle; [(n + 1) * 3]. */
  poses: Float32Array;
  /** 1: the robot's wheels are locked in a dock; [n]. */
  locked: Uint8Array;
  /** Local state of each robot; [n]. */
  states: Uint8Array;
}

/**
 * A pose frame: x, y (m) and heading (rad) of each robot and last of the lead vehicle as f32, little
 * endian; then a byte a robot, 1 if locked; then a byte a robot, its local state. The frame is a new
 * array each time. Shapes as in `PoseFrame`.
 */
export function encodePoses(
  poses: Float64Array,
  locked: Uint8Array,
  states: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(4 * poses.length + locked.length + states.length);
  new Float32Array(frame.buffer, 0, poses.length).set(poses);
  frame.set(locked, 4 * poses.length);
  frame.set(states, 4 * poses.length + locked.length);
  return frame;
}

/** The frame that `encodePoses` wrote, or a ProtocolError. */
export function decodePoses(data: ArrayBuffer): PoseFrame {
  const robots = (data.byteLength - 12) / 14;
  if (!Number.isInteger(robots) || robots < 0) {
    throw new ProtocolError(`a pose frame of no number of robots has ${data.byteLength} bytes`);
  }
  const poses = new Float32Array(data, 0, 3 * (robots + 1));
  if (!poses.every(Number.isFinite)) {
    throw new ProtocolError("a pose frame holds a number that is not finite");
  }
  const [locked, states] = [0, 1].map(
    (part) => new Uint8Array(data, poses.byteLength + part * robots, robots),
  );
  return { poses, locked, states };
}
