/** The motion world alone: processor time of a step, and the drives that end within their epoch. */
import { type Arena, leadSpotOf, spotOf, targetZone } from "../src/game/arena";
import { keyedUniform } from "../src/game/draws";
import { loadScenario } from "../src/game/scenario_file";
import { type DriveCommand, driveTo, STOP } from "../src/nodes/drive";
import { MotionWorld } from "../sim/world/motion";
import { loadPhysics } from "../sim/world/physics";
import { LONGEST_STEP } from "../sim/world/step_time";
import { arenaFor } from "./arena_for";
import { say } from "./measure";

/** Steps from one command to the next: 10 Hz. */
const STEPS = 5;
const PERIOD = STEPS * LONGEST_STEP;

interface Found {
  steps: number;
  /** Processor time in steps, ms. */
  milliseconds: number;
  longest: number;
  drives: number;
  finished: number;
}

/** Every robot of every epoch draws one of its three drives, the lead vehicle a zone. */
class Drives {
  readonly found: Found = { steps: 0, milliseconds: 0, longest: 0, drives: 0, finished: 0 };
  private readonly world: MotionWorld;
  private readonly ids: readonly string[];

  constructor(
    private readonly arena: Arena,
    robots: number,
  ) {
    this.ids = Array.from({ length: robots }, (_, i) => `robot_${i}`);
    const localStates = Uint8Array.from(this.ids, (_, i) => i % arena.zones.length);
    const start = { globalState: 0, localStates };
    this.world = new MotionWorld({ arena, agentIds: this.ids, seed: 1, start });
  }

  epoch(epoch: number): void {
    const { arena, world, found } = this;
    const uniform = keyedUniform(1, "local-action", "", epoch);
    const before = world.localStates();
    const locked = world.locked.slice();
    const zones = Array.from(before, (state) =>
      targetZone(arena, state, Math.floor(3 * uniform())),
    );
    const lead = leadSpotOf(arena, Math.floor(arena.zones.length * uniform()));
    const targets = [...zones.map((zone, i) => spotOf(arena, zone, i)), lead];
    const commands = targets.map(() => STOP);
    for (let period = 1; period < Math.round(arena.epoch / PERIOD); period++) {
      this.command(targets, commands);
      this.steps();
    }
    const after = world.localStates();
    zones.forEach((zone, i) => {
      if (locked[i] === 1 || zone === before[i]) return;
      found.drives++;
      if (after[i] === zone && world.isSettled(i)) found.finished++;
    });
    this.steps();
  }

  private command(targets: ReturnType<typeof spotOf>[], commands: DriveCommand[]): void {
    const { world, arena, ids } = this;
    targets.forEach((target, body) => {
      world.setCommand(body, commands[body].linear, commands[body].angular);
      const [x, y, yaw] = world.poses.subarray(3 * body, 3 * body + 3);
      const limits = body < ids.length ? arena.robot : arena.lead;
      commands[body] = driveTo({ x, y, yaw }, target, limits, commands[body], PERIOD);
    });
  }

  private steps(): void {
    for (let step = 0; step < STEPS; step++) {
      const start = process.cpuUsage();
      this.world.step(LONGEST_STEP);
      const { user, system } = process.cpuUsage(start);
      const milliseconds = (user + system) / 1000;
      this.found.steps++;
      this.found.milliseconds += milliseconds;
      this.found.longest = Math.max(this.found.longest, milliseconds);
    }
  }
}

export async function benchWorld(): Promise<void> {
  await loadPhysics();
  const { arena } = loadScenario("dock_dispatch");
  say("The motion world, 50 Hz: n, robots free, ms a step, longest, real-time factor, drives done");
  for (const [robots, epochs] of [
    [30, 100],
    [1000, 3],
    [10_000, 1],
  ]) {
    for (const jobEnd of [arena.jobEndProbability, 1]) {
      const own = robots === 30 ? { ...arena, jobEndProbability: jobEnd } : undefined;
      const drives = new Drives(own ?? arenaFor(arena, robots, jobEnd), robots);
      for (let epoch = 0; epoch < epochs; epoch++) drives.epoch(epoch);
      const { steps, milliseconds, longest, drives: begun, finished } = drives.found;
      const each = milliseconds / steps;
      say(
        `${robots}, ${jobEnd < 1 ? "a tenth" : "all"}: ${each.toPrecision(3)} ms (${longest.toFixed(0)}), factor ${((1000 * LONGEST_STEP) / each).toPrecision(3)}, ${finished} of ${begun}`,
      );
    }
  }
}
