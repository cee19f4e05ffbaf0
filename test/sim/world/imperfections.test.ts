import type { Imperfections } from "../../../sim/world/body";
import type { MotionWorld } from "../../../sim/world/motion";
import { loadPhysics } from "../../../sim/world/physics";
import { wrapAngle } from "../../../src/game/arena";
import { KeyedStream } from "../../../src/game/keyed_stream";
import { openArena, worldOf } from "./motion_helpers";

beforeAll(loadPhysics);

/** 200 robots on spots far from each other, each with 200 m of free way. */
const field = {
  ...openArena,
  robotSpacing: 20,
  zones: openArena.zones.map((zone) => ({ ...zone, radius: 400 })),
};
const ROBOTS = 200;

function worldWith(imperfections: Partial<Imperfections>, seed = 1): MotionWorld {
  return worldOf(field, Array(ROBOTS).fill(0), { imperfections, seed });
}

/** All go straight on at 1 m/s for so long, s; returns how far each went along its heading, m. */
function drive(world: MotionWorld, seconds: number): number[] {
  const from = world.poses.slice();
  for (let i = 0; i < ROBOTS; i++) world.setCommand(i, 1, 0);
  world.step(seconds);
  return Array.from({ length: ROBOTS }, (_, i) =>
    Math.hypot(world.bodies[i].x - from[3 * i], world.bodies[i].y - from[3 * i + 1]),
  );
}

/** Odometry less the truth: one axis (0 x, 1 y, 2 yaw) of every robot. */
function errors(world: MotionWorld, axis: number): number[] {
  const [readings, poses] = [world.readOdometry(), world.poses];
  return Array.from({ length: ROBOTS }, (_, i) => {
    const error = readings[3 * i + axis] - poses[3 * i + axis];
    return axis === 2 ? wrapAngle(error) : error;
  });
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}

test("with every number 0 it is the perfect world, bit for bit, and odometry is the truth", () => {
  const zero: Imperfections = {
    wheel_slip: 0,
    odometry_noise: 0,
    odometry_noise_yaw: 0,
    odometry_drift: 0,
    odometry_drift_yaw: 0,
    command_latency: 0,
    inertia: 0,
  };
  const [plain, zeroed] = [worldWith({}), worldWith(zero)];
  for (const world of [plain, zeroed]) drive(world, 2);
  expect(zeroed.poses).toEqual(plain.poses);
  expect(Array.from(zeroed.readOdometry())).toEqual(Array.from(plain.poses));
});

test("a command takes hold after its latency, and not before; commands keep their order", () => {
  const world = worldWith({ command_latency: 0.2 });
  const before = world.poses.slice();
  world.setCommand(0, 1, 0);
  world.step(0.1);
  world.setCommand(0, -1, 0);
  world.step(0.1);
  expect(world.poses).toEqual(before);
  world.step(0.1);
  expect(world.twists[0]).toBeCloseTo(0.4, 9);
  world.step(0.2);
  expect(world.twists[0]).toBeCloseTo(-0.4, 9);
});

test("a body of 0.5 s inertia has 1 - 1/e of its wheels' speed half a second later, and theirs in the end", () => {
  const world = worldOf({ ...field, robot: { ...field.robot, maxAcceleration: 1e6 } }, [0], {
    imperfections: { inertia: 0.5 },
  });
  world.setCommand(0, 0.2, 0);
  world.step(0.5);
  expect(world.twists[0]).toBeCloseTo(0.2 * (1 - 1 / Math.E), 9);
  world.step(4.4);
  expect(world.twists[0]).toBe(0.2);
  world.setCommand(0, 0, 0);
  world.step(0.5);
  expect(world.twists[0]).toBeCloseTo(0.2 / Math.E, 9);
  world.step(5);
  const before = world.poses.slice();
  world.step(1);
  expect(world.poses).toEqual(before);
});

test("wheels that slip by up to 0.2 lose 0.1 of the way on average, more or less in each epoch", () => {
  const world = worldWith({ wheel_slip: 0.2 });
  drive(world, 1);
  const shares = drive(world, 1).map((way) => 1 - way);
  const { mean, deviation } = spread(shares);
  expect(Math.max(...shares)).toBeLessThan(0.2);
  expect(Math.min(...shares)).toBeGreaterThan(0);
  // Mean of two uniforms in [0, 0.2): 0.1 and 0.2 / √24.
  expect(Math.abs(mean - 0.1)).toBeLessThan((4 * 0.041) / Math.sqrt(ROBOTS));
  expect(deviation).toBeCloseTo(0.2 / Math.sqrt(24), 2);
  world.step(4);
  const next = drive(world, 1).map((way) => 1 - way);
  expect(next.filter((share, i) => Math.abs(share - shares[i]) < 0.001).length).toBeLessThan(20);
});

