import fc from "fast-check";
import { leadSpotOf, middleOf, spotOf, wallRadius } from "../../../src/game/arena";
import type { MotionWorld } from "../../../sim/world/motion";
import { worldProblem } from "../../../sim/world/world_problem";
import { loadPhysics } from "../../../sim/world/physics";
import { robotNames } from "../../../sim/run";
import {
  dockArena,
  dockDispatch,
  driveAll,
  openArena,
  OVERLAP,
  withJobs,
  worldOf,
} from "./motion_helpers";

beforeAll(loadPhysics);

const poseOf = (world: MotionWorld, body: number): number[] =>
  Array.from(world.poses.subarray(3 * body, 3 * body + 3));

// The engine counts in 32-bit floats: ways are as worked out by hand to 0.1 mm.

/** One robot in the middle of nowhere near it: an arena wide enough to run about in. */
const wide = {
  ...openArena,
  zones: openArena.zones.map((zone) => ({ ...zone, radius: 50 })),
};
const instant = {
  ...wide,
  robot: { ...wide.robot, maxAcceleration: 1e6, maxYawAcceleration: 1e6 },
};

describe("a unicycle", () => {
  test("from rest at 4 m/s²: 0.96 m/s after 0.24 s and 0.1152 m, then 0.96 m in each second", () => {
    const world = worldOf(wide, [0]);
    const [x, y, yaw] = poseOf(world, 0);
    world.setCommand(0, 0.96, 0);
    world.step(0.24);
    expect(world.twists[0]).toBeCloseTo(0.96, 12);
    world.step(1);
    const along = (d: number): number[] => [x + d * Math.cos(yaw), y + d * Math.sin(yaw), yaw];
    along(1.0752).forEach((value, i) => expect(poseOf(world, 0)[i]).toBeCloseTo(value, 4));
  });

  test("1 m/s and π/2 rad/s for 1 s: a quarter of a circle of radius 2/π", () => {
    const world = worldOf(instant, [0]);
    world.setCommand(0, 1, Math.PI / 2);
    world.step(0.02);
    const [x, y, yaw] = poseOf(world, 0);
    world.step(1);
    const r = 2 / Math.PI;
    const [dx, dy] = [r * Math.cos(yaw) - r * Math.sin(yaw), r * Math.sin(yaw) + r * Math.cos(yaw)];
    expect(poseOf(world, 0)[0]).toBeCloseTo(x + dx, 4);
    expect(poseOf(world, 0)[1]).toBeCloseTo(y + dy, 4);
    const turned = poseOf(world, 0)[2] - yaw - Math.PI / 2;
    expect(Math.abs(Math.sin(turned))).toBeLessThan(1e-9);
    expect(Array.from(world.twists.subarray(0, 2))).toEqual([1, Math.PI / 2]);
  });

  test("a body that slips by half goes half the way of its wheels", () => {
    const [even, slips] = [worldOf(wide, [0]), worldOf(wide, [0])];
    slips.bodies[0].slip = 0.5;
    const start = poseOf(even, 0);
    for (const world of [even, slips]) {
      world.setCommand(0, 1, 0);
      world.step(1);
    }
    const way = (world: MotionWorld): number =>
      Math.hypot(poseOf(world, 0)[0] - start[0], poseOf(world, 0)[1] - start[1]);
    expect(way(even)).toBeGreaterThan(0.8);
    expect(way(slips)).toBeCloseTo(way(even) / 2, 4);
    expect(slips.twists[0]).toBe(even.twists[0]);
  });

  test("keeps the world's limits whatever it is asked for, and passes over what is no number", () => {
    const anything = fc.oneof(fc.double(), fc.double({ min: -5, max: 5, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, anything), { maxLength: 40 }), (commands) => {
        const world = worldOf(wide, [0]);
        let [v, w] = [0, 0];
        for (const [linear, angular] of commands) {
          world.setCommand(0, linear, angular);
          world.step(0.02);
          const [v1, w1] = world.twists;
          expect(Math.abs(v1)).toBeLessThanOrEqual(2);
          expect(Math.abs(w1)).toBeLessThanOrEqual(4);
          expect(Math.abs(v1 - v)).toBeLessThanOrEqual(0.08 + 1e-12);
          expect(Math.abs(w1 - w)).toBeLessThanOrEqual(0.32 + 1e-12);
          [v, w] = [v1, w1];
        }
        expect(Array.from(world.poses).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test("stops at the wall", () => {
    const world = worldOf(openArena, [0]);
    const middle = middleOf(openArena);
    for (let k = 0; k < 500; k++) {
      world.setCommand(0, 2, k < 40 ? 4 : 0);
      world.step(0.02);
      const out = Math.hypot(world.poses[0] - middle.x, world.poses[1] - middle.y);
      expect(out).toBeLessThanOrEqual(wallRadius(openArena) - 0.11 + OVERLAP);
    }
    expect(Math.abs(world.twists[0])).toBeLessThan(2);
  });
});

describe("docks", () => {
  const thirty = Array.from({ length: 30 }, (_, i) => i % 5);

  test("locked robots do not move, whatever they are asked", () => {
    const world = worldOf(dockArena, thirty);
    const before = world.poses.slice();
    const locked = world.locked.slice();
    expect(locked).toContain(1);
    expect(locked).toContain(0);
    for (let i = 0; i < 30; i++) world.setCommand(i, 2, 1);
    for (let k = 0; k < 50; k++) world.step(0.1);
    for (let i = 0; i < 30; i++) {
      const moved = [0, 1, 2].some((axis) => world.poses[3 * i + axis] !== before[3 * i + axis]);
      expect(moved).toBe(locked[i] === 0);
      if (locked[i] === 1) expect([world.twists[2 * i], world.twists[2 * i + 1]]).toEqual([0, 0]);
    }
  });

  test("a settled robot is free in a tenth of the epochs, whether it was free before or not", () => {
    const world = worldOf(dockArena, thirty, { epoch: 0.02 });
    const seen = [
      [0, 0],
      [0, 0],
    ];
    for (let slot = 0; slot < 2000; slot++) {
      const before = world.locked.slice();
      world.step(0.02);
      world.locked.forEach((now, i) => seen[before[i]][now]++);
    }
    for (const [free, locked] of seen) {
      const n = free + locked;
      expect(Math.abs(free / n - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / n));
    }
  });

  test("a zone's own jobs hold its robots, and no others", () => {
    const arena = { ...dockArena, jobEndProbability: [1, 1e-9, 1, 1, 1] };
    const world = worldOf(arena, [0, 1, 1, 2]);
    for (let slot = 0; slot < 5; slot++) {
      expect(Array.from(world.locked)).toEqual([0, 1, 1, 0]);
      world.step(6);
    }
  });

  test("who has left its spot stays free; back at it, it docks again at a boundary", () => {
    const arena = withJobs(0.5);
    let seed = 0;
    let world = worldOf(arena, [0], { seed });
    while (world.locked[0] === 1) world = worldOf(arena, [0], { seed: ++seed });
    world.setCommand(0, 1, 0);
    world.step(0.5);
    world.setCommand(0, 0, 0);
    for (let slot = 0; slot < 20; slot++) {
      world.step(6);
      expect(world.locked[0]).toBe(0);
    }
    world.setCommand(0, -1, 0);
    world.step(0.5);
    world.setCommand(0, 0, 0);
    world.step(0.5);
    expect(world.isSettled(0)).toBe(true);
    expect(world.locked[0]).toBe(0);
    for (let slot = 0; slot < 20 && world.locked[0] === 0; slot++) world.step(6);
    expect(world.locked[0]).toBe(1);
  });

  test("wheels unlock at multiples of the epoch, at any start time", () => {
    for (const startTime of [0, 1.7e9 + 2, 12.34]) {
      const world = worldOf(dockArena, thirty, { startTime });
      let locked = world.locked.slice();
      for (let k = 0; k < 700; k++) {
        const before = world.time;
        world.step(0.02);
        const crossed = Math.floor(world.time / 6 + 1e-5) > Math.floor(before / 6 + 1e-5);
        if (!crossed) expect(world.locked).toEqual(locked);
        else expect(world.locked).not.toEqual(locked);
        locked = world.locked.slice();
      }
    }
  });

  test("without docks wheels are always free", () => {
    const world = worldOf(openArena, thirty);
    world.step(12);
    expect(world.locked.every((lock) => lock === 0)).toBe(true);
  });
});

describe("place", () => {
  test("puts every body at rest at its spot and forgets commands", () => {
    const world = worldOf(openArena, [0, 1, 2]);
    for (let body = 0; body < 4; body++) world.setCommand(body, 1, 1);
    world.step(2);
    world.place({ globalState: 3, localStates: Uint8Array.of(4, 4, 1) });
    expect(Array.from(world.localStates())).toEqual([4, 4, 1]);
    expect(world.globalState()).toBe(3);
    const before = world.poses.slice();
    world.step(1);
    expect(world.poses).toEqual(before);
    expect(world.twists.every((speed) => speed === 0)).toBe(true);
    const spot = spotOf(openArena, 4, 1);
    expect(poseOf(world, 1).slice(0, 2)).toEqual([Math.fround(spot.x), Math.fround(spot.y)]);
    expect(world.time).toBe(3);
  });

  test("does not draw anew: who is free in an epoch depends on seed, robot and epoch alone", () => {
    const states = Array(30).fill(0);
    const world = worldOf(dockArena, states);
    world.step(6);
    const free = world.locked.slice();
    world.step(0.4);
    world.place({ globalState: 0, localStates: Uint8Array.from(states) });
    expect(world.locked).toEqual(free);
    expect(worldOf(dockArena, states, { startTime: 6 }).locked).toEqual(free);
    expect(worldOf(dockArena, states, { startTime: 6, seed: 2 }).locked).not.toEqual(free);
  });

  test("held, moves no body before the next epoch, whatever it is commanded, and then draws anew", () => {
    const world = worldOf(dockArena, Array(30).fill(0));
    world.step(5);
    world.place({ globalState: 1, localStates: Uint8Array.from(Array(30).fill(2)) }, "held");
    const before = world.poses.slice();
    for (let body = 0; body <= 30; body++) world.setCommand(body, 1, 1);
    world.step(0.98);
    expect(world.poses).toEqual(before);
    world.step(0.02);
    const free = worldOf(dockArena, Array(30).fill(2), { startTime: 6 }).locked;
    expect(world.locked).toEqual(free);
    world.step(0.5);
    expect(world.poses).not.toEqual(before);
  });

  test("needs a state for each robot", () => {
    const start = { globalState: 0, localStates: Uint8Array.of(1) };
    expect(() => worldOf(openArena, [0, 1]).place(start)).toThrow("1 local states for 2 robots");
  });
});

test("the same seed and commands give the same world, in any order and however steps are cut", () => {
  const run = (reverse: boolean, parts: number): MotionWorld => {
    const world = worldOf(
      dockArena,
      Array.from({ length: 30 }, (_, i) => i % 3),
    );
    for (let k = 0; k < 200; k++) {
      const bodies = [...Array(31).keys()];
      if (reverse) bodies.reverse();
      for (const i of bodies) world.setCommand(i, 1 + Math.sin(i + k / 7), Math.cos(3 * i + k / 5));
      for (let part = 0; part < parts; part++) world.step(0.1 / parts);
    }
    return world;
  };
  const one = run(false, 1);
  for (const other of [run(true, 1), run(false, 5)]) {
    expect(other.poses).toEqual(one.poses);
    expect(other.twists).toEqual(one.twists);
    expect(other.locked).toEqual(one.locked);
    expect(other.localStates()).toEqual(one.localStates());
  }
});

test("a shift depends on its start alone: put anew, a jostled world moves like a new one", () => {
  const states = Array.from({ length: 30 }, (_, i) => i % 2);
  const jostle = (world: MotionWorld): void => {
    for (let k = 0; k < 50; k++) {
      for (let i = 0; i <= 30; i++) world.setCommand(i, 2, Math.cos(3 * i + k / 5));
      world.step(0.1);
    }
  };
  const used = worldOf(openArena, states);
  jostle(used);
  const placed = { globalState: 0, localStates: Uint8Array.from(states) };
  used.place(placed);
  const fresh = worldOf(openArena, states, { startTime: used.time });
  for (const world of [used, fresh]) jostle(world);
  expect(used.poses).toEqual(fresh.poses);
  expect(used.twists).toEqual(fresh.twists);
});

test("the lead vehicle's state is its own place, whatever zone that lies in", () => {
  const places = [0, 3].map((x) => ({ x, y: -9 }));
  const arena = { ...openArena, leadZones: places, leadStandoff: 0 };
  const world = worldOf(arena, [0, 1], { globalState: 1 });
  expect([poseOf(world, 2).slice(0, 2), world.globalState()]).toEqual([[3, -9], 1]);
  driveAll(world, [undefined, undefined, leadSpotOf(arena, 0)], { periods: 50, delay: 1 });
  expect(world.globalState()).toBe(0);
  const two = { ...dockDispatch, globalStates: ["a", "b"], globalActions: ["to_a", "to_b"] };
  expect(worldProblem({ ...two, arena }, "motion", 30)).toBeUndefined();
  expect(
    worldProblem({ ...two, arena: { ...arena, isLeadPlaced: false } }, "motion", 30),
  ).toContain("arena.lead_places");
});

test("refuses games it cannot run", () => {
  expect(worldProblem(dockDispatch, "motion", 30)).toBeUndefined();
  expect(worldProblem(dockDispatch, "motion", 100)).toContain("cannot hold 100 robots");
  expect(worldProblem(dockDispatch, "mujoco", 101)).toContain("100 robots are heard at most");
  expect(worldProblem(dockDispatch, "motion", 30, 3)).toContain("make it at least 4.9 s");
  const odd = { ...dockDispatch, globalActions: ["left", "right"] };
  expect(worldProblem(odd, "motion", 30)).toContain("2 global actions");
  const tight = { ...dockDispatch, arena: { ...dockArena, robotSpacing: 0.4 } };
  expect(worldProblem(tight, "motion", 30)).toContain("make arena.robot_spacing at least 0.54 m");
  expect(robotNames(2)).toEqual(["robot_0", "robot_1"]);
});
