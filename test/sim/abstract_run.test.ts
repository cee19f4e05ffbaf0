import { runAbstract } from "../../sim/abstract_run";
import { Controls } from "../../sim/controls";
import { RealTimeFactor } from "../../sim/pace";
import { Run } from "../../sim/run";
import { type GlobalCommand, type LocalAction, toTime } from "../../src/ros/messages";
import { randomGame } from "../games";

const game = randomGame({ sG: 2, aG: 3, sL: 4, aL: 2 }, 1);
const ROBOTS = ["robot_0", "robot_1"];
const EPOCH_NS = 1_000_000_000n;
const DEADLINE_MS = 1000;

/** The lockstep on a node that is no node: what it hears is said to it. */
function setup() {
  const hear = new Map<string, (message: unknown) => void>();
  let resets = 0;
  const node = {
    publisher: () => () => undefined,
    subscribe: (topic: { name: string }, callback: (message: unknown) => void) =>
      void hear.set(topic.name, callback),
    safely: (work: () => void) => work(),
  };
  const run = new Run({
    game,
    robots: ROBOTS,
    seed: 1,
    epochNs: EPOCH_NS,
    durationNs: 0n,
    fidelity: "abstract",
    trace: "",
    onEpoch: () => undefined,
    onReset: () => void resets++,
    onStop: () => undefined,
  });
  const controls = new Controls();
  const parameters = { epoch_deadline: DEADLINE_MS / 1000, seed: 5, population: ROBOTS.length };
  const loop = runAbstract({
    node: node as never,
    run,
    parameters: parameters as never,
    controls,
    factor: new RealTimeFactor(),
    publishPoses: () => undefined,
    onOver: () => undefined,
  });
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
  return { run, loop, controls, command, act, resets: () => resets };
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
  expect(controls.step()).toBe(false);
  controls.pause(true);
  play(1);
  jest.advanceTimersByTime(3 * DEADLINE_MS);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 0 });
  expect(controls.step()).toBe(true);
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
  controls.reset();
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
