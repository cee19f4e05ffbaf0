import { HostedRobots } from "../../src/nodes/hosted_robots";
import { RosClock } from "../../src/ros/clock";
import { toTime } from "../../src/ros/messages";
import { playedNode } from "../support/played_node";

const SECOND = 1_000_000_000n;

/** A process of `robots` robots from `first` on, in a swarm of 130. */
function setup(first: number, robots: number) {
  const clock = new RosClock(true);
  const serving = new Set<number>();
  const join = (index: number) => {
    if (serving.has(index)) throw new Error(`${index} is served twice`);
    serving.add(index);
    return (): void => void serving.delete(index);
  };
  const safely = (work: () => void): void => work();
  const parameters = { robot_index: first, robots, population: 130 };
  const hosted = new HostedRobots(playedNode({ parameters, safely }), clock, join);
  return {
    served: () => [serving.size, Math.min(...serving), Math.max(...serving)],
    count: () => serving.size,
    forget: () => hosted.forget(),
    hear: (population: number, from: bigint) =>
      hosted.hear({ header: { stamp: toTime(from * SECOND), frame_id: "" }, population }),
    time: (seconds: bigint) => clock.hear(toTime(seconds * SECOND)),
  };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("who joins is served before it holds, one a turn; who leaves until it holds", () => {
  const { served, count, hear, time } = setup(100, 30);
  time(1n);
  expect(served()).toEqual([30, 100, 129]);
  hear(150, 6n);
  expect(count()).toBe(31);
  jest.runAllTimers();
  expect(served()).toEqual([50, 100, 149]);
  time(6n);
  hear(110, 12n);
  time(11n);
  jest.runAllTimers();
  expect(count()).toBe(50);
  time(12n);
  expect(served()).toEqual([10, 100, 109]);
});

test("the last process serves all that come after its own, another none of them", () => {
  const [others, last] = [setup(0, 100), setup(100, 30)];
  for (const { hear, time } of [others, last]) {
    time(1n);
    hear(250, 1n);
    jest.runAllTimers();
  }
  expect(others.served()).toEqual([100, 0, 99]);
  expect(last.served()).toEqual([150, 100, 249]);
  for (const { hear } of [others, last]) hear(60, 1n);
  jest.runAllTimers();
  expect([others.count(), last.count()]).toEqual([60, 0]);
  for (const { hear } of [others, last]) hear(130, 1n);
  jest.runAllTimers();
  expect([others.count(), last.count()]).toEqual([100, 30]);
});

test("of several numbers for one boundary the last one holds, however far the process has come", () => {
  const { served, count, hear, time } = setup(100, 30);
  time(1n);
  hear(400, 6n);
  hear(120, 6n);
  hear(135, 6n);
  jest.runAllTimers();
  expect(count()).toBe(35);
  hear(125, 6n);
  time(6n);
  expect(served()).toEqual([25, 100, 124]);
});

test("a population that one process cannot bear is refused, and changes nothing", () => {
  const { count, hear, time } = setup(100, 30);
  time(1n);
  expect(hear(4_294_967_295, 6n)).toMatch(/would be served by one process, which bears 1000/);
  jest.runAllTimers();
  expect(count()).toBe(30);
  expect(hear(131, 6n)).toBeUndefined();
  jest.runAllTimers();
  expect(count()).toBe(31);
});

test("a number that nobody tells any more counts no more: robots are as at the start", () => {
  const { count, hear, time, forget } = setup(0, 30);
  time(1n);
  hear(0, 1n);
  jest.runAllTimers();
  expect(count()).toBe(0);
  forget();
  jest.runAllTimers();
  expect(count()).toBe(30);
});
