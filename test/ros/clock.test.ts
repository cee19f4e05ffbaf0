import { MessageChannel } from "node:worker_threads";
import { every, RosClock, steadyMs } from "../../src/ros/clock";
import { fromSeconds, toTime } from "../../src/ros/messages";

/** A clock fed by the test, and what rang on it. */
function simulated() {
  const clock = new RosClock(true);
  const rung: number[] = [];
  const at = (seconds: number) => clock.at(fromSeconds(seconds), () => rung.push(seconds));
  const hear = (seconds: number) => clock.hear(toTime(fromSeconds(seconds)));
  return { clock, rung, at, hear };
}

test("a simulated clock runs from its first /clock on and shows exactly what was heard", () => {
  const { clock, hear } = simulated();
  expect(clock.isRunning).toBe(false);
  expect(clock.now()).toBe(0n);
  hear(1_790_000_000.5);
  expect(clock.isRunning).toBe(true);
  expect(clock.stamp()).toEqual({ sec: 1_790_000_000, nanosec: 500_000_000 });
});

test("alarms ring once, when simulated time reaches or jumps past them", () => {
  const { rung, at, hear } = simulated();
  at(3);
  at(1);
  hear(0.5);
  expect(rung).toEqual([]);
  hear(1);
  expect(rung).toEqual([1]);
  hear(10);
  hear(11);
  expect(rung).toEqual([1, 3]);
});

test("a cancelled alarm does not ring", () => {
  const { rung, at, hear } = simulated();
  const cancel = at(1);
  cancel();
  at(2);
  hear(5);
  expect(rung).toEqual([2]);
});

test("alarms ring when time goes back, so that whoever waits can look at the clock again", () => {
  const { rung, at, hear } = simulated();
  hear(300);
  at(306);
  hear(299.5);
  expect(rung).toEqual([]);
  hear(0.1);
  expect(rung).toEqual([306]);
});

test("an alarm that sets the next one while it rings loses none", () => {
  const { clock, rung, at, hear } = simulated();
  clock.at(fromSeconds(1), () => at(2));
  hear(1);
  hear(2);
  expect(rung).toEqual([2]);
});

test("an alarm set for a time that is past rings without a further /clock", async () => {
  const { clock, hear } = simulated();
  hear(5);
  await new Promise<void>((resolve) => clock.at(fromSeconds(4), resolve));
});

test("alarms that are due at once ring in the order of their times", () => {
  const { clock, hear } = simulated();
  const rung: number[] = [];
  for (const seconds of [9, 5]) clock.at(fromSeconds(seconds), () => rung.push(seconds));
  hear(10);
  expect(rung).toEqual([5, 9]);
});

test("in system time alarms ring in order, no earlier than asked", async () => {
  const clock = new RosClock(false);
  expect(clock.isRunning).toBe(true);
  const start = clock.now();
  const rung: string[] = [];
  await new Promise<void>((resolve) => {
    clock.at(start + 60_000_000n, () => {
      rung.push("late");
      expect(clock.now()).toBeGreaterThanOrEqual(start + 60_000_000n);
      resolve();
    });
    clock.at(start + 20_000_000n, () => rung.push("early"));
  });
  expect(rung).toEqual(["early", "late"]);
});

describe("in system time that is set", () => {
  beforeEach(() => void jest.useFakeTimers({ now: 1_000_000_000_000 }));
  afterEach(() => void jest.useRealTimers());

  /** Seconds from now on after which an alarm for `seconds` ahead rings; time is set before it. */
  function ringsAfter(seconds: number, setBy: number): number {
    const clock = new RosClock(false);
    const start = performance.now();
    let rang = Infinity;
    clock.at(clock.now() + fromSeconds(seconds), () => (rang = (performance.now() - start) / 1000));
    jest.setSystemTime(Date.now() + setBy * 1000);
    for (let i = 0; i < 100; i++) jest.advanceTimersByTime(100);
    return rang;
  }

  test.each([-3600, -3])("back by %d s, alarms ring within a second", (setBy) => {
    expect(ringsAfter(6, setBy)).toBeLessThanOrEqual(1);
  });

  test("back by less than that, as clocks are set right, they ring at their time", () => {
    expect(ringsAfter(6, -0.5)).toBeCloseTo(6.5);
    expect(ringsAfter(6, 0)).toBeCloseTo(6);
  });

  test("ahead of them, alarms ring within a second", () => {
    expect(ringsAfter(6, 3600)).toBeLessThanOrEqual(1);
  });

  test("an alarm that is set afterwards waits for its time", () => {
    const clock = new RosClock(false);
    const rung: string[] = [];
    clock.at(clock.now() + fromSeconds(2), () => rung.push("of the time before"));
    jest.setSystemTime(Date.now() - 3_600_000);
    clock.at(clock.now() + fromSeconds(2), () => rung.push("of the new time"));
    jest.advanceTimersByTime(1900);
    expect(rung).toEqual(["of the time before"]);
    jest.advanceTimersByTime(200);
    expect(rung).toEqual(["of the time before", "of the new time"]);
  });
});

test("/clock that shows the same stands, until it goes on", () => {
  jest.useFakeTimers();
  const { clock, hear } = simulated();
  hear(5);
  jest.advanceTimersByTime(4000);
  hear(5);
  expect(clock.standingMs).toBe(4000);
  hear(5.1);
  expect(clock.standingMs).toBe(0);
  jest.useRealTimers();
});

test("where the process was held up, what came meanwhile is taken before a timer's work", async () => {
  const order: string[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (message: string) => order.push(message));
  await new Promise<void>((resolve) => {
    const end = every(20, () => {
      order.push("work");
      end();
      resolve();
    });
    setImmediate(() => {
      port2.postMessage("message");
      const untilMs = steadyMs() + 100;
      while (steadyMs() < untilMs);
    });
  });
  port1.close();
  expect(order).toEqual(["message", "work"]);
});

test("work that waits for messages is not done after the end", async () => {
  let done = 0;
  const end = every(40, () => done++);
  await new Promise<void>((resolve) => {
    const untilMs = steadyMs() + 100;
    while (steadyMs() < untilMs);
    // The timer is late, and has run when this one does.
    setTimeout(resolve, 6);
  });
  end();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(done).toBe(0);
});
