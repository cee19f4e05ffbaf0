import { MotionDriver } from "../../sim/motion_driver";
import { robotNames, Run } from "../../sim/run";
import { loadPhysics } from "../../sim/world/physics";
import { WorldLoop } from "../../sim/world_loop";
import {
  type GlobalCommand,
  type LocalAction,
  nanoseconds,
  type Odometry,
  type TFMessage,
  toTime,
} from "../../src/ros/messages";
import { loopContext, type LoopOptions } from "./heard_node";
import { dockDispatch } from "./world/motion_helpers";

const ROBOTS = robotNames(3);
const EPOCH_S = 2;
const EPOCH_NS = BigInt(EPOCH_S) * 1_000_000_000n;
/** Agents are seen at once; time runs this long after, ms. */
const SETTLED_MS = 710;

beforeAll(loadPhysics);
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** The motion world in its loop, on a node without ROS. */
function setup(durationNs = 0n, own: LoopOptions["parameters"] = {}, fleetPrefix = "") {
  const { context, hear, toldOn, calls } = loopContext({
    ...{ game: dockDispatch, robots: ROBOTS, epochNs: EPOCH_NS, fidelity: "motion", durationNs },
    ...{ parameters: own, fleetPrefix },
  });
  const { run, controls, parameters } = context;
  const driver = new MotionDriver(context);
  const loop = new WorldLoop(context, driver);
  /** Seconds of all /clock messages since the last call of any topic. */
  const clock = (): number[] =>
    toldOn("/clock").map((message) => Number(nanoseconds((message as ClockMessage).clock)) / 1e9);
  const play = (epoch: number): void => {
    const decision = toTime(EPOCH_NS * BigInt(epoch + 1));
    const counts = { histogram: [3, 0, 0, 0, 0], belief: [1, 0, 0, 0, 0], belief_variance: 0.1 };
    const sample = { session: 1, sampled_agents: ROBOTS, missing: 0, emergency_stop: false };
    const command = { epoch, decision_time: decision, global_state: 0, action: 0 };
    hear.get("/global_agent/command")!({
      ...command,
      ...counts,
      ...sample,
    } as Partial<GlobalCommand>);
    for (const robot of ROBOTS) {
      const action = { epoch, agent_id: robot, state: 0, action: 0 };
      hear.get(`/${robot}/action`)!(action as Partial<LocalAction>);
    }
  };
  const drive = (linear: number): void =>
    hear.get("/lead/cmd_vel")!({
      linear: { x: linear, y: 0, z: 0 },
      angular: { x: 0, y: 0, z: 0 },
    });
  return { run, controls, parameters, calls, driver, loop, clock, toldOn, play, drive };
}

interface ClockMessage {
  readonly clock: Parameters<typeof nanoseconds>[0];
}

test("time stands before the first boundary until the agents have settled, and is told meanwhile", () => {
  const { loop, clock } = setup();
  jest.advanceTimersByTime(500);
  const before = clock();
  expect(new Set(before)).toEqual(new Set([EPOCH_S - 0.5]));
  expect(before.length).toBeGreaterThanOrEqual(5);
  jest.advanceTimersByTime(SETTLED_MS - 500 + 1000);
  const after = clock();
  expect(after.at(-1)).toBeCloseTo(EPOCH_S - 0.5 + 1, 1);
  expect([...after].sort((a, b) => a - b)).toEqual(after);
  loop.stop();
});

test("odometry comes at 10 Hz of simulated time, whatever the speed", () => {
  const { loop, parameters, toldOn } = setup();
  jest.advanceTimersByTime(SETTLED_MS);
  parameters.speed = 4;
  toldOn("");
  jest.advanceTimersByTime(1000);
  expect(Math.abs(toldOn("/robot_0/odom").length - 40)).toBeLessThanOrEqual(1);
  loop.stop();
});

test("odometry has a frame of its own in the map, and the variances of the noise that is set", () => {
  const noise = { odometry_noise: 0.03, odometry_noise_yaw: 0.1 };
  const { loop, toldOn } = setup(0n, noise, "fleet_a/");
  const [{ transforms }] = toldOn("/tf_static") as TFMessage[];
  const here = { translation: { x: 0, y: 0, z: 0 }, rotation: { x: 0, y: 0, z: 0, w: 1 } };
  expect(
    transforms.map(({ header, child_frame_id, transform }) => [
      ...[header.frame_id, child_frame_id],
      transform,
    ]),
  ).toEqual([...ROBOTS, "lead"].map((name) => ["map", `fleet_a/${name}/odom`, here] as const));
  jest.advanceTimersByTime(SETTLED_MS);
  const [odometry] = toldOn("/robot_1/odom") as Odometry[];
  expect(odometry.header.frame_id).toBe("fleet_a/robot_1/odom");
  expect(odometry.child_frame_id).toBe("fleet_a/robot_1/base_link");
  const deviations = ({ covariance }: Odometry["pose"] | Odometry["twist"]): number[] =>
    [0, 7, 14, 21, 28, 35].map((i) => Math.sqrt(covariance[i]));
  const [unknown, exact] = [1000, expect.closeTo(0, 4)];
  const [m, rad] = [expect.closeTo(0.03, 9), expect.closeTo(0.1, 9)];
  expect(deviations(odometry.pose)).toEqual([m, m, unknown, unknown, unknown, rad]);
  expect(deviations(odometry.twist)).toEqual([exact, exact, unknown, unknown, unknown, exact]);
  // A filter divides by it.
  expect(odometry.twist.covariance[0]).toBeGreaterThan(0);
  loop.stop();
});

