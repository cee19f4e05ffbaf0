import fc from "fast-check";
import { codecOf, definitionsOf, lengthProblem } from "../../src/ros/codec";
import type { GlobalCommand, LocalPolicy } from "../../src/ros/messages";
import { bounded, TOPICS } from "../../src/ros/topics";

const TYPES = [
  "nav_msgs/msg/Odometry",
  "geometry_msgs/msg/Twist",
  "geometry_msgs/msg/TwistStamped",
  "alternating_marl/msg/AgentState",
  "alternating_marl/msg/GlobalState",
  "alternating_marl/msg/GlobalCommand",
  "alternating_marl/msg/LocalAction",
  "alternating_marl/msg/Policy",
  "alternating_marl/msg/LocalPolicy",
  "alternating_marl/msg/EmergencyStop",
  "rosgraph_msgs/msg/Clock",
] as const;

const command: GlobalCommand = {
  header: { stamp: { sec: 7, nanosec: 999_999_999 }, frame_id: "map" },
  session: 4_294_967_295,
  epoch: 12,
  decision_time: { sec: 6, nanosec: 0 },
  global_state: 255,
  action: 4,
  sampled_agents: ["robot_3", "", "robot_é"],
  histogram: [3, 0, 4_294_967_295],
  belief: [0.5, 0.25, 0.25],
  belief_variance: 0.1,
  missing: 1,
  sample_size: 4,
  observation: "sample",
  population: 30,
  policy_sha256: "ab".repeat(32),
  emergency_stop: true,
  resets: 2,
};

test("a command comes back as it went", () => {
  const codec = codecOf("alternating_marl/msg/GlobalCommand");
  const decoded = codec.decode(codec.encode(command));
  expect({
    ...decoded,
    histogram: Array.from(decoded.histogram),
    belief: Array.from(decoded.belief),
  }).toEqual(command);
});

test("a local policy of any length and values comes back as it went", () => {
  const codec = codecOf("alternating_marl/msg/LocalPolicy");
  const policy = fc.record({
    policy_sha256: fc.string(),
    scenario_sha256: fc.string({ unit: "binary" }),
    local_states: fc.nat(),
    global_states: fc.nat(),
    local_actions: fc.nat(),
    global_actions: fc.nat(),
    local_policy: fc.float32Array(),
    actions: fc.uint8Array(),
  });
  fc.assert(
    fc.property(policy, (message: LocalPolicy) => {
      const decoded = codec.decode(codec.encode(message));
      expect({
        ...decoded,
        local_policy: Float32Array.from(decoded.local_policy),
        actions: Uint8Array.from(decoded.actions),
      }).toEqual(message);
    }),
  );
});

test("every prefix of a message is refused, and so is a message with bytes left over", () => {
  const codec = codecOf("alternating_marl/msg/GlobalCommand");
  const bytes = codec.encode(command);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => codec.decode(bytes.subarray(0, length))).toThrow();
  }
  const longer = (by: number) => Buffer.concat([bytes, Buffer.alloc(by)]);
  expect(() => codec.decode(longer(4))).toThrow("4 bytes are left over");
  // The wire may pad to four bytes.
  expect(codec.decode(longer(3)).epoch).toBe(command.epoch);
});

const anyNumber = fc.double();
const xyz = fc.record({ x: anyNumber, y: anyNumber, z: anyNumber });
const twist = fc.record({ linear: xyz, angular: xyz });

test("odometry is read wherever its bytes lie, and no part of it is odometry", () => {
  const codec = codecOf("nav_msgs/msg/Odometry");
  const covariance = fc.float64Array({ minLength: 36, maxLength: 36 });
  const odometry = fc.record({
    header: fc.record({
      stamp: fc.record({ sec: fc.integer(), nanosec: fc.nat() }),
      frame_id: fc.string({ unit: "binary" }),
    }),
    child_frame_id: fc.string(),
    pose: fc.record({
      pose: fc.record({
        position: xyz,
        orientation: fc.record({ x: anyNumber, y: anyNumber, z: anyNumber, w: anyNumber }),
      }),
      covariance,
    }),
    twist: fc.record({ twist, covariance }),
  });
  fc.assert(
    fc.property(odometry, fc.nat(9), fc.nat(), (message, offset, part) => {
      const bytes = codec.encode(message);
      const among = Buffer.concat([Buffer.alloc(offset, 1), bytes, Buffer.alloc(999, 1)]);
      const placed = among.subarray(offset, offset + bytes.length);
      expect(codec.decode(placed)).toEqual(message);
      expect(() => codec.decode(placed.subarray(0, part % bytes.length))).toThrow();
      expect(() => codec.decode(among.subarray(offset, offset + bytes.length + 4))).toThrow(
        "4 bytes are left over",
      );
    }),
  );
});

test("whatever bytes arrive, a decoder answers or throws an Error, in little memory", () => {
  fc.assert(
    fc.property(fc.constantFrom(...TYPES), fc.uint8Array({ maxLength: 300 }), (type, noise) => {
      noise.set([0, 1, 0, 0].slice(0, noise.length));
      try {
        codecOf(type).decode(noise);
      } catch (error) {
        expect(String(error)).toMatch(/Error: ./);
      }
    }),
    { numRuns: 3000 },
  );
});

test("a type without a definition is named with what to do", () => {
  expect(() => definitionsOf("nobody_msgs/msg/Nothing")).toThrow(
    "no definition of message nobody_msgs/msg/Nothing; add it to msg/ or to the standard types",
  );
});

test("a type's definitions hold all types in it, its own first", () => {
  expect(definitionsOf("alternating_marl/msg/GlobalCommand").map(({ name }) => name)).toEqual([
    "alternating_marl/GlobalCommand",
    "std_msgs/Header",
  ]);
});

test.each(TYPES)("a %s of 200 MB is refused before it is decoded", (type) => {
  const topic = { ...TOPICS.globalCommand, type };
  expect(lengthProblem(topic, 2e8)).toMatch(/^it has 200000000 bytes.* look at who publishes/);
  expect(lengthProblem(topic, 2 ** 16)).toBeUndefined();
});

test("a topic whose scenario bounds its array has room for that, and for little more", () => {
  const topic = bounded(TOPICS.policy, 1e6);
  expect(lengthProblem(topic, 1e6 + 1000)).toBeUndefined();
  expect(lengthProblem(topic, 1.1e6)).toMatch(/a alternating_marl.* has \d+ at most here/);
});

test("a command of 100,000 robots' names is decoded", () => {
  const sampled_agents = Array.from({ length: 100_000 }, (_, i) => `robot_${i}`);
  const bytes = codecOf("alternating_marl/msg/GlobalCommand").encode({
    ...command,
    sampled_agents,
  });
  expect(lengthProblem(TOPICS.globalCommand, bytes.length)).toBeUndefined();
});
