/** Shared by the motion world's tests: worlds, drives by the agents' own controller, overlaps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Arena, leadSpotOf, type Point, spotOf } from "../../../src/game/arena";
import { parseScenario } from "../../../src/game/scenario";
import { packageRoot } from "../../../src/base/package_root";
import { type DriveCommand, driveTo, STOP } from "../../../src/nodes/drive";
import { robotNames } from "../../../sim/run";
import type { Imperfections } from "../../../sim/world/body";
import { MotionWorld } from "../../../sim/world/motion";

const file = join(packageRoot(), "scenarios", "dock_dispatch.yaml");
export const dockDispatch = parseScenario(readFileSync(file, "utf8"), file);
export const dockArena: Arena = dockDispatch.arena;
/** The same arena with jobs that end so likely. */
export const withJobs = (jobEnd: number): Arena => ({
  ...dockArena,
  jobEndProbability: dockArena.zones.map(() => jobEnd),
});
/** The same arena without docks: wheels are always free. */
export const openArena = withJobs(1);

export function worldOf(
  arena: Arena,
  localStates: readonly number[],
  options: {
    seed?: number;
    globalState?: number;
    startTime?: number;
    epoch?: number;
    imperfections?: Partial<Imperfections>;
  } = {},
): MotionWorld {
  const { seed = 1, globalState = 0, ...others } = options;
  const start = { globalState, localStates: Uint8Array.from(localStates) };
  const agentIds = robotNames(localStates.length);
  return new MotionWorld({ arena, agentIds, seed, start, ...others });
}

/** Drives every body to its target at 10 Hz; commands take hold `delay` periods late. */
export function driveAll(
  world: MotionWorld,
  targets: readonly (Point | undefined)[],
  options: { periods: number; delay: number; firstAt?: number; onStep?: () => void },
): void {
  const sent: DriveCommand[][] = targets.map(() => []);
  for (let period = 0; period < options.periods; period++) {
    targets.forEach((target, body) => {
      if (target === undefined || period < (options.firstAt ?? 0)) return;
      const pose = world.bodies[body];
      const { limits } = pose.options;
      sent[body].push(driveTo(pose, target, limits, sent[body].at(-1) ?? STOP, 0.1));
      const { linear, angular } = sent[body].at(-1 - options.delay) ?? STOP;
      world.setCommand(body, linear, angular);
    });
    world.step(0.1);
    options.onStep?.();
  }
}

/** Each robot's spot in its zone of `zones` (undefined: no command), then the lead vehicle's. */
export function spotsFor(
  arena: Arena,
  zones: readonly (number | undefined)[],
  lead?: number,
): (Point | undefined)[] {
  const robots = zones.map((zone, i) => (zone === undefined ? undefined : spotOf(arena, zone, i)));
  return [...robots, lead === undefined ? undefined : leadSpotOf(arena, lead)];
}

/** The deepest overlap of any two bodies, m; negative where all are apart. */
export function deepestOverlap({ bodies }: MotionWorld): number {
  let deepest = -Infinity;
  bodies.forEach((a, i) => {
    for (const b of bodies.slice(i + 1)) {
      const apart = a.options.limits.radius + b.options.limits.radius;
      deepest = Math.max(deepest, apart - Math.hypot(a.x - b.x, a.y - b.y));
    }
  });
  return deepest;
}

/**
 * Bodies press into each other and the wall by less than this, m: twice the deepest in the property
 * test of all bodies driving at random (7.7 mm, 2.5 mm in most runs). Docked robots leave each other
 * gaps that are 0.02 m wider than a robot, so none gets through where it would not fit.
 */
export const OVERLAP = 0.015;
