import type { Game } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { batchMeans, Ledger } from "../../sim/world/ledger";
import { type GlobalCommand, toTime } from "../../src/ros/messages";
import { randomScenario } from "../games";

/** Two zones, stay or go; rewards that can be added up by hand. */
function game(): Game {
  const scenario = {
    ...randomScenario({ sG: 2, aG: 2, sL: 2, aL: 2 }, 1),
    global_reward: [
      [0.5, 1],
      [0, -1],
    ],
    // [s_l][s_g][a_l]: 10 with the lead vehicle, less 3 for going.
    local_reward: [
      [
        [10, 7],
        [0, -3],
      ],
      [
        [0, -3],
        [10, 7],
      ],
    ],
  };
  return parseScenario(JSON.stringify(scenario), "two zones");
}

const ROBOTS = ["robot_0", "robot_1", "robot_2", "robot_3"];
const SECOND = 1_000_000_000n;
const HEADER = { stamp: toTime(0n), frame_id: "map" };

const command = (change: Partial<GlobalCommand> = {}): GlobalCommand => ({
  header: HEADER,
  epoch: 0,
  session: 1,
  decision_time: toTime(SECOND),
  global_state: 0,
  action: 1,
  sampled_agents: ["robot_2", "robot_0"],
  histogram: [1, 1],
  belief: [0.5, 0.5],
  belief_variance: 0.5,
  sample_size: 2,
  observation: "sample",
  population: 4,
  policy_sha256: "",
  missing: 0,
  emergency_stop: false,
  resets: 0,
  ...change,
});

/** A ledger whose first epoch is open: lead in zone 0, robots in 0, 0, 1, 1. */
function opened(): Ledger {
  const ledger = new Ledger(game(), ROBOTS);
  ledger.open(SECOND, 0, Uint8Array.of(0, 0, 1, 1));
  return ledger;
}

function act(ledger: Ledger, epoch: number, states: number[], actions: number[]): void {
  actions.forEach((action, i) => actOne(ledger, epoch, ROBOTS[i], states[i], action));
}

function actOne(ledger: Ledger, epoch: number, agent: string, state: number, action: number): void {
  const unused = { header: HEADER, global_state: 0, policy_sha256: "" };
  ledger.hearAction({ ...unused, epoch, agent_id: agent, state, action });
}

test("the reward is r_g + (1/n) sum of r_l at the states of the decision", () => {
  const ledger = opened();
  ledger.hearCommand(command());
  act(ledger, 0, [0, 0, 1, 1], [0, 1, 0, 1]);
  expect(ledger.isComplete).toBe(true);
  // r_g(0, 1) = 1; r_l = 10, 7, 0, -3.
  expect(ledger.close()).toBe(1 + 14 / 4);
  expect(ledger.totals).toEqual({
    epochs: 1,
    missedEpochs: 0,
    unseenEpochs: 0,
    staleActions: 0,
    missingActions: 0,
    unreachedZones: 0,
    samplesAsked: 2,
    samplesReceived: 2,
  });
});

test("a robot whose action did not come counts as missing and as staying", () => {
  const ledger = opened();
  ledger.hearCommand(command({ missing: 1 }));
  act(ledger, 0, [0, 0, 1], [1, 1, 1]);
  expect(ledger.isComplete).toBe(false);
  // r_l = 7, 7, -3 and 0 for robot_3, which stays away from the lead vehicle.
  expect(ledger.close()).toBe(1 + 11 / 4);
  expect(ledger.totals).toMatchObject({ missingActions: 1, samplesAsked: 2, samplesReceived: 1 });
});

test("an early action counts in its epoch, and not where epochs began anew meanwhile", () => {
  const ledger = opened();
  act(ledger, 0, [0, 0, 1, 1], [0, 0, 0, 0]);
  ledger.hearCommand(command());
  expect(ledger.isComplete).toBe(true);
  // Of a session that reached epoch 7, of which no command was heard.
  act(ledger, 7, [0, 0, 1, 1], [1, 1, 1, 1]);
  for (const epoch of [0, 1, 7]) {
    const time = BigInt(epoch + 2) * SECOND;
    ledger.open(time, 0, Uint8Array.of(0, 0, 1, 1));
    ledger.hearCommand(command({ session: 2, epoch, decision_time: toTime(time) }));
  }
  expect(ledger.openActions).toEqual(Int8Array.of(-1, -1, -1, -1));
});

