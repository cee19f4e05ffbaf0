import fc from "fast-check";
import { keyedUniform } from "../../../src/game/draws";
import { Contacts } from "../../../sim/world/motion_contacts";
import { deepestOverlap, dockArena, openArena, worldOf } from "./motion_helpers";

test("bodies never overlap and locked ones never yield, whatever they are asked", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 31 }),
      fc.constantFrom(0.1, 0.5, 1),
      (seed, states, jobEndProbability) => {
        const arena = { ...dockArena, jobEndProbability };
        const world = worldOf(arena, states, { seed, epoch: 2 });
        const uniform = keyedUniform(seed, "local-action");
        for (let k = 0; k < 60; k++) {
          for (let body = 0; body <= states.length; body++) {
            world.setCommand(body, 4 * uniform() - 1, 8 * uniform() - 4);
          }
          const locked = world.locked.slice();
          const before = world.poses.slice();
          world.step(0.1);
          expect(deepestOverlap(world, arena)).toBeLessThan(1e-9);
          locked.forEach((lock, i) => {
            if (lock) expect(world.poses[3 * i]).toBe(before[3 * i]);
          });
        }
      },
    ),
    { numRuns: 40, seed: 4 },
  );
});

/** Discs at the given places; those not pushable stand for docked robots. */
function discs(places: readonly (readonly [number, number])[], pushable: readonly number[]) {
  const poses = Float64Array.from(places.flatMap(([x, y]) => [x, y, 0]));
  const contacts = new Contacts({
    poses,
    radii: new Float64Array(places.length).fill(0.11),
    pushable: Uint8Array.from(pushable),
    wall: { x: 0, y: 0, radius: 10 },
  });
  return { poses, contacts };
}

test("a free way is gone in full; a disc in the way is touched, not overlapped", () => {
  const { poses, contacts } = discs(
    [
      [0, 0],
      [0.3, 0.15],
    ],
    [1, 0],
  );
  contacts.move(0, 0.04, 0);
  expect(Array.from(poses.subarray(0, 2))).toEqual([0.04, 0]);
  expect(contacts.touched[0]).toBe(0);
  for (let k = 0; k < 3; k++) contacts.move(0, 0.04, 0);
  expect(contacts.touched[0]).toBe(1);
  expect(Math.hypot(poses[0] - 0.3, poses[1] - 0.15)).toBeGreaterThanOrEqual(0.22);
  expect(poses[1]).toBeLessThan(0);
});

test("straight on to a docked robot, it passes on the right", () => {
  const { poses, contacts } = discs(
    [
      [0, 0],
      [0.5, 0],
    ],
    [1, 0],
  );
  let least = 0;
  for (let k = 0; k < 60; k++) {
    contacts.move(0, 0.02, 0);
    least = Math.min(least, poses[1]);
  }
  expect(least).toBeLessThan(-0.2);
  expect(poses[0]).toBeGreaterThan(0.8);
});

test("two that meet in a gap too narrow for both: one is pushed back, neither waits for ever", () => {
  const gap = 0.28;
  const docked = [-0.8, -0.4, 0, 0.4, 0.8].flatMap((x): [number, number][] => [
    [x, gap],
    [x, -gap],
  ]);
  const { poses, contacts } = discs(
    [[-1.5, 0], [1.5, 0], ...docked],
    [1, 1, ...docked.map(() => 0)],
  );
  for (let k = 0; k < 600; k++) {
    contacts.move(0, poses[0] < 1.5 ? 0.01 : 0, 0);
    contacts.move(1, poses[3] > -1.5 ? -0.01 : 0, 0);
  }
  expect(poses[0]).toBeGreaterThan(1.4);
});

test("the lead vehicle neither pushes robots nor is pushed", () => {
  const world = worldOf(openArena, [0], { globalState: 0 });
  const before = Array.from(world.poses.subarray(0, 2));
  world.setCommand(1, 2, 0);
  for (let k = 0; k < 60; k++) world.step(0.1);
  expect(Array.from(world.poses.subarray(0, 2))).toEqual(before);
  expect(deepestOverlap(world, openArena)).toBeLessThan(1e-9);
});
