import { targetZone } from "../../../src/game/arena";
import { arenaFor } from "../../../bench/arena_for";
import { loadPhysics } from "../../../sim/world/physics";
import {
  deepestOverlap,
  dockArena,
  driveAll,
  openArena,
  OVERLAP,
  spotsFor,
  worldOf,
} from "./motion_helpers";

beforeAll(loadPhysics);

const robots = [...Array(30).keys()];
/** 0.5 s from the epoch's start to the first command, of which 0.2 s is delay that lasts. */
const SLOW = { periods: 60, delay: 2, firstAt: 3 };

/** Drives those whose wheels are free; returns [done, asked] over many seeds. */
function shareDone(
  states: readonly number[],
  goalOf: (i: number) => number | undefined,
  seeds: number,
): [number, number] {
  let done = 0;
  let asked = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const world = worldOf(dockArena, states, { seed });
    const goals = robots.map((i) => (world.locked[i] ? undefined : goalOf(i)));
    driveAll(world, spotsFor(dockArena, goals), { ...SLOW, periods: 59 });
    const zones = world.localStates();
    goals.forEach((goal, i) => {
      if (goal === undefined) return;
      asked++;
      if (zones[i] === goal && world.isSettled(i)) done++;
    });
  }
  return [done, asked];
}

test.each([
  ["out of a full bay", robots.map(() => 0), (i: number) => (i % 2 ? 1 : 4)],
  ["into a nearly full bay", robots.map((i) => (i % 10 ? 1 : 0)), (i: number) => (i % 10 ? 1 : 1)],
  ["both ways between two half full bays", robots.map((i) => i % 2), (i: number) => 1 - (i % 2)],
])("an allowed drive ends within the epoch: %s", (_, states, goalOf) => {
  const [done, asked] = shareDone(states, goalOf, 60);
  expect(asked).toBeGreaterThan(150);
  expect(done).toBe(asked);
});

test("all 30 without docks at once, each its own way: nearly all end within the epoch", () => {
  let done = 0;
  for (let round = 0; round < 20; round++) {
    const states = robots.map((i) => (i * 7 + round) % 5);
    const world = worldOf(openArena, states, { seed: round });
    const goals = states.map((state, i) => targetZone(openArena, state, (i + round) % 3));
    driveAll(world, spotsFor(openArena, goals), SLOW);
    done += goals.filter((goal, i) => world.localStates()[i] === goal && world.isSettled(i)).length;
  }
  expect(done / 600).toBeGreaterThan(0.98);
});

test("the lead vehicle reaches any bay within the epoch and touches nobody on the way", () => {
  for (let from = 0; from < 5; from++) {
    for (let to = 0; to < 5; to++) {
      const states = robots.map((i) => i % 5);
      const world = worldOf(openArena, states, { globalState: from });
      const goals = states.map((state, i) => targetZone(openArena, state, i % 3));
      let nearest = Infinity;
      const onStep = (): void => {
        const [x, y] = world.poses.subarray(90, 92);
        for (const i of robots) {
          const away = Math.hypot(world.poses[3 * i] - x, world.poses[3 * i + 1] - y);
          nearest = Math.min(nearest, away - 0.41);
        }
      };
      driveAll(world, spotsFor(openArena, goals, to), { ...SLOW, onStep });
      expect(world.globalState()).toBe(to);
      expect(Math.hypot(world.twists[60], world.twists[61])).toBeLessThan(0.05);
      expect(nearest).toBeGreaterThan(0);
      expect(deepestOverlap(world)).toBeLessThan(OVERLAP);
    }
  }
});

test.each([
  ["all free", 1, 600],
  ["a tenth free among docked ones", 0.1, 60],
])("1,000 robots, %s: 99 in 100 end their drive within the epoch", (_, jobEnd, least) => {
  const arena = arenaFor(dockArena, 1000, jobEnd);
  const states = Array.from({ length: 1000 }, (_, i) => (i * 7) % 5);
  const world = worldOf(arena, states, { seed: 3 });
  const goals = states.map((state, i) =>
    world.locked[i] === 1 ? undefined : targetZone(arena, state, (i * 13) % 3),
  );
  driveAll(world, spotsFor(arena, goals, 2), { ...SLOW, periods: 10 * arena.epoch - 1 });
  expect(deepestOverlap(world)).toBeLessThan(OVERLAP);
  const driven = states.map((_, i) => i).filter((i) => (goals[i] ?? states[i]) !== states[i]);
  const done = driven.filter((i) => world.localStates()[i] === goals[i] && world.isSettled(i));
  expect(driven.length).toBeGreaterThan(least);
  expect(done.length / driven.length).toBeGreaterThanOrEqual(0.99);
});
