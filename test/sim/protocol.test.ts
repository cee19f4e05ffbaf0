import fc from "fast-check";
import {
  HISTORY_LIMIT,
  PROTOCOL_VERSION,
  ProtocolError,
  decodePoses,
  encodePoses,
  parseServerMessage,
  type EpochReport,
  type Snapshot,
} from "../../sim/protocol";
import { epochReport, snapshot } from "./messages";

/** 2,000 in all: the soak multiplies them. */
const RUNS = 500;

/** What `read` gives, or the ProtocolError; anything else fails the test. */
function outcome<T>(read: () => T): T | ProtocolError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

const refused = (text: string): string => {
  const result = outcome(() => parseServerMessage(text));
  if (!(result instanceof ProtocolError)) throw new Error(`accepted: ${text}`);
  return result.message;
};

test("a snapshot and an epoch report come through unchanged", () => {
  for (const message of [snapshot(), epochReport(3), { ...epochReport(4), reward: null }]) {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
  }
});

test("unknown fields are left out, absent references stay absent", () => {
  const message = parseServerMessage(
    JSON.stringify({ ...snapshot(), references: { blind: 7 }, extra: 1 }),
  );
  expect(message).toEqual({ ...snapshot(), references: { blind: 7 } });
  expect(message).not.toHaveProperty("extra");
});

test.each<[string, object]>([
  ["reload the page", { ...snapshot(), version: PROTOCOL_VERSION + 1 }],
  ["zones: not one for each local state", { ...snapshot(), zones: [] }],
  ["leadSpots: not one for each global state", { ...snapshot(), leadSpots: [] }],
  ["zones[0].radius: not positive", { ...snapshot(), zones: [{ x: 0, y: 0, radius: 0 }] }],
  ["fidelity: not one of motion, abstract", { ...snapshot(), fidelity: "gazebo" }],
  ["robots[1]: not a string", { ...snapshot(), robots: ["a", 1] }],
  ["history: too long", { ...snapshot(), history: Array(HISTORY_LIMIT + 1).fill(epochReport(1)) }],
  ["history[0].type", { ...snapshot(), history: [{ ...epochReport(1), type: "snapshot" }] }],
  ["epoch.sampled[0]: not a count", { ...epochReport(1), sampled: [-1] }],
  ["epoch.reward: not a finite number", { ...epochReport(1), reward: "7" }],
  ["epoch.emergencyStop: neither", { ...epochReport(1), emergencyStop: 1 }],
  ["unknown message type", { type: "pose" }],
  ["message: not an object", []],
])("a message is refused: %s", (reason, message) => {
  expect(refused(JSON.stringify(message))).toContain(reason);
});

test("text that is no JSON is refused", () => {
  expect(refused("{")).toBe("a text message is not JSON");
});

const robotCount = fc.integer({ min: 0, max: 40 });
const frames = robotCount.chain((n) =>
  fc.record({
    simTime: fc.double({ noNaN: true, noDefaultInfinity: true }),
    poses: fc.float64Array({
      minLength: 3 * (n + 1),
      maxLength: 3 * (n + 1),
      min: -1e6,
      max: 1e6,
      noNaN: true,
    }),
    locked: fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
    states: fc.uint8Array({ minLength: n, maxLength: n }),
  }),
);

test("a pose frame comes through, positions to single precision", () => {
  fc.assert(
    fc.property(frames, ({ simTime, poses, locked, states }) => {
      const frame = decodePoses(encodePoses(simTime, poses, locked, states).buffer);
      expect(frame.simTime).toBe(simTime);
      expect(frame.poses).toEqual(Float32Array.from(poses));
      expect(frame.locked).toEqual(locked);
      expect(frame.states).toEqual(states);
    }),
    { numRuns: RUNS },
  );
});

test("a frame for arrays of different lengths is not written", () => {
  expect(() => encodePoses(0, new Float64Array(6), new Uint8Array(2), new Uint8Array(2))).toThrow(
    /give 3 \(n \+ 1\), n and n/,
  );
});

test("random bytes are refused or read, never a crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      outcome(() => decodePoses(bytes));
    }),
    { numRuns: RUNS },
  );
});

test("a frame with changed, missing or added bytes is refused or has finite numbers", () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 5 });
  fc.assert(
    fc.property(frames, changes, fc.integer({ min: -3, max: 3 }), (parts, bytes, longer) => {
      const whole = encodePoses(parts.simTime, parts.poses, parts.locked, parts.states);
      const frame = new Uint8Array(Math.max(0, whole.length + longer));
      frame.set(whole.subarray(0, frame.length));
      for (const [at, value] of bytes) frame[at % frame.length] = value;
      const result = outcome(() => decodePoses(frame));
      if (result instanceof ProtocolError) return;
      expect(result.poses.every(Number.isFinite)).toBe(true);
      expect(result.poses).toHaveLength(3 * (result.locked.length + 1));
    }),
    { numRuns: RUNS },
  );
});

test("a text with a part exchanged is refused or well-formed, never a crash", () => {
  const texts: (Snapshot | EpochReport)[] = [snapshot(), epochReport(1)];
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), fc.jsonValue(), (message, at, value) => {
      const keys = Object.keys(message);
      const changed = { ...message, [keys[at % keys.length]]: value };
      outcome(() => parseServerMessage(JSON.stringify(changed)));
      const text = JSON.stringify(message);
      const cut = at % text.length;
      outcome(() => parseServerMessage(text.slice(0, cut) + JSON.stringify(value)));
    }),
    { numRuns: RUNS },
  );
});
