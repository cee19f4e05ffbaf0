/**
 * The binary message of the protocol: all poses at one instant. Metres and radians in the `map`
 * frame.
 */
import { ProtocolError } from "./checked_values";

/** Page and server must have the same version. */
export const PROTOCOL_VERSION = 7;

/** Robots that a pose frame can hold at most. */
export const ROBOTS_LIMIT = 100_000;

export interface PoseFrame {
  /** s */
  simTime: number;
  /** x (m), y (m), heading (rad) of each robot, then of the lead vehicle; [(n + 1) * 3]. */
  poses: Float32Array;
  /** 1: the robot's wheels are locked in a dock; [n]. */
  locked: Uint8Array;
  /** Local state of each robot; [n]. */
  states: Uint8Array;
}

const POSES_TYPE = 1;
const POSES_HEADER_BYTES = 16;

const poseFrameBytes = (robots: number): number =>
  POSES_HEADER_BYTES + 12 * (robots + 1) + 2 * robots;

/**
 * A pose frame, little endian: u8 type (1), u8 version, u16 zero, u32 n, f64 simulated time (s);
 * then x, y (m) and heading (rad) of each robot and last of the lead vehicle as f32; then a byte a
 * robot, 1 if locked; then a byte a robot, its local state. The frame is a new array each time.
 */
export function encodePoses(
  simTime: number,
  poses: Float64Array,
  locked: Uint8Array,
  states: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const robots = locked.length;
  if (poses.length !== 3 * (robots + 1) || states.length !== robots || robots > ROBOTS_LIMIT) {
    throw new RangeError(
      `poses, locked, states have ${poses.length}, ${robots}, ${states.length} entries; give 3 (n + 1), n and n, n at most ${ROBOTS_LIMIT}`,
    );
  }
  const frame = new Uint8Array(poseFrameBytes(robots));
  const view = new DataView(frame.buffer);
  view.setUint8(0, POSES_TYPE);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint32(4, robots, true);
  view.setFloat64(8, simTime, true);
  new Float32Array(frame.buffer, POSES_HEADER_BYTES, poses.length).set(poses);
  frame.set(locked, POSES_HEADER_BYTES + 4 * poses.length);
  frame.set(states, POSES_HEADER_BYTES + 4 * poses.length + robots);
  return frame;
}

/** The frame that `encodePoses` wrote, or a ProtocolError. */
export function decodePoses(data: ArrayBuffer | Uint8Array): PoseFrame {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes.length < POSES_HEADER_BYTES) throw new ProtocolError("a pose frame is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== POSES_TYPE || view.getUint16(2, true) !== 0) {
    throw new ProtocolError("a binary message is no pose frame");
  }
  if (view.getUint8(1) !== PROTOCOL_VERSION) {
    throw new ProtocolError(`a pose frame has version ${view.getUint8(1)}`);
  }
  const robots = view.getUint32(4, true);
  if (robots > ROBOTS_LIMIT || bytes.length !== poseFrameBytes(robots)) {
    throw new ProtocolError(`a pose frame of ${robots} robots has ${bytes.length} bytes`);
  }
  const simTime = view.getFloat64(8, true);
  const end = POSES_HEADER_BYTES + 12 * (robots + 1);
  const poses = new Float32Array(new Uint8Array(bytes.subarray(POSES_HEADER_BYTES, end)).buffer);
  const locked = bytes.slice(end, end + robots);
  const states = bytes.slice(end + robots);
  if (!Number.isFinite(simTime) || !poses.every(Number.isFinite)) {
    throw new ProtocolError("a pose frame holds a number that is not finite");
  }
  if (locked.some((flag) => flag > 1)) throw new ProtocolError("a lock is neither 0 nor 1");
  return { simTime, poses, locked, states };
}
