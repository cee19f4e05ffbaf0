import { hearPoses } from "../../sim/heard_poses";
import { ObservedDriver } from "../../sim/observed_driver";
import { robotNames } from "../../sim/run";
import { WorldLoop } from "../../sim/world_loop";
import { leadSpotOf, type Point, spotOf } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import { RosClock } from "../../src/ros/clock";
import {
  fromSeconds,
  type GlobalCommand,
  type LocalAction,
  planarOdometry,
  toTime,
  type Twist,
} from "../../src/ros/messages";
import { loopContext, type LoopOptions } from "./heard_node";
import { dockArena, dockDispatch } from "./world/motion_helpers";

const ROBOTS = robotNames(3);
const BODIES = [...ROBOTS, "lead"];
const EPOCH_S = 2;
/** Bays of the robots, then of the lead vehicle. */
const BAYS = [0, 1, 0, 1];
/** The draws of the docks' jobs. */
const SEED = 1;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A world that is played, heard by the loop on a node without ROS; its time begins at 6 s. */
function setup(keepsDocks = false, own: LoopOptions["parameters"] = {}, durationNs = 0n) {
  const { context, hear, toldOn, calls, lines } = loopContext({
    ...{ game: { ...dockDispatch, horizon: undefined }, robots: ROBOTS, fidelity: "motion" },
    ...{ epochNs: fromSeconds(EPOCH_S), durationNs, parameters: own },
  });
  const clock = new RosClock(true);
  const driver = new ObservedDriver(context, clock, keepsDocks);
  hearPoses(context.node, BODIES, "", (...seen) => driver.see(...seen));
  const loop = new WorldLoop(context, driver);
  const world = {
    now: 6,
    bays: [...BAYS],
    /** Bodies whose odometry does not come. */
    mute: new Set<number>(),
    speed: 1,
  };
  const place = (body: number): Point => {
    const bay = world.bays[body];
    return body < ROBOTS.length ? spotOf(dockArena, bay, body) : leadSpotOf(dockArena, bay);
  };
  /** The world goes on for so long, s of its time; `speed` 0: it stands, for so long of wall time. */
  const go = (seconds: number): void => {
    for (let left = Math.round(seconds * 10); left > 0; left--) {
      world.now = Math.round(10 * world.now + world.speed) / 10;
      clock.hear(toTime(fromSeconds(world.now)));
      BODIES.forEach((name, body) => {
        if (world.mute.has(body)) return;
        const pose = { ...place(body), yaw: 0 };
        hear.get(`/${name}/odom`)!(planarOdometry(toTime(fromSeconds(world.now)), name, pose));
      });
      jest.advanceTimersByTime(100);
    }
  };
  /** The open epoch's command, and what robots answer. */
  const play = (
    states = BAYS,
    at = Math.floor(world.now / EPOCH_S) * EPOCH_S,
    choice = 0,
  ): void => {
    const epoch = at / EPOCH_S;
    const counts = { histogram: [3, 0, 0, 0, 0], belief: [1, 0, 0, 0, 0], belief_variance: 0.1 };
    const sample = { session: 1, sampled_agents: ROBOTS, missing: 0, emergency_stop: false };
    const decided = { epoch, decision_time: toTime(fromSeconds(at)), global_state: 1, action: 0 };
    const command: Partial<GlobalCommand> = { ...decided, ...counts, ...sample };
    hear.get("/global_agent/command")!(command);
    ROBOTS.forEach((agent_id, i) => {
      const action: Partial<LocalAction> = { epoch, agent_id, state: states[i], action: choice };
      hear.get(`/${agent_id}/action`)!(action);
    });
  };
  return { ...context, ...{ hear, toldOn, calls, lines, clock, driver, loop, world, go, play } };
}

const twist = (linear: number, angular = 0): Twist => ({
  linear: { x: linear, y: 0, z: 0 },
  angular: { x: 0, y: 0, z: angular },
});

test("an epoch is rewarded by the states at its decision, and nothing of the world's own is sent", () => {
  const { run, loop, go, play, toldOn, world, calls } = setup();
  go(2);
  play();
  expect(run.ledger).toMatchObject({ globalState: 1 });
  expect(run.ledger.trueHistogram()).toEqual([2, 1, 0, 0, 0]);
  // What happens later in the epoch does not count.
  world.bays = [2, 2, 2, 2];
  go(2);
  // Only robot_1 is with the lead vehicle at bay 1: r_l = 10 for it.
  const [heard, report] = calls.epochs;
  expect([heard.reward, heard.epoch, report.epoch]).toEqual([null, 4, 4]);
  const [stay] = dockDispatch.localActions.keys();
  expect(dockDispatch.localReward[(1 * 5 + 1) * 3 + stay]).toBe(10);
  expect(report.reward).toBeCloseTo(10 / 3, 12);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, unseenEpochs: 0, staleActions: 0 });
  expect(toldOn("/clock")).toEqual([]);
  loop.stop();
});