test("an action drawn at another state than the robot's counts as stale, its reward by the true state", () => {
  const ledger = opened();
  ledger.hearCommand(command());
  act(ledger, 0, [1, 0, 1, 1], [0, 0, 0, 0]);
  expect(ledger.totals.staleActions).toBe(1);
  expect(ledger.close()).toBe(1 + 20 / 4);
});

test("a free robot that is not where it drove counts as such; a locked one, and one that did not act, do not", () => {
  const ledger = opened();
  ledger.noteArrivals(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 0, 0, 0));
  expect(ledger.totals.unreachedZones).toBe(0);
  ledger.hearCommand(command());
  const [stay, go] = [0, 1];
  act(ledger, 0, [0, 0, 1], [go, go, stay]);
  // robot_0 arrives, robot_1 does not, robot_2 was pushed away, robot_3 did not act.
  const states = Uint8Array.of(1, 0, 0, 0);
  ledger.noteArrivals(states, Uint8Array.of(0, 1, 0, 0));
  expect(ledger.totals.unreachedZones).toBe(1);
  ledger.noteArrivals(states, Uint8Array.of(0, 0, 1, 0));
  expect(ledger.totals.unreachedZones).toBe(2);
});

test("an epoch whose states are not all known is counted, and neither rewarded nor compared", () => {
  const ledger = new Ledger(game(), ROBOTS);
  ledger.open(SECOND, 0, Uint8Array.of(0, 0, 255, 1));
  ledger.hearCommand(command());
  act(ledger, 0, [1, 1, 1, 1], [0, 0, 0, 0]);
  ledger.noteArrivals(Uint8Array.of(1, 1, 1, 1), new Uint8Array(4));
  expect(ledger.trueHistogram()).toEqual([]);
  expect(ledger.close()).toBeUndefined();
  expect(ledger.totals).toMatchObject({ epochs: 0, missedEpochs: 0, unseenEpochs: 1 });
  expect(ledger.totals).toMatchObject({ staleActions: 0, unreachedZones: 0, samplesAsked: 2 });
});

test("actions of the next epoch may come before the open one ends, and before their command", () => {
  const ledger = opened();
  ledger.hearCommand(command());
  act(ledger, 0, [0, 0, 1, 1], [0, 0, 0, 0]);
  // Of an epoch that nobody commanded here, then of the one that is next.
  actOne(ledger, 1, "robot_0", 0, 1);
  actOne(ledger, 2, "robot_0", 0, 1);
  ledger.close();
  ledger.open(2n * SECOND, 0, Uint8Array.of(0, 0, 1, 1));
  actOne(ledger, 2, "robot_1", 0, 1);
  ledger.hearCommand(command({ epoch: 2, decision_time: toTime(2n * SECOND) }));
  expect(Array.from(ledger.openActions)).toEqual([1, 1, -1, -1]);
  // Those of the epoch that is over do not count again.
  ledger.open(3n * SECOND, 0, Uint8Array.of(0, 0, 1, 1));
  ledger.hearCommand(command({ epoch: 3, decision_time: toTime(3n * SECOND) }));
  expect(Array.from(ledger.openActions)).toEqual([-1, -1, -1, -1]);
});

test("an action counts once, and only with a known robot, the open epoch and an action of the game", () => {
  const ledger = opened();
  ledger.hearCommand(command());
  act(ledger, 1, [0], [1]);
  act(ledger, 0, [0], [2]);
  actOne(ledger, 0, "robot_9", 0, 0);
  expect(Array.from(ledger.openActions)).toEqual([-1, -1, -1, -1]);
  act(ledger, 0, [0], [1]);
  act(ledger, 0, [0], [0]);
  expect(Array.from(ledger.openActions)).toEqual([1, -1, -1, -1]);
});

