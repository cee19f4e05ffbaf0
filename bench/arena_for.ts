/** Arenas for more robots than a shipped one holds. */
import { type Arena, hexagonalSpots } from "../src/game/arena";

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
