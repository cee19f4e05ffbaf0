import fc from "fast-check";
import {
  parsePageMessage,
  HISTORY_LIMIT,
  PROTOCOL_VERSION,
  ProtocolError,
  decodePoses,
  encodePoses,
  parseServerMessage,
  type EpochReport,
  type Snapshot,
} from "../../sim/protocol";
import { epochReport, snapshot, world } from "./messages";

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

test("absent references stay absent", () => {
  const message = { ...snapshot(), references: { blind: 7 } };
  expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
});

test.each<[string, object]>([
  ["reload the page", { ...snapshot(), version: PROTOCOL_VERSION + 1 }],
  [
    "zones.0.radius: Too small: expected number to be >0",
    { ...snapshot(), zones: [{ name: "a", x: 0, y: 0, radius: 0 }] },
  ],
  [
    'controls.0: Invalid option: expected one of "pause"|"step"|"reset"',
    { ...world(), controls: ["fly"] },
  ],
  [
    "robots.1: Invalid input: expected string, received number",
    { ...snapshot(), robots: ["a", 1] },
  ],
  [
    "history: Too big: expected array to have <=500 items",
    { ...snapshot(), history: Array(HISTORY_LIMIT + 1).fill(epochReport(1)) },
  ],
  [
    'history.0.type: Invalid input: expected "epoch"',
    { ...snapshot(), history: [{ ...epochReport(1), type: "snapshot" }] },
  ],
  ["sampled.0: Too small: expected number to be >=0", { ...epochReport(1), sampled: [-1] }],
  ["missing: Invalid input: expected int", { ...epochReport(1), missing: 0.5 }],
  ["reward: Invalid input: expected number", { ...epochReport(1), reward: "7" }],
  ["emergencyStop: Invalid input: expected boolean", { ...epochReport(1), emergencyStop: 1 }],
  ["type: Invalid discriminator value. Expected 'snapshot' | 'epoch' | 'world'", { type: "pose" }],
  ["message: Invalid input: expected object", []],
  ['message: Unrecognized key: "extra"', { ...world(), extra: 1 }],
])("a message is refused: %s", (reason, message) => {
  expect(refused(JSON.stringify(message))).toContain(reason);
});

test("text that is no JSON is refused", () => {
  expect(refused("{")).toBe("a message is not JSON");
});

test.each<[string, object]>([
  ["command.factor: Too big: expected number to be <=1000", { do: "speed", factor: 1001 }],
  ["command.factor: Too small: expected number to be >=0.01", { do: "speed", factor: 0 }],
  ["command.seed: Too big: expected number to be <=2147483647", { do: "reset", seed: 2 ** 31 }],
  [
    "command.robots: Too big: expected number to be <=100000",
    { do: "population", robots: 100_001 },
  ],
  [
    'command.mode: Invalid option: expected one of "sample"|"filter"',
    { do: "observation", mode: "guess" },
  ],
  ["command.do: Invalid discriminator value. Expected 'pause' | 'resume'", { do: "sing" }],
])("a command is refused: %s", (reason, command) => {
  const text = JSON.stringify({ type: "command", id: 1, command });
  const result = outcome(() => parsePageMessage(text));
  expect(result).toBeInstanceOf(ProtocolError);
  expect(String(result)).toContain(reason);
});

const robotCount = fc.integer({ min: 0, max: 40 });
const frames = robotCount.chain((n) =>
  fc.record({
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
    fc.property(frames, ({ poses, locked, states }) => {
      const frame = decodePoses(encodePoses(poses, locked, states).buffer);
      expect(frame.poses).toEqual(Float32Array.from(poses));
      expect(frame.locked).toEqual(locked);
      expect(frame.states).toEqual(states);
    }),
    { numRuns: RUNS },
  );
});

test("random bytes are refused or read, never a crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      outcome(() => decodePoses(bytes.slice().buffer));
    }),
    { numRuns: RUNS },
  );
});

test("a frame with changed, missing or added bytes is refused, or each number is finite or not known", () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 5 });
  fc.assert(
    fc.property(frames, changes, fc.integer({ min: -3, max: 3 }), (parts, bytes, longer) => {
      const whole = encodePoses(parts.poses, parts.locked, parts.states);
      const frame = new Uint8Array(Math.max(0, whole.length + longer));
      frame.set(whole.subarray(0, frame.length));
      for (const [at, value] of bytes) frame[at % frame.length] = value;
      const result = outcome(() => decodePoses(frame.buffer));
      if (result instanceof ProtocolError) return;
      expect(result.poses.some((value) => Math.abs(value) === Infinity)).toBe(false);
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