test("before the first command nothing is counted; after it an epoch without one is missed", () => {
  const ledger = opened();
  expect(ledger.close()).toBeUndefined();
  expect(ledger.totals.missedEpochs).toBe(0);
  ledger.open(2n * SECOND, 0, Uint8Array.of(0, 0, 1, 1));
  expect(ledger.hearCommand(command({ decision_time: toTime(2n * SECOND) }))).toBe(true);
  ledger.close();
  ledger.open(3n * SECOND, 0, Uint8Array.of(0, 0, 1, 1));
  expect(ledger.close()).toBeUndefined();
  expect(ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 1 });
  expect(ledger.hasBegun).toBe(true);
});

test("only the first command of the open epoch, and of this game, is taken", () => {
  const ledger = opened();
  expect(ledger.hearCommand(command({ decision_time: toTime(2n * SECOND) }))).toBe(false);
  expect(ledger.hearCommand(command({ action: 2 }))).toBe(false);
  expect(ledger.hearCommand(command({ global_state: 2 }))).toBe(false);
  expect(ledger.hearCommand(command({ histogram: [2] }))).toBe(false);
  expect(ledger.hearCommand(command({ belief: [1] }))).toBe(false);
  expect(ledger.hearCommand(command({ belief: [NaN, 1] }))).toBe(false);
  expect(ledger.hearCommand(command({ belief_variance: -1 }))).toBe(false);
  expect(ledger.hearCommand(command())).toBe(true);
  expect(ledger.hearCommand(command({ action: 0 }))).toBe(false);
  expect(ledger.openCommand?.action).toBe(1);
  expect(ledger.totals.samplesAsked).toBe(2);
});

test("the mean of a series and its error by batches are those worked out by hand", () => {
  // Two batches of the floor of the root of 4: means 2 and 6, so 4 and sqrt(((2-4)² + (6-4)²) / 1 / 2).
  expect(batchMeans([1, 3, 5, 7])).toEqual({ mean: 4, standardError: 2 });
  // 5 values: batches [1, 3] and [5, 7]; the last value counts in the mean alone.
  expect(batchMeans([1, 3, 5, 7, 14])).toEqual({ mean: 6, standardError: 2 });
  expect(batchMeans([4, 4, 4])).toEqual({ mean: 4, standardError: null });
  expect(batchMeans([])).toEqual({ mean: null, standardError: null });
});

test("actions that come before their command are kept for it, those of another epoch are not", () => {
  const ledger = opened();
  act(ledger, 0, [0], [1]);
  act(ledger, 7, [0, 0], [0, 0]);
  ledger.hearCommand(command());
  expect(Array.from(ledger.openActions)).toEqual([1, -1, -1, -1]);
});

test("where all actions are needed, an epoch without one of them is missed and earns nothing", () => {
  const ledger = opened();
  ledger.hearCommand(command());
  act(ledger, 0, [0, 0, 1], [1, 1, 1]);
  expect(ledger.close(true)).toBeUndefined();
  expect(ledger.totals).toMatchObject({ epochs: 0, missedEpochs: 1 });
  expect(ledger.meanReward).toBeNull();
});

test("robots that join are booked from the next epoch on, and those that left no more", () => {
  const ledger = opened();
  ledger.hearCommand(command());
  act(ledger, 0, [0, 0, 1, 1], [0, 1, 0, 1]);
  ledger.close();
  ledger.setAgents(["robot_0", "robot_1"]);
  ledger.open(2n * SECOND, 1, Uint8Array.of(0, 1));
  ledger.hearCommand(command({ epoch: 1, decision_time: toTime(2n * SECOND) }));
  act(ledger, 1, [0, 1, 1], [0, 0, 1]);
  expect(ledger.isComplete).toBe(true);
  // r_g(1, 1) = -1; r_l = 0, 10 of two robots.
  expect(ledger.close()).toBe(-1 + 10 / 2);
  expect(ledger.trueHistogram()).toEqual([1, 1]);
  ledger.setAgents([...ROBOTS, "robot_4"]);
  ledger.open(3n * SECOND, 0, Uint8Array.of(0, 0, 0, 0, 0));
  ledger.hearCommand(command({ epoch: 2, decision_time: toTime(3n * SECOND) }));
  actOne(ledger, 2, "robot_4", 0, 1);
  // r_g(0, 1) = 1; four stay by the lead vehicle, robot_4 goes.
  expect(ledger.close()).toBe(1 + 47 / 5);
  expect(ledger.totals).toMatchObject({ epochs: 3, missingActions: 4, missedEpochs: 0 });
});