test("an epoch without its command is missed, an action of another state is stale", () => {
  const { run, loop, go, play } = setup();
  go(2);
  play([0, 0, 0, 1]);
  go(2);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 0, staleActions: 1 });
  go(2);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 1 });
  loop.stop();
});

test.each([0, ROBOTS.length])(
  "while it is not known where body %d is no epoch is rewarded",
  (body) => {
    const { run, loop, go, play, world, lines, calls } = setup();
    const rewarded = () => calls.epochs.filter(({ reward }) => reward !== null).length;
    world.mute.add(body);
    go(2);
    play();
    go(2);
    expect(rewarded()).toBe(0);
    expect(run.ledger.totals).toMatchObject({ epochs: 0, unseenEpochs: 1, staleActions: 0 });
    play();
    world.mute.clear();
    go(2);
    play();
    go(2);
    expect(run.ledger.totals).toMatchObject({ epochs: 1, unseenEpochs: 2 });
    expect(rewarded()).toBe(1);
    // Its last pose is too old.
    world.mute.add(body);
    go(2);
    play();
    go(2);
    expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 1, unseenEpochs: 3 });
    expect(lines.join()).toContain("not all bodies were seen when it began");
    loop.stop();
  },
);

test("while the world's time stands poses do not age", () => {
  const { run, loop, go, play, world, driver } = setup();
  go(2);
  play();
  world.speed = 0;
  world.mute = new Set(BODIES.keys());
  go(30);
  expect(driver.standing).toMatch(/^\/clock has not advanced for \d+\.\d s/);
  world.speed = 1;
  go(0.4);
  expect(driver.standing).toBeUndefined();
  world.mute.clear();
  go(1.6);
  play();
  go(2);
  expect(run.ledger.totals).toMatchObject({ epochs: 2, unseenEpochs: 0, missedEpochs: 0 });
  loop.stop();
});

test("a begin that was noticed late tells no states", () => {
  const { run, loop, go, play, world, lines } = setup();
  go(2);
  play();
  go(1.9);
  world.now += 0.4;
  go(0.1);
  play();
  go(2);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, unseenEpochs: 1, unreachedZones: 0 });
  expect(lines.join()).toContain("its begin was noticed too late");
  loop.stop();
});

test("who decides may be a little ahead: the command opens its epoch, and only the next", () => {
  const { run, loop, go, play } = setup();
  go(1.9);
  play(BAYS, 8);
  play(BAYS, 10);
  go(2.1);
  expect(run.ledger.totals).toMatchObject({ epochs: 1, missedEpochs: 0 });
  loop.stop();
});

test("a world that began anew begins a shift, with the statistics going on", () => {
  const { run, loop, go, play, world, toldOn, lines } = setup();
  go(2);
  play();
  go(2);
  play();
  toldOn("");
  world.now = 0;
  go(1);
  const zero = toTime(0n);
  expect(toldOn("/simulator/population").at(-1)).toMatchObject({ shift: zero, next_shift: zero });
  go(1);
  play();
  expect(toldOn("/simulator/population").at(-1)).toMatchObject({
    ...{ population: 3, shift: toTime(fromSeconds(2)), next_shift: zero },
  });
  go(2);
  // Nobody commanded the epoch that began at 0.
  expect(run.ledger.totals).toMatchObject({ epochs: 2, missedEpochs: 1, unseenEpochs: 0 });
  expect(lines.join()).toContain("time went back");
  loop.stop();
});

test("it ends so long after the first command", () => {
  const { calls, loop, go, play } = setup(false, {}, fromSeconds(4));
  go(2);
  play();
  go(3.9);
  expect(calls.over).toBe(0);
  go(2);
  expect(calls.over).toBe(1);
  loop.stop();
});

/** Whether a job of robot i that stands in bay 0 goes on in the slot. */
function isDocked(i: number, slot: number): boolean {
  return keyedUniform(SEED, "job-end", ROBOTS[i], slot)() >= dockArena.jobEndProbability[0];
}

