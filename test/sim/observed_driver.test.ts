import { spotOf } from "../../src/game/arena";
import { fromSeconds, planarOdometry, toTime } from "../../src/ros/messages";
import { BAYS, BODIES, ROBOTS, setup } from "./played_world";
import { dockArena, dockDispatch } from "./world/motion_helpers";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

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