test.each([
  [undefined, ["moved", "moved"]],
  ["stall", ["moved", "moved"]],
  ["mute", []],
  ["nan", ["no number", "no number"]],
  ["frozen", ["moved", "stood"]],
] as const)("with fault %s odometry tells %j", (fault, expected) => {
  const { controls, driver, loop, toldOn } = setup();
  jest.advanceTimersByTime(SETTLED_MS);
  const tell = (): number[] => {
    driver.world.bodies[1].x += 1;
    toldOn("");
    jest.advanceTimersByTime(110);
    return (toldOn("/robot_1/odom") as Odometry[]).map(({ pose }) => pose.pose.position.x);
  };
  let [before] = tell();
  if (fault) controls.setFault(1, fault);
  const ways = [tell()[0], tell()[0]]
    .filter((x) => x !== undefined)
    .map((x) => {
      const way = x - before;
      before = x;
      return Number.isNaN(x) ? "no number" : way === 0 ? "stood" : "moved";
    });
  expect(ways).toEqual(expected);
  // Mended, it tells the truth, and the other one did all the time.
  if (fault) controls.setFault(1, "none");
  expect(tell()[0]).toBe(driver.world.bodies[1].x);
  loop.stop();
});

test("an epoch ends by time, with its command or without", () => {
  const { run, loop, play } = setup();
  jest.advanceTimersByTime(SETTLED_MS + 600);
  play(0);
  jest.advanceTimersByTime(EPOCH_S * 1000);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 0, unreachedZones: 0 });
  jest.advanceTimersByTime(EPOCH_S * 1000);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 1 });
  loop.stop();
});

test("a base whose commands end stands within half a second, from full speed, and obeys the next", () => {
  const { driver, loop, drive } = setup();
  jest.advanceTimersByTime(SETTLED_MS + 600);
  const speed = (): number => driver.world.twists[2 * ROBOTS.length];
  for (let i = 0; i < 7; i++) {
    drive(2);
    jest.advanceTimersByTime(100);
  }
  expect(speed()).toBe(2);
  // Two commands may be late.
  jest.advanceTimersByTime(140);
  expect(speed()).toBe(2);
  jest.advanceTimersByTime(260);
  expect(speed()).toBe(0);
  // A command brakes within the limits.
  drive(2);
  jest.advanceTimersByTime(200);
  drive(0);
  const before = speed();
  jest.advanceTimersByTime(40);
  expect(before - speed()).toBeLessThan(0.2);
  loop.stop();
});

test("a paused world stands, and a step ends at the next boundary", () => {
  const { controls, loop, clock } = setup();
  jest.advanceTimersByTime(SETTLED_MS + 1000);
  controls.pause(true);
  clock();
  jest.advanceTimersByTime(5000);
  const [stood, ...others] = new Set(clock());
  expect(others).toEqual([]);
  controls.isStepping = true;
  jest.advanceTimersByTime(5000);
  const stepped = clock().at(-1)!;
  expect(stepped).toBe(EPOCH_S * Math.ceil((stood + 1e-9) / EPOCH_S));
  loop.stop();
});

test("a reset places the robots before the boundary and then clears the statistics", () => {
  const { run, controls, loop, play, calls, driver } = setup();
  jest.advanceTimersByTime(SETTLED_MS + 600);
  play(0);
  controls.isResetting = true;
  jest.advanceTimersByTime(EPOCH_S * 1000);
  expect([calls.resets, run.ledger.totals.epochs]).toEqual([1, 0]);
  expect(run.start()).toEqual(new Run({ ...run.options, seed: 5 }).start());
  expect(driver.world.localStates()).toEqual(run.start().localStates);
  loop.stop();
});

test("robots join at the boundary told beforehand", () => {
  const { run, loop, parameters, driver, toldOn } = setup();
  jest.advanceTimersByTime(SETTLED_MS + 600);
  toldOn("");
  parameters.population = 5;
  jest.advanceTimersByTime(10);
  const from = toTime(2n * EPOCH_NS);
  expect(toldOn("/simulator/population")).toMatchObject([
    { header: { stamp: from }, population: 5 },
  ]);
  expect(run.robots).toHaveLength(3);
  jest.advanceTimersByTime(EPOCH_S * 1000);
  expect([run.robots.length, driver.world.locked.length]).toEqual([5, 5]);
  loop.stop();
});

test("a run that has lasted long enough ends at a boundary, once", () => {
  const { loop, play, calls, clock } = setup(EPOCH_NS);
  jest.advanceTimersByTime(SETTLED_MS + 600);
  play(0);
  jest.advanceTimersByTime(EPOCH_S * 1000);
  clock();
  jest.advanceTimersByTime(EPOCH_S * 1000);
  expect([calls.over, clock()]).toEqual([1, []]);
  loop.stop();
});
