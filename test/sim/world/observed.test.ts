import { leadSpotOf, type Point, spotOf } from "../../../src/game/arena";
import { keyedUniform } from "../../../src/game/draws";
import { drawEpisodeStart } from "../../../src/game/episode";
import { type DriveCommand, driveTo, STOP } from "../../../src/nodes/drive";
import { robotNames } from "../../../sim/run";
import type { MotionWorld } from "../../../sim/world/motion";
import { ObservedWorld } from "../../../sim/world/observed";
import { loadPhysics } from "../../../sim/world/physics";
import { shipped } from "../../games";
import { dockArena, dockDispatch, openArena, worldOf } from "./motion_helpers";

const ROBOTS = robotNames(8);
const SEED = 3;
const PERIOD_S = 0.1;
const PERIODS = Math.round(dockArena.epoch / PERIOD_S);
const { length: ZONES } = dockArena.zones;

beforeAll(loadPhysics);

const START = drawEpisodeStart(dockDispatch, ROBOTS, SEED, 0);

/** Where bodies are sent in an epoch: each robot to its bay or one beside it, the lead vehicle to any. */
function sentTo({ bodies }: MotionWorld, epoch: number): Point[] {
  const uniform = keyedUniform(7, "local-action", "", epoch);
  return bodies.map(({ zone }, i) => {
    if (i === ROBOTS.length) return leadSpotOf(dockArena, Math.floor(uniform() * ZONES));
    return spotOf(dockArena, (zone + Math.floor(uniform() * 3) + ZONES - 1) % ZONES, i);
  });
}

/**
 * Drives a world as agents do, and tells the docks at each epoch's begin.
 * @param gate what a body's wheels are told of its agent's command
 * @param see is called with the world before every command
 */
function docksOf(
  world: MotionWorld,
  epochs: number,
  locked: () => Uint8Array,
  see: (slot: number | undefined) => void = () => undefined,
  gate: (body: number, command: DriveCommand) => DriveCommand = (_, command) => command,
): string[] {
  const docks: string[] = [];
  const commands = world.bodies.map(() => STOP);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const targets = sentTo(world, epoch);
    for (let period = 0; period < PERIODS; period++) {
      see(period === 0 ? epoch : undefined);
      if (period === 0) docks.push(locked().join(""));
      world.bodies.forEach((pose, body) => {
        const { linear, angular } = gate(body, commands[body]);
        world.setCommand(body, linear, angular);
        const { limits } = pose.options;
        commands[body] = driveTo(pose, targets[body], limits, commands[body], PERIOD_S);
      });
      world.step(PERIOD_S);
    }
  }
  return docks;
}

/** The same swarm in a world without docks, behind docks that are kept for it by these draws. */
function keptDocks(seed: number, epochs: number): string[] {
  const states = Array.from(START.localStates);
  const open = worldOf(openArena, states, { seed: SEED, globalState: START.globalState });
  const observed = new ObservedWorld(dockDispatch, ROBOTS, seed);
  const see = (slot: number | undefined): void => {
    observed.ms = 1000 * open.time;
    open.bodies.forEach(({ x, y, yaw }, i) => observed.see(i, { x, y, yaw, time: open.time }));
    if (slot !== undefined) observed.startSlot(slot);
  };
  const gate = (body: number, command: DriveCommand): DriveCommand =>
    observed.locked[body] === 1 ? STOP : command;
  return docksOf(open, epochs, () => observed.locked, see, gate);
}

test("docks that are kept for a world hold and free the same robots as the motion world's own", () => {
  const epochs = 40;
  const own = worldOf(dockArena, Array.from(START.localStates), {
    seed: SEED,
    globalState: START.globalState,
  });
  const docks = docksOf(own, epochs, () => own.locked);
  // Robots come and go all the time.
  expect(new Set(docks).size).toBeGreaterThan(epochs / 4);
  expect(keptDocks(SEED, epochs)).toEqual(docks);
  expect(keptDocks(SEED + 1, epochs)).not.toEqual(docks);
});

test("states are of the kinds that are told, not of those that places have", () => {
  const mixed = shipped("dock_dispatch_mixed");
  const { length } = mixed.arena.zones;
  const world = new ObservedWorld(mixed, ["alice", "bob"], undefined, [1, 0]);
  const sight = { ...mixed.arena.zones[2], yaw: 0, time: 1 };
  for (const body of [0, 1, 2]) world.see(body, sight);
  expect(Array.from(world.localStates())).toEqual([length + 2, 2]);
});