test("wheels that slip unevenly turn a robot off its way", () => {
  const world = worldWith({ wheel_slip: 0.2 });
  const yaw = world.poses[2];
  drive(world, 1);
  expect(Math.abs(world.poses[2] - yaw)).toBeGreaterThan(0.01);
});

test("noise has its deviation, is new in each step and the same when read again", () => {
  const world = worldWith({ odometry_noise: 0.03, odometry_noise_yaw: 0.1 });
  for (const [axis, deviation] of [0.03, 0.03, 0.1].entries()) {
    const found = spread(errors(world, axis));
    expect(Math.abs(found.mean)).toBeLessThan((4 * deviation) / Math.sqrt(ROBOTS));
    expect(found.deviation / deviation).toBeCloseTo(1, 0);
  }
  expect(world.odometryVariances(7)).toEqual([0.03 ** 2, 0.1 ** 2]);
  const first = world.readOdometry().slice();
  expect(world.readOdometry()).toEqual(first);
  world.step(0.02);
  expect(world.readOdometry()[0]).not.toBe(first[0]);
});

test("drift grows as the root of the way, and stays where a robot stands", () => {
  const world = worldWith({ odometry_drift: 0.05 });
  world.step(3);
  expect(errors(world, 0)).toEqual(Array(ROBOTS).fill(0));
  const way = drive(world, 4)[100];
  const after = spread(errors(world, 0));
  expect(Math.abs(after.deviation / (0.05 * Math.sqrt(way)) - 1)).toBeLessThan(0.15);
  expect(Math.abs(after.mean)).toBeLessThan((4 * 0.1) / Math.sqrt(ROBOTS));
  expect(world.odometryVariances(100)[0]).toBeCloseTo(0.05 ** 2 * way, 6);
  const start = { globalState: 0, localStates: new Uint8Array(ROBOTS) };
  world.place(start);
  expect(errors(world, 0)).toEqual(Array(ROBOTS).fill(0));
  expect(world.odometryVariances(100)).toEqual([0, 0]);
});

test("a heading that drifts takes the way with it", () => {
  const world = worldWith({ odometry_drift_yaw: 0.1 });
  drive(world, 4);
  expect(spread(errors(world, 2)).deviation).toBeCloseTo(0.1 * Math.sqrt(3.875), 1);
  expect(spread(errors(world, 1)).deviation).toBeGreaterThan(0.1);
});

test("the same seed gives the same slips and readings, another one others", () => {
  const all: Imperfections = {
    wheel_slip: 0.1,
    odometry_noise: 0.01,
    odometry_noise_yaw: 0.01,
    odometry_drift: 0.01,
    odometry_drift_yaw: 0.01,
    command_latency: 0.1,
    inertia: 0.1,
  };
  const run = (seed: number): MotionWorld => {
    const world = worldWith(all, seed);
    drive(world, 7);
    return world;
  };
  const [one, again, other] = [run(1), run(1), run(2)];
  expect(again.poses).toEqual(one.poses);
  expect(again.readOdometry()).toEqual(one.readOdometry());
  expect(other.poses).not.toEqual(one.poses);
});

test("draws of keys are spread evenly and neighbours have nothing to do with each other", () => {
  const stream = new KeyedStream(3);
  const drawn = (body: number, step: number): number => {
    stream.key(body, step, 0);
    return stream.next();
  };
  for (const pick of [(i: number) => drawn(7, i), (i: number) => drawn(i, 7)]) {
    const draws = Array.from({ length: 20_000 }, (_, i) => pick(i));
    const counts = new Array<number>(20).fill(0);
    for (const u of draws) counts[Math.floor(20 * u)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    const products = draws.slice(1).map((u, i) => (u - 0.5) * (draws[i] - 0.5) * 12);
    expect(Math.abs(spread(products).mean)).toBeLessThan(4 / Math.sqrt(20_000));
  }
});
