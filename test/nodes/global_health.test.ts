import { RosClock } from "../../src/ros/clock";
import { setup } from "./played_agent";

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000_002_000 }));
afterEach(() => void jest.useRealTimers());

/** A run by system time, whose robots speak twice a second. */
function bySystemTime() {
  const clock = new RosClock(false);
  const run = setup({ clock });
  const goOn = (seconds: number): void => {
    const end = Date.now() / 1000 + seconds;
    for (let now = Date.now() / 1000; now <= end; now += 0.5) run.tick(now);
  };
  goOn(14);
  expect(run.commands.length).toBeGreaterThan(1);
  expect(run.health()).toMatchObject({ level: "ok", message: "deciding" });
  return { ...run, clock, goOn };
}

test("system time that is set back by an hour costs no more than the epoch at hand", () => {
  const { commands, epochs, goOn, health } = bySystemTime();
  const before = commands.length;
  jest.setSystemTime(Date.now() - 3_600_000);
  goOn(1.5);
  expect(commands).toHaveLength(before + 1);
  expect(commands.at(-1)!.decision_time.sec).toBeLessThan(commands.at(-2)!.decision_time.sec);
  expect(health().message).toBe("clock jumps: 1 since a second ago");
  goOn(12);
  expect(commands).toHaveLength(before + 3);
  expect(epochs.troubles).toMatchObject({ clock_jumps: 1, missed_epochs: 0 });
  expect(health()).toMatchObject({ level: "ok", message: "deciding" });
});

test("epochs that do not begin are an error", () => {
  const { clock, goOn, health } = bySystemTime();
  // No boundary is told of any more.
  jest.spyOn(clock, "at").mockReturnValue(() => undefined);
  goOn(12);
  expect(health().message).toBe("deciding");
  goOn(12);
  expect(health()).toMatchObject({
    level: "error",
    message: expect.stringMatching(/^no epoch has begun for \d\.\d times the length of one; /),
  });
});

test("while /clock stands it is said, and no more when it goes on", () => {
  const { tick, wait, health } = setup();
  for (const seconds of [1, 6, 7]) tick(seconds);
  expect(health().message).toBe("deciding");
  wait(4000);
  tick(7);
  expect(health()).toMatchObject({
    level: "error",
    message: expect.stringMatching(/^ROS time stands: .* look at what publishes it/),
  });
  tick(8);
  expect(health().message).toBe("deciding");
});