test("a docked robot is told zero, again and again; freed it gets its command at once; the lead is never docked", () => {
  const { driver, hear, loop, go, toldOn } = setup(true);
  go(2);
  const slots = [...Array(100).keys()].slice(4);
  const freed = slots.find((slot) => !isDocked(0, slot))!;
  go((freed - 4) * EPOCH_S - 0.1);
  expect(driver.world.locked[0]).toBe(Number(isDocked(0, freed - 1)));
  toldOn("");
  const say = (name: string): void => hear.get(`/${name}/cmd_vel`)!(twist(0.3, -0.2));
  for (let i = 0; i < 3; i++) say("robot_0");
  expect(toldOn("/robot_0/base/cmd_vel")).toEqual(
    isDocked(0, freed - 1) ? [twist(0), twist(0), twist(0)] : [],
  );
  say("lead");
  expect(toldOn("/lead/base/cmd_vel")).toEqual([twist(0.3, -0.2)]);
  // The dock opens: what was said 0.1 s ago holds.
  go(0.1);
  expect(driver.world.locked[0]).toBe(0);
  expect(toldOn("/robot_0/base/cmd_vel")).toEqual([twist(0.3, -0.2)]);
  // It fell silent: nothing is said for it.
  go(1);
  expect(toldOn("/robot_0/base/cmd_vel")).toEqual([]);
  // A process that is halted says zero before, and goes on after; one that ends says nothing else.
  driver.stand();
  say("robot_0");
  driver.stand(true);
  say("robot_0");
  const [zero, passed] = [twist(0), twist(0.3, -0.2)];
  expect(toldOn("/robot_0/base/cmd_vel")).toEqual([zero, passed, zero, zero]);
  loop.stop();
});

test.each(["message", "loop"])(
  "a command that waited while the process was halted is not passed on, where the %s is first after it",
  (first) => {
    const { hear, loop, go, toldOn } = setup(true);
    const say = (linear: number): void => hear.get("/lead/cmd_vel")!(twist(linear));
    go(0.5);
    say(0.5);
    expect(toldOn("/lead/base/cmd_vel")).toEqual([twist(0.5)]);
    // The steady clock goes on, and nothing runs.
    const halted = performance.now.bind(performance);
    performance.now = () => halted() + 5000;
    if (first === "loop") jest.advanceTimersByTime(5);
    for (const linear of [0.5, 0]) say(linear);
    go(0.3);
    say(0.4);
    // A stop that waited passes, and so does what comes anew.
    expect(toldOn("/lead/base/cmd_vel")).toEqual([twist(0), twist(0.4)]);
    loop.stop();
  },
);

test("odometry that repeats its stamp tells nothing: the body is not known any more", () => {
  const { hear, driver, loop, go, world } = setup();
  go(0.5);
  world.mute.add(0);
  const pose = { ...spotOf(dockArena, 0, 0), yaw: 0 };
  const odometry = planarOdometry(toTime(fromSeconds(6.5)), "robot_0", pose);
  for (let i = 0; i < 15; i++) {
    hear.get("/robot_0/odom")!(odometry);
    go(0.1);
  }
  expect(driver.world.known(0)).toBeUndefined();
  expect(driver.world.known(1)).toBeDefined();
  loop.stop();
});

test("who did not arrive counts as unreached, but for those whom the epoch's docks held", () => {
  const { loop, go, play, run, world } = setup(true);
  world.bays = [0, 0, 0, 1];
  const up = 1;
  go(2);
  let unreached = 0;
  for (let slot = 4; slot < 40; slot++) {
    play([0, 0, 0], undefined, up);
    go(2);
    unreached += ROBOTS.filter((_, i) => !isDocked(i, slot)).length;
    expect({ slot, ...run.ledger.totals }).toMatchObject({ slot, unreachedZones: unreached });
  }
  expect(unreached).toBeGreaterThan(5);
  loop.stop();
});

test("a keeper that comes late docks who stands at its spot", () => {
  const { driver, loop, go, world } = setup(true);
  // Not an epoch's begin.
  world.now = 6 + 1;
  world.bays = [0, 0, 0, 0];
  go(0.1);
  expect([...driver.world.locked]).toEqual([0, 1, 2].map((i) => Number(isDocked(i, 3))));
  loop.stop();
});

test("commands pass stamped where they come so, and nothing passes where no docks are kept", () => {
  const { hear, loop, go, toldOn } = setup(true, { stamped_cmd_vel: true });
  go(0.1);
  toldOn("");
  // A base that refuses old commands sees when its agent said it.
  const header = { stamp: toTime(fromSeconds(5.9)), frame_id: "lead/base_link" };
  hear.get("/lead/cmd_vel")!({ header, twist: twist(0.1) });
  expect(toldOn("/lead/base/cmd_vel")).toEqual([{ header, twist: twist(0.1) }]);
  loop.stop();
  const without = setup(false);
  expect(without.hear.has("/robot_0/cmd_vel")).toBe(false);
  without.loop.stop();
});
