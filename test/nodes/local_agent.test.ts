/** A local agent's process on a fake node. */
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import type { Check } from "../../src/ros/diagnostics";
import { fromSeconds, planarOdometry, toTime } from "../../src/ros/messages";
import { TOPICS } from "../../src/ros/topics";
import { alwaysDoing, commandOf } from "../support/commands";
import { playedSoles } from "../support/played_node";

const game = loadScenario("dock_dispatch");
const hear = new Map<string, (message: unknown) => unknown>();
let mockCheck: () => Check;
const mockNode = {
  robot: "robot_0",
  name: "local_agent",
  fleetPrefix: "",
  usesSimTime: true,
  callbackErrors: 0,
  fleet: { setRobots: () => undefined },
  parameters: {
    ...{ scenario: "dock_dispatch", robots: 0, robot_index: 0, population: 1, kind: "", seed: 1 },
    ...{ max_state_age: 0.5, markers_rate: 0, cmd_vel_timeout: 0.4, max_stamp_age: 0 },
    ...{ max_rate: 30, arena_margin: 1, start_armed: false, output: "cmd_vel", frame_prefix: "" },
    ...{ pose_source: "odometry", initial_pose: [0, 0, 0], publish_tf: false, pose_timeout: 0 },
  },
  log: { warn: () => undefined, info: () => undefined },
  safely: (work: (...given: unknown[]) => unknown, ...given: unknown[]) => work(...given),
  publisher: () => () => undefined,
  publisherSole: () =>
    Object.assign(() => undefined, { source: {}, connection: { isAlone: false } }),
  subscribe: ({ name }: { name: string }, take: (message: unknown) => unknown) =>
    void hear.set(name, take),
  subscribeRaw: () => undefined,
  subscribeSole: playedSoles<unknown>(({ name }, take) => void hear.set(name, take)).subscribeSole,
};

jest.mock("../../src/ros/node", () => ({
  ...jest.requireActual<object>("../../src/ros/node"),
  RosNode: class {
    constructor() {
      return mockNode;
    }
  },
}));
jest.mock("../../src/ros/process", () => ({
  sent: () => Promise.resolve(),
  runProcess: (start: (ros: object) => void) =>
    start({ add: (node: object) => node, onPause: () => undefined, onEnd: () => undefined }),
}));
jest.mock("../../src/ros/diagnostics", () => ({
  publishDiagnostics: (_node: object, _clock: object, checks: () => Check[]) => {
    mockCheck = () => checks()[0];
    return () => undefined;
  },
}));
jest.mock("../../src/ros/transport", () => ({ receiveBufferProblem: () => undefined }));

test("a robot that is stopped misses decisions no longer once its odometry is in time again", () => {
  jest.useFakeTimers();
  jest.requireActual("../../src/nodes/local_agent");
  const [{ x, y }] = game.arena.zones;
  const at = (seconds: number) => toTime(fromSeconds(seconds));
  hear.get(TOPICS.localPolicy.name)!(alwaysDoing(game, "up", "up"));
  let epoch = 0;
  const pass = (seconds: number, odometry: number) => {
    hear.get(TOPICS.clockHeard.name)!({ clock: at(seconds) });
    const pose = { x, y, yaw: 0 };
    hear.get(TOPICS.odometry.name)!(planarOdometry(at(odometry), "robot_0", pose));
    const decided = { epoch: epoch++, decision_time: at(seconds), policy_sha256: "up" };
    const header = { stamp: at(seconds), frame_id: "map" };
    const command = commandOf(sizesOf(game), { header, ...decided });
    // A single one does not let a body move.
    for (const copy of [command, command]) hear.get(TOPICS.globalCommand.name)!(copy);
    return mockCheck().look().values.if_released;
  };
  expect(pass(10, 10)).toBe("free to move");
  pass(12, 10.1);
  expect(pass(14, 10.2)).toMatch(/^it misses decisions/);
  expect(pass(16, 16)).toBe("free to move");
  jest.useRealTimers();
});
