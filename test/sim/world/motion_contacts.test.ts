import fc from "fast-check";
import { middleOf, wallRadius } from "../../../src/game/arena";
import { keyedUniform } from "../../../src/game/draws";
import { Body, PERFECT } from "../../../sim/world/body";
import type { MotionWorld } from "../../../sim/world/motion";
import { loadPhysics, Physics } from "../../../sim/world/physics";
import { deepestOverlap, dockArena, openArena, OVERLAP, withJobs, worldOf } from "./motion_helpers";

beforeAll(loadPhysics);

const xOf = (world: MotionWorld, body: number): number => world.bodies[body].x;
const yOf = (world: MotionWorld, body: number): number => world.bodies[body].y;

test("bodies press no deeper than the tolerance and locked ones never yield, whatever they are asked", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 31 }),
      fc.constantFrom(0.1, 0.5, 1),
      (seed, states, jobEndProbability) => {
        const arena = withJobs(jobEndProbability);
        const world = worldOf(arena, states, { seed, epoch: 2 });
        const middle = middleOf(arena);
        const uniform = keyedUniform(seed, "local-action");
        for (let k = 0; k < 60; k++) {
          for (let body = 0; body <= states.length; body++) {
            world.setCommand(body, 4 * uniform() - 1, 8 * uniform() - 4);
          }
          const locked = world.locked.slice();
          const before = world.poses.slice();
          world.step(0.1);
          expect(deepestOverlap(world)).toBeLessThan(OVERLAP);
          locked.forEach((lock, i) => {
            if (lock) expect(world.poses[3 * i]).toBe(before[3 * i]);
            const out = Math.hypot(xOf(world, i) - middle.x, yOf(world, i) - middle.y);
            expect(out).toBeLessThan(wallRadius(arena) - arena.robot.radius + OVERLAP);
          });
        }
      },
    ),
    { numRuns: 40, seed: 4 },
  );
});

/** Robots at places of their own in an arena without docks: zone i is where robot i starts. */
function placed(places: readonly (readonly [number, number])[]): MotionWorld {
  const far = [0, 1, 2].map((i): [number, number] => [30 + 3 * i, 0]);
  const zones = [...places, ...far].map(([x, y]) => ({ x, y, radius: 3 }));
  const arena = { ...openArena, zones, leadZones: zones, robotSpacing: 1e-9 };
  const states = places.map((_, i) => i);
  return worldOf(arena, states, { globalState: places.length + 2 });
}

test("a robot pushes one of its own weight that stands: the two go at half its speed", () => {
  const world = placed([
    [0, 0],
    [0.5, 0],
  ]);
  for (let k = 0; k < 100; k++) {
    world.setCommand(0, 1, 0);
    world.step(0.02);
  }
  const [before, pushed] = [xOf(world, 0), xOf(world, 1)];
  world.step(0.5);
  expect(xOf(world, 1) - pushed).toBeCloseTo(0.25, 2);
  expect(xOf(world, 0) - before).toBeCloseTo(0.25, 2);
  expect(world.twists[0]).toBeCloseTo(0.5, 2);
  expect(Math.abs(yOf(world, 0))).toBeLessThan(0.01);
});

/** A disc sent along x at `speed` m/s for `seconds` s against a fixed one, `side` m off its middle. */
function past(side: number, seconds: number, speed = 1): number[] {
  const limits = { ...dockArena.robot, radius: 0.11, maxSpeed: 2 * speed };
  const options = { ...PERFECT, seed: 1, id: "", number: 1, limits, mass: 3 };
  const [sent, fixed] = [new Body(options), new Body(options)];
  [sent.y, sent.wayX, fixed.x] = [side, 0.02 * speed, 0.5];
  const physics = new Physics({ x: 0, y: 0, radius: 10 });
  physics.rebuild([sent, fixed]);
  physics.setFree(sent, true);
  for (let k = 0; k < 50 * seconds; k++) physics.move([sent], k);
  return [sent.x, sent.y, sent.yaw, fixed.x, fixed.y];
}

