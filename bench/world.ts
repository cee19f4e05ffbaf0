/** The motion world alone: processor time of a step, and the drives that end within their epoch. */
import { measureArrays } from "../src/cli/calibration";
import { loadScenario } from "../src/game/scenario_file";
import type { MotionWorld } from "../sim/world/motion";
import { loadPhysics } from "../sim/world/physics";
import { STEP_S } from "../sim/world/body";
import { arenaFor } from "./arena_for";
import { say } from "./measure";

export async function benchWorld(): Promise<void> {
  await loadPhysics();
  const game = loadScenario("dock_dispatch");
  say("The motion world, 50 Hz: n, robots free, ms a step, longest, real-time factor, drives done");
  for (const [robots, epochs] of [
    [30, 100],
    [1000, 3],
    [10_000, 1],
  ]) {
    for (const jobEnd of [game.arena.jobEndProbability[0], 1]) {
      const arena =
        robots === 30
          ? { ...game.arena, jobEndProbability: game.arena.zones.map(() => jobEnd) }
          : arenaFor(game.arena, robots, jobEnd);
      let [steps, milliseconds, longest] = [0, 0, 0];
      const step = (world: MotionWorld, dt: number): void => {
        for (let done = 0; done < Math.round(dt / STEP_S); done++) {
          const start = process.cpuUsage();
          world.step(STEP_S);
          const { user, system } = process.cpuUsage(start);
          steps++;
          milliseconds += (user + system) / 1000;
          longest = Math.max(longest, (user + system) / 1000);
        }
      };
      const options = { robots, epochs, seed: 1, step };
      const { drives, finishedDrives } = measureArrays({ ...game, arena }, options);
      const each = milliseconds / steps;
      say(
        `${robots}, ${jobEnd < 1 ? "a tenth" : "all"}: ${each.toPrecision(3)} ms (${longest.toFixed(0)}), factor ${((1000 * STEP_S) / each).toPrecision(3)}, ${finishedDrives} of ${drives}`,
      );
    }
  }
}
