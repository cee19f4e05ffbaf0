import { AbstractDriver } from "../../sim/abstract_driver";
import { WorldLoop } from "../../sim/world_loop";
import { Run } from "../../sim/run";
import { type GlobalCommand, type LocalAction, toTime } from "../../src/ros/messages";
import { randomGame } from "../games";
import { loopContext } from "./heard_node";

const game = randomGame({ sG: 2, aG: 3, sL: 4, aL: 2 }, 1);
const ROBOTS = ["robot_0", "robot_1"];
const EPOCH_NS = 1_000_000_000n;
const DEADLINE_MS = 1000;

/** The abstract world in its loop, on a node without ROS. */
function setup(horizon?: number) {
  const { context, hear, toldOn, calls } = loopContext({
    ...{ game: { ...game, horizon }, robots: ROBOTS, epochNs: EPOCH_NS, fidelity: "abstract" },
    parameters: { epoch_deadline: DEADLINE_MS / 1000 },
  });
  const { run, controls, parameters } = context;
  const loop = new WorldLoop(context, new AbstractDriver(context));
  const command = (epoch: number): void =>
    hear.get("/global_agent/command")!({
      session: 1,
      epoch,
      decision_time: toTime(EPOCH_NS * BigInt(epoch + 1)),
      global_state: 0,
      action: 0,
      sampled_agents: ROBOTS,
      histogram: [2, 0, 0, 0],
      belief: [1, 0, 0, 0],
      belief_variance: 0.1,
      missing: 0,
      emergency_stop: false,
    } as Partial<GlobalCommand>);
  const act = (robot: string, epoch: number): void =>
    hear.get(`/${robot}/action`)!({
      epoch,
      agent_id: robot,
      state: 0,
      action: 0,
    } as Partial<LocalAction>);
  return {
    run,
    loop,
    controls,
    command,
    act,
    parameters,
    hear,
    toldOn,
    resets: () => calls.resets,
  };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("a swarm that takes long to start misses no epoch", () => {
  const { run, loop, command, act } = setup();
  jest.advanceTimersByTime(20 * DEADLINE_MS);
  command(0);
  jest.advanceTimersByTime(0.9 * DEADLINE_MS);
  for (const robot of ROBOTS) act(robot, 0);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 0 });
  loop.stop();
});

test("an epoch is missed whose command or whose actions do not come by the deadline", () => {
  const { run, loop, command, act } = setup();
  command(0);
  act(ROBOTS[0], 0);
  jest.advanceTimersByTime(1.1 * DEADLINE_MS);
  expect(run.ledger.totals).toMatchObject({ epochs: 0, missedEpochs: 1 });
  jest.advanceTimersByTime(1.1 * DEADLINE_MS);
  expect(run.ledger.totals).toMatchObject({ epochs: 0, missedEpochs: 2 });
  loop.stop();
});

test("a paused world stands, goes on by one epoch a step, and misses nothing", () => {
  const { run, loop, controls, command, act } = setup();
  const play = (epoch: number): void => {
    command(epoch);
    for (const robot of ROBOTS) act(robot, epoch);
  };
  play(0);
  controls.pause(true);
  play(1);
  jest.advanceTimersByTime(3 * DEADLINE_MS);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 0 });
  controls.isStepping = true;
  jest.advanceTimersByTime(3 * DEADLINE_MS);
  expect(run.ledger.totals.epochs).toBe(2);
  play(2);
  jest.advanceTimersByTime(3 * DEADLINE_MS);
  expect(run.ledger.totals).toMatchObject({ epochs: 2, missedEpochs: 0 });
  controls.pause(false);
  jest.advanceTimersByTime(100);
  expect(run.ledger.totals.epochs).toBe(3);
  loop.stop();
});

test("a reset places the robots anew by its seed and starts the statistics from zero", () => {
  const { run, loop, controls, command, act, resets } = setup();
  const first = run.start();
  controls.isResetting = true;
  command(0);
  for (const robot of ROBOTS) act(robot, 0);
  expect(resets()).toBe(1);
  expect(run.ledger.totals.epochs).toBe(0);
  expect(run.ledger.rewards).toEqual([]);
  expect(run.start()).not.toEqual(first);
  const other = new Run({ ...run.options, seed: 5 });
  expect(run.start()).toEqual(other.start());
  loop.stop();
});

test("shifts are told before they begin, and count from the last reset", () => {
  const { run, loop, controls, command, act, toldOn } = setup(3);
  const shift = (epoch: number) => toTime(EPOCH_NS * BigInt(epoch + 1));
  const told = (at: number, next: number) => ({ shift: shift(at), next_shift: shift(next) });
  const play = (epoch: number): object[] => {
    command(epoch);
    for (const robot of ROBOTS) act(robot, epoch);
    return toldOn("/simulator/population");
  };
  expect(toldOn("/simulator/population")).toMatchObject([told(-1, -1)]);
  expect([play(0), play(1), play(2)]).toMatchObject([[told(0, 3)], [], [told(3, 6)]]);
  controls.isResetting = true;
  expect([play(3), play(4), play(5)]).toMatchObject([[told(4, 7)], [], []]);
  expect(run.start()).toEqual(new Run({ ...run.options, seed: 5 }).start());
  expect([play(6), play(7)]).toMatchObject([[told(7, 10)], []]);
  loop.stop();
});

test("robots join and leave between two epochs, told beforehand, and nobody waits for them before or after", () => {
  const { run, loop, command, act, parameters, hear, toldOn, resets } = setup();
  const population = "/simulator/population";
  const from = (epoch: number, robots: number) => ({
    header: { stamp: toTime(EPOCH_NS * BigInt(epoch + 1)), frame_id: "" },
    population: robots,
  });
  expect(toldOn(population)).toMatchObject([from(-1, 2)]);
  command(0);
  toldOn("");
  parameters.population = 3;
  act("robot_0", 0);
  expect(toldOn(population)).toMatchObject([from(1, 3)]);
  expect([...hear.keys()]).toContain("/robot_2/action");
  // Whoever is not there yet is not waited for.
  expect(run.robots).toHaveLength(2);
  act("robot_1", 0);
  expect([run.robots, resets()]).toEqual([["robot_0", "robot_1", "robot_2"], 1]);
  expect(run.ledger.trueHistogram().reduce((a, b) => a + b)).toBe(3);
  expect(toldOn("/robot_2/odom")).toHaveLength(1);
  command(1);
  for (const robot of ROBOTS) act(robot, 1);
  expect(run.ledger.totals.epochs).toBe(1);
  parameters.population = 1;
  jest.advanceTimersByTime(100);
  expect(toldOn(population)).toMatchObject([from(2, 1)]);
  act("robot_2", 1);
  expect(run.robots).toEqual(["robot_0"]);
  expect([...hear.keys()]).not.toContain("/robot_1/action");
  expect(run.ledger.openActions).toHaveLength(1);
  command(2);
  act("robot_0", 2);
  expect(run.ledger.totals).toMatchObject({ epochs: 3, missedEpochs: 0 });
  loop.stop();
});
