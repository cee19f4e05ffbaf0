/** The dock keeper: what it passes on, and whom it docks. */
import { spotOf } from "../../src/game/arena";
import { fromSeconds, planarOdometry, toTime } from "../../src/ros/messages";
import { EPOCH_S, isDocked, ROBOTS, setup, twist } from "./played_world";
import { dockArena } from "./world/motion_helpers";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

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
  go(0.2);
  expect([...driver.world.locked]).toEqual([0, 1, 2].map((i) => Number(isDocked(i, 3))));
  loop.stop();
});

test("a keeper that comes late does not dock who crosses its spot, and holds all until their speed is known", () => {
  const { clock, driver, hear, loop, toldOn } = setup(true);
  const spot = spotOf(dockArena, 0, 0);
  const say = (): unknown[] => {
    hear.get("/robot_0/cmd_vel")!(twist(1));
    return toldOn("/robot_0/base/cmd_vel");
  };
  const at = (seconds: number, x: number): void => {
    const time = toTime(fromSeconds(seconds));
    clock.hear(time);
    hear.get("/robot_0/odom")!(planarOdometry(time, "robot_0", { ...spot, x, yaw: 0 }));
    jest.advanceTimersByTime(100);
  };
  clock.hear(toTime(fromSeconds(7)));
  jest.advanceTimersByTime(100);
  expect(say()).toEqual([twist(0)]);
  at(7.1, spot.x - 0.02);
  expect(say()).toEqual([twist(0)]);
  at(7.2, spot.x + 0.02);
  expect([driver.world.locked[0], say()]).toEqual([0, [twist(1)]]);
  loop.stop();
});

test("what comes after an epoch's begin waits until its docks are decided", () => {
  const { clock, hear, loop, go, toldOn } = setup(true);
  go(0.5);
  const say = (): void => hear.get("/lead/cmd_vel")!(twist(0.3));
  say();
  expect(toldOn("/lead/base/cmd_vel")).toEqual([twist(0.3)]);
  clock.hear(toTime(fromSeconds(8.1)));
  say();
  expect(toldOn("/lead/base/cmd_vel")).toEqual([]);
  jest.advanceTimersByTime(10);
  say();
  expect(toldOn("/lead/base/cmd_vel")).toEqual([twist(0.3)]);
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
