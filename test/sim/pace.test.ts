import { Pace, RealTimeFactor } from "../../sim/pace";
import { isSlow } from "../../sim/protocol";

const STEP_MS = 20;
const BURST = 25;

test("steps follow the wall clock at the speed asked for, and none is lost in rounding", () => {
  const pace = new Pace(STEP_MS, BURST);
  let steps = 0;
  for (let wall = 1000; wall <= 11_000; wall += 7) steps += pace.due(wall, 1);
  expect(steps).toBe(Math.floor((7 * Math.floor(10_000 / 7)) / STEP_MS));
  const twice = new Pace(STEP_MS, BURST);
  let fast = 0;
  for (let wall = 0; wall <= 1000; wall += 5) fast += twice.due(wall, 2);
  expect(fast).toBe(100);
});

test("a world that fell behind slows down: it does a burst and forgets the rest", () => {
  const pace = new Pace(STEP_MS, BURST);
  pace.due(0, 1);
  expect(pace.due(60_000, 1)).toBe(BURST);
  expect(pace.due(60_000 + STEP_MS, 1)).toBe(1);
});

test("time that stood asks for nothing", () => {
  const pace = new Pace(STEP_MS, BURST);
  pace.due(0, 1);
  pace.hold();
  expect(pace.due(1000, 1)).toBe(0);
  expect(pace.due(1000 + 3 * STEP_MS, 1)).toBe(3);
});

test("the real-time factor is that of the last window, and says when the world is slow", () => {
  const factor = new RealTimeFactor();
  expect(factor.look(0)).toBe(false);
  factor.advanced(1);
  expect(factor.look(1000)).toBe(false);
  expect(isSlow(factor.value, 1)).toBe(false);
  factor.advanced(0.5);
  expect(factor.look(2000)).toBe(true);
  expect(factor.value).toBe(0.75);
  expect(isSlow(factor.value, 1)).toBe(true);
  expect(isSlow(factor.value, 0.8)).toBe(false);
  factor.hold();
  factor.look(50_000);
  factor.advanced(2);
  factor.look(52_000);
  expect(factor.value).toBe(1);
  // Over all: 1.5 s in 2 s, 2 s in 2 s, and 1 s in 1 s; 48 s stood.
  factor.advanced(1);
  expect(factor.overall(53_000)).toBeCloseTo(4.5 / 5, 12);
  expect(new RealTimeFactor().overall(1000)).toBeNull();
});
