/** Arenas for more robots than a shipped one holds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/base/package_root";
import { writeWhole } from "../src/base/whole_file";
import { longForm } from "../src/cli/long_form";
import { type Arena, hexagonalSpots } from "../src/game/arena";
import { loadScenario, scenarioFile } from "../src/game/scenario_file";

/**
 * The zones of `arena` on a ring, each just large enough for `robots` robots at the arena's spacing;
 * the epoch is long enough for the lead vehicle's longest way.
 */
export function arenaFor(arena: Arena, robots: number, jobEndProbability: number): Arena {
  const spots = hexagonalSpots(robots, arena.robotSpacing).map(({ x, y }) => Math.hypot(x, y));
  const radius = Math.max(...spots) + arena.robot.radius + 0.01;
  const count = arena.zones.length;
  const ring = (1.02 * radius) / Math.sin(Math.PI / count);
  const zones = arena.zones.map((_, zone) => {
    const angle = (2 * Math.PI * zone) / count;
    return { x: ring * Math.cos(angle), y: ring * Math.sin(angle), radius };
  });
  const epoch = Math.ceil((2 * ring) / arena.lead.maxSpeed + 4);
  const jobs = zones.map(() => jobEndProbability);
  return { ...arena, zones, leadZones: zones, jobEndProbability: jobs, epoch };
}

/** The shipped scenario with room for n robots and no docks: its file. */
export function roomForAll(n: number): string {
  const game = loadScenario("dock_dispatch");
  const { zones, epoch } = arenaFor(game.arena, n, 1);
  const document = longForm(readFileSync(scenarioFile("dock_dispatch"), "utf8"), game);
  const ring = { radius: zones[0].x, zone_radius: zones[0].radius };
  document.set("arena", { ring, epoch, job_end_probability: 1 });
  const file = join(packageRoot(), ".cache", `dock_dispatch_${n}.yaml`);
  writeWhole(file, String(document), "the scenario");
  return file;
}
