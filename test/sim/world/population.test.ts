import { drawEpisodeStart } from "../../../src/game/episode";
import { hexagonalSpots, spotOf } from "../../../src/game/arena";
import { robotNames } from "../../../sim/run";
import type { MotionWorld } from "../../../sim/world/motion";
import { loadPhysics } from "../../../sim/world/physics";
import {
  deepestOverlap,
  dockArena,
  dockDispatch,
  driveAll,
  openArena,
  OVERLAP,
  spotsFor,
  worldOf,
} from "./motion_helpers";

beforeAll(loadPhysics);

const SEED = 5;
const startOf = (robots: number) => drawEpisodeStart(dockDispatch, robotNames(robots), SEED, 0);
const setRobots = (world: MotionWorld, robots: number): void =>
  world.setRobots(robotNames(robots), startOf(robots));
/** Poses of some bodies, and of the lead vehicle. */
const posesOf = (world: MotionWorld, robots: number): number[] => [
  ...world.poses.subarray(0, 3 * robots),
  ...world.poses.subarray(-3),
];

test("a robot's spot does not depend on how many there are", () => {
  const { x, y } = dockArena.zones[2];
  for (const population of [1, 7, 30, 1000]) {
    const [spot] = hexagonalSpots(population, dockArena.robotSpacing).slice(-1);
    const mine = spotOf(dockArena, 2, population - 1);
    expect(mine).toEqual({ x: x + spot.x, y: y + spot.y });
  }
});

/** A world of `robots` in the middle of their drives, the lead vehicle's too. */
function driven(robots: number, delay = 0): MotionWorld {
  const zones = Array.from({ length: robots }, (_, i) => i % 5);
  const world = worldOf(openArena, zones, {
    seed: SEED,
    imperfections: {
      command_latency: delay,
      odometry_drift: 0.02,
      odometry_drift_yaw: 0.02,
      inertia: 0.1,
    },
  });
  const goals = zones.map((zone) => (zone + 1) % 5);
  driveAll(world, spotsFor(openArena, goals, 3), { periods: 20, delay: 1 });
  return world;
}

test("robots that stay and the lead vehicle go on as they are, whoever joins or leaves", () => {
  const [alone, changed] = [driven(8, 0.1), driven(8, 0.1)];
  const before = posesOf(changed, 8);
  setRobots(changed, 12);
  expect(posesOf(changed, 8)).toEqual(before);
  expect([changed.time, changed.locked.length, changed.localStates().length]).toEqual([2, 12, 12]);
  setRobots(changed, 8);
  expect(posesOf(changed, 8)).toEqual(before);
  expect(Array.from(changed.twists)).toEqual(Array.from(alone.twists));
  expect(Array.from(changed.readOdometry())).toEqual(Array.from(alone.readOdometry()));
  // Wheels and commands under way are theirs too: nobody meets anybody in the next half second.
  for (const world of [alone, changed]) world.step(0.5);
  posesOf(alone, 8).forEach((value, i) => expect(posesOf(changed, 8)[i]).toBeCloseTo(value, 4));
});

test("who joins is docked at a free spot of the zone drawn for it, apart from everybody", () => {
  const world = driven(8);
  setRobots(world, 25);
  const { localStates } = startOf(25);
  expect(Array.from(world.localStates().subarray(8))).toEqual(Array.from(localStates.subarray(8)));
  expect(deepestOverlap(world)).toBeLessThan(OVERLAP);
  const docked = worldOf(dockArena, [0, 1, 2], { seed: SEED });
  setRobots(docked, 20);
  docked.locked.forEach((_, i) => expect(docked.isSettled(i)).toBe(true));
});

test("where somebody stands on its spot, who joins gets another one of the zone", () => {
  const zone = startOf(2).localStates[1];
  const world = worldOf(openArena, [zone], { seed: SEED, epoch: 100 });
  const spot = spotOf(openArena, zone, 1);
  driveAll(world, [spot, undefined], { periods: 40, delay: 0 });
  setRobots(world, 2);
  expect(deepestOverlap(world)).toBeLessThan(0);
  expect(world.localStates()[1]).toBe(zone);
  const free = spotOf(openArena, zone, 0);
  expect(Math.hypot(world.poses[3] - free.x, world.poses[4] - free.y)).toBeLessThan(1e-6);
});

test("the same changes at the same epochs give the same world, bit for bit; other seeds do not", () => {
  const played = (seed: number): number[] => {
    const world = worldOf(dockArena, [0, 1, 2, 3, 4, 0, 1, 2], { seed });
    for (const robots of [12, 20, 6, 9]) {
      const start = drawEpisodeStart(dockDispatch, robotNames(robots), seed, 0);
      world.setRobots(robotNames(robots), start);
      const goals = Array.from(world.localStates(), (zone) => (zone + 1) % 5);
      const targets = spotsFor(dockArena, goals, robots % 5);
      driveAll(world, targets, { periods: 40, delay: 1 });
    }
    return Array.from(world.poses);
  };
  expect(played(1)).toEqual(played(1));
  expect(played(2)).not.toEqual(played(1));
});