test("off the middle of one that stands fast, a disc slides past it on its own side", () => {
  for (const side of [-0.01, 0.01]) {
    const [x, y, , otherX, otherY] = past(side, 2);
    expect(x).toBeGreaterThan(0.8);
    expect(Math.sign(y)).toBe(Math.sign(side));
    expect(Math.abs(y)).toBeGreaterThan(0.2);
    expect([otherX, otherY]).toEqual([0.5, 0]);
  }
});

test("what passes without touching is not turned aside, and what would touch is, however fast", () => {
  const [x, y] = past(0.222, 2);
  // To the last bit of the engine's 32-bit floats.
  expect([x, y]).toEqual([expect.closeTo(2, 5), Math.fround(0.222)]);
  expect(past(0.219, 2)[1]).toBeGreaterThan(0.2199);
  // A step of 0.6 m, from one side of the other disc to beyond it.
  expect(past(0, 0.02, 30)[0]).toBeLessThan(0.3);
});

test("sliding, it is where the circle of contact is: contacts are not kept from old places", () => {
  const [x, y] = past(0.05, 0.7);
  expect(Math.abs(y)).toBeGreaterThan(0.08);
  expect(Math.abs(Math.hypot(x - 0.5, y) - 0.22)).toBeLessThan(0.001);
});

test("a robot moves the standing lead vehicle by no more than a fiftieth of its way", () => {
  const world = worldOf(openArena, [0], { globalState: 0 });
  const before = [xOf(world, 0), xOf(world, 1)];
  world.setCommand(0, 2, 0);
  for (let k = 0; k < 20; k++) world.step(0.1);
  expect(before[0] - xOf(world, 0)).toBeGreaterThan(0.1);
  const moved = Math.hypot(xOf(world, 1) - before[1], yOf(world, 1));
  expect(moved).toBeLessThan(4 / 50);
});

test("the lead vehicle pushes a free robot ahead, and a docked one stops it", () => {
  const run = (arena: typeof openArena, seed: number): MotionWorld => {
    const world = worldOf(arena, [0], { globalState: 0, seed });
    world.setCommand(1, 2, 0);
    for (let k = 0; k < 20; k++) world.step(0.1);
    return world;
  };
  const free = run(openArena, 1);
  expect(xOf(free, 0)).toBeGreaterThan(4.3);
  const docked = run(withJobs(0.001), 1);
  expect(docked.locked[0]).toBe(1);
  expect(xOf(docked, 0)).toBe(Math.fround(4));
  expect(Math.abs(docked.twists[2])).toBeLessThan(2);
});

test("bodies made for 12 m/s reach it, and neither the wall nor a docked robot lets them through", () => {
  const robot = { ...openArena.robot, maxSpeed: 12, maxAcceleration: 1000, maxYawRate: 20 };
  const arena = { ...withJobs(0.5), robot };
  const world = worldOf(
    arena,
    Array.from({ length: 30 }, (_, i) => i % 5),
  );
  const middle = middleOf(arena);
  const uniform = keyedUniform(1, "local-action");
  let fastest = 0;
  for (let k = 0; k < 300; k++) {
    for (let body = 0; body < 30; body++) world.setCommand(body, 12, k < 5 ? 0 : 4 * uniform() - 2);
    world.step(0.02);
    expect(deepestOverlap(world)).toBeLessThan(robot.radius);
    for (let i = 0; i < 30; i++) {
      fastest = Math.max(fastest, world.twists[2 * i]);
      const out = Math.hypot(xOf(world, i) - middle.x, yOf(world, i) - middle.y);
      expect(out).toBeLessThan(wallRadius(arena) - robot.radius + OVERLAP);
    }
  }
  expect(fastest).toBeGreaterThan(11.9);
});
