/** The key `arena` of a scenario file -> checked `Arena`. Metres, radians, seconds. */
import { InvalidInputError } from "../base/errors";
import { type Arena, type BodyLimits, defaultSpacing, defaultStandoff, type Zone } from "./arena";
import type { ScenarioFile } from "./file_check";
import type { Sizes } from "./model";

type ArenaFile = ScenarioFile["arena"];

/** Each zone is a local state of each kind of robots. */
type ArenaSizes = Sizes & { readonly zones: number };

/** @throws InvalidInputError that names the source, the key and what to change */
export function arenaOf(file: ArenaFile, sizes: ArenaSizes, source: string): Arena {
  const { sG, aG, sL } = sizes;
  const zones = file.zones ?? ringOf(sizes.zones, file.ring);
  const own = sG === sizes.zones && aG === sizes.zones ? zones : undefined;
  const leadZones = file.lead_places ?? own;
  const ends = file.job_end_probability;
  const problem = problemOf(file, sizes);
  if (problem !== undefined) throw new InvalidInputError(`${source}: arena ${problem}`);
  return {
    zones,
    leadZones: leadZones ?? ringOf(Math.max(sG, aG)),
    isLeadPlaced: leadZones !== undefined,
    robot: limitsOf(file.robot),
    lead: limitsOf(file.lead),
    robotSpacing: file.robot_spacing ?? defaultSpacing(file.robot.radius),
    epoch: file.epoch,
    jobEndProbability: Array.isArray(ends) ? ends : new Array<number>(sL).fill(ends),
    targets: file.targets ?? targetsBy(file.zone_offsets, sizes),
    leadStandoff: file.lead_standoff ?? (file.lead_places ? 0 : defaultStandoff(zones)),
  };
}

function problemOf(arena: ArenaFile, sizes: ArenaSizes): string | undefined {
  const { zones, zone_offsets: offsets, targets, job_end_probability: ends } = arena;
  const { sG, sL, aL, zones: places } = sizes;
  for (const [one, other] of [
    ["zones", "ring"],
    ["zone_offsets", "targets"],
  ] as const) {
    if (arena[one] && arena[other]) return `has both ${one} and ${other}; keep one of them`;
  }
  const beyond = targets?.flat().find((zone) => zone >= places);
  if (beyond !== undefined) return `targets zone ${beyond}; its ${places} zones count from 0`;
  const lists = [
    ["zones", zones, places, "local states"],
    ["job_end_probability", Array.isArray(ends) ? ends : undefined, sL, "local states"],
    ["lead_places", arena.lead_places, sG, "global states"],
    ["zone_offsets", offsets, aL, "local actions"],
    ["targets", targets, places, "local states"],
    ...(targets ?? []).map((row) => ["targets of a zone", row, aL, "local actions"] as const),
  ] as const;
  const wrong = lists.find(([, list, count]) => list && list.length !== count);
  if (wrong === undefined) return undefined;
  const [key, list, count, what] = wrong;
  return `has ${list!.length} ${key}; give one for each of ${count} ${what}`;
}

/** Default: stay, to the next zone, to the one before, then stay. */
function targetsBy(offsets: readonly number[] = [0, 1, -1], { zones, aL }: ArenaSizes): number[][] {
  const steps = [...Array(aL).keys()].map((action) => offsets[action] ?? 0);
  return [...Array(zones).keys()].map((zone) =>
    steps.map((step) => (((zone + step) % zones) + zones) % zones),
  );
}

const limitsOf = (b: ArenaFile["robot"]): BodyLimits => ({
  radius: b.radius,
  maxSpeed: b.max_speed,
  maxAcceleration: b.max_acceleration,
  maxYawRate: b.max_yaw_rate,
  maxYawAcceleration: b.max_yaw_acceleration,
});

/** `count` zones on a ring about (0, 0), the first on the x axis. */
export function ringOf(
  count: number,
  ring = { radius: defaultRing(count), zone_radius: 1.6 },
): Zone[] {
  return [...Array(count).keys()].map((i) => ({
    x: ring.radius * Math.cos((2 * Math.PI * i) / count),
    y: ring.radius * Math.sin((2 * Math.PI * i) / count),
    radius: ring.zone_radius,
  }));
}

/** A ring on which `zones` neighbours lie at least 4.7 m apart, m. */
const defaultRing = (zones: number): number =>
  zones < 5 ? 4 : Math.max(4, 2.35 / Math.sin(Math.PI / zones));
