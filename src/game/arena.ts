/**
 * The arena: zones, limits of bodies, and each robot's spot in a zone.
 * Lengths in metres, angles in radians, the `map` frame (REP-103, REP-105). Pure geometry.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Zone extends Point {
  readonly radius: number;
}

/** Body and limits of a robot or of the lead vehicle. */
export interface BodyLimits {
  /** Body radius, m. */
  readonly radius: number;
  /** m/s */
  readonly maxSpeed: number;
  /** m/s² */
  readonly maxAcceleration: number;
  /** rad/s */
  readonly maxYawRate: number;
  /** rad/s² */
  readonly maxYawAcceleration: number;
}

export interface Arena {
  /** One zone for each local state, in their order; for the states of further kinds, the same again. */
  readonly zones: readonly Zone[];
  /** The lead vehicle's places, one for each of its states and actions. */
  readonly leadZones: readonly Point[];
  /** Whether these are given or the zones; else the motion world cannot use them. */
  readonly isLeadPlaced: boolean;
  readonly robot: BodyLimits;
  readonly lead: BodyLimits;
  /** Distance of neighbouring spots in a zone, m. */
  readonly robotSpacing: number;
  /** Length of a decision epoch, s of simulated time. */
  readonly epoch: number;
  /** The wheels of a robot docked there unlock at an epoch's start so likely; 1: no docks; [sL]. */
  readonly jobEndProbability: readonly number[];
  /** The zone that each local action drives to, [zones][aL]. */
  readonly targets: readonly (readonly number[])[];
  /** The lead vehicle stands this far from its places towards the arena's middle, m. */
  readonly leadStandoff: number;
}

/** A zone is left only when another is nearer by this much, m. */
export const ZONE_MARGIN_M = 0.1;

/**
 * Index of the nearest zone centre; `previous` is kept unless another is nearer by more than
 * ZONE_MARGIN_M.
 */
export function zoneOf(
  { zones }: { readonly zones: readonly Point[] },
  position: Point,
  previous?: number,
): number {
  let best = 0;
  let least = distanceTo(zones[0], position);
  for (let index = 1; index < zones.length; index++) {
    const distance = distanceTo(zones[index], position);
    if (distance < least) {
      least = distance;
      best = index;
    }
  }
  if (previous === undefined || previous === best) return best;
  return distanceTo(zones[previous], position) - least > ZONE_MARGIN_M ? best : previous;
}

/** The same angle in [-π, π]. */
export const wrapAngle = (angle: number): number =>
  angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

export function distanceTo(zone: Point, position: Point): number {
  const dx = position.x - zone.x;
  const dy = position.y - zone.y;
  return Math.sqrt(dx * dx + dy * dy);
}

/** The zone of a local state, whatever the robot's kind. A zone is its own. */
export const zoneOfState = ({ zones }: Pick<Arena, "zones">, state: number): number =>
  state % zones.length;

/** The zone that a local action drives to from a local state. */
export const targetZone = (arena: Arena, state: number, action: number): number =>
  arena.targets[zoneOfState(arena, state)][action];

/** Hexagonal packing about (0, 0): the first `count` lattice points by distance, then by angle. */
export function hexagonalSpots(count: number, spacing: number): Point[] {
  const rings = Math.ceil(Math.sqrt(count)) + 1;
  const points: Point[] = [];
  for (let row = -rings; row <= rings; row++) {
    for (let column = -rings; column <= rings; column++) {
      points.push({ x: spacing * (column + row / 2), y: spacing * row * Math.sqrt(0.75) });
    }
  }
  const square = (p: Point): number => Math.round((p.x * p.x + p.y * p.y) * 1e9);
  const angle = (p: Point): number => Math.atan2(p.y, p.x);
  points.sort((p, q) => square(p) - square(q) || angle(p) - angle(q));
  return points.slice(0, count);
}

/** The first spots of each packing, by spacing: a longer list starts with the same spots. */
const packings = new Map<number, Point[]>();

/** Spot of robot `index` in the zone of `state`; it does not depend on the number of robots. */
export function spotOf(arena: Arena, state: number, index: number): Point {
  const { zones, robotSpacing } = arena;
  let spots = packings.get(robotSpacing) ?? [];
  if (index >= spots.length) {
    spots = hexagonalSpots(2 * index + 1, robotSpacing);
    packings.set(robotSpacing, spots);
  }
  const { x, y } = zones[zoneOfState(arena, state)];
  return { x: x + spots[index].x, y: y + spots[index].y };
}

/** Where the lead vehicle stands for its place `zone`: `leadStandoff` towards the middle. */
export function leadSpotOf(
  arena: Pick<Arena, "zones" | "leadZones" | "leadStandoff">,
  zone: number,
): Point {
  const middle = middleOf(arena);
  const { x, y } = arena.leadZones[zone];
  const distance = Math.hypot(x - middle.x, y - middle.y);
  const share = distance > 0 ? Math.max(0, 1 - arena.leadStandoff / distance) : 0;
  return { x: middle.x + (x - middle.x) * share, y: middle.y + (y - middle.y) * share };
}

export function middleOf({ zones }: Pick<Arena, "zones">): Point {
  return {
    x: zones.reduce((sum, zone) => sum + zone.x, 0) / zones.length,
    y: zones.reduce((sum, zone) => sum + zone.y, 0) / zones.length,
  };
}

/** Share of the way from a zone's centre to the middle that the lead vehicle stands off, by default. */
const STANDOFF_SHARE = 0.65;
const toNanometres = (metres: number): number => Math.round(metres * 1e9) / 1e9;

/** The lead vehicle's standoff where none is given: by the zone nearest to the middle, m. */
export function defaultStandoff(zones: readonly Zone[]): number {
  const middle = middleOf({ zones });
  const distances = zones.map((zone) => distanceTo(zone, middle)).filter((d) => d > ZONE_MARGIN_M);
  return distances.length > 0 ? toNanometres(STANDOFF_SHARE * Math.min(...distances)) : 0;
}

/** The spacing where none is given: a robot passes between two others, m. */
export const defaultSpacing = (robotRadius: number): number =>
  toNanometres(4 * robotRadius + DOCKING_PLAY_M + 0.02);

/** Radius about the arena's middle that holds every zone, its bodies and the lead vehicle, m. */
export function arenaRadius(arena: Arena): number {
  const { zones, leadZones, lead } = arena;
  const middle = middleOf(arena);
  const spots = leadZones.map((_, place) => leadSpotOf(arena, place));
  return Math.max(
    ...zones.map((zone) => distanceTo(zone, middle) + zone.radius),
    ...spots.map((spot) => distanceTo(spot, middle) + lead.radius),
  );
}

/** Radius of the wall about the arena's middle: no body's edge gets past it, m. */
export const wallRadius = (arena: Arena): number => arenaRadius(arena) + 4 * arena.robot.radius;

/**
 * Why `population` robots cannot use this arena with an epoch of `epoch` seconds, with the radius
 * or seconds needed; undefined when they can.
 */
export function arenaProblem(
  arena: Arena,
  population: number,
  epoch: number = arena.epoch,
): string | undefined {
  const needed =
    Math.max(...hexagonalSpots(population, arena.robotSpacing).map((p) => Math.hypot(p.x, p.y))) +
    arena.robot.radius;
  const smallest = Math.min(...arena.zones.map((zone) => zone.radius));
  if (smallest < needed) {
    return `a zone of radius ${smallest} m cannot hold ${population} robots at a spacing of ${arena.robotSpacing} m; give zones a radius of at least ${(Math.ceil(needed * 100) / 100).toFixed(2)} m (in arena or map), or have fewer robots`;
  }
  if (arena.robotSpacing < 4 * arena.robot.radius + DOCKING_PLAY_M) {
    return `robots of radius ${arena.robot.radius} m cannot pass between spots ${arena.robotSpacing} m apart; make arena.robot_spacing at least ${(4 * arena.robot.radius + DOCKING_PLAY_M).toFixed(2)} m`;
  }
  const unclear = sharedPlace(arena, needed);
  if (unclear) return unclear;
  const seconds = longestDrive(arena);
  if (epoch < seconds) {
    return `an epoch of ${epoch} s is too short for the longest drive; make it at least ${(Math.ceil(seconds * 10) / 10).toFixed(1)} s (arena.epoch of the scenario, --epoch, epoch:= or epoch_length)`;
  }
  return undefined;
}

/** Which two zones cannot be told apart by where bodies stand, and what to change; undefined: none. */
function sharedPlace(arena: Arena, reach: number): string | undefined {
  const { zones, leadZones, leadStandoff } = arena;
  const apart = toNanometres(2 * reach + ZONE_MARGIN_M);
  for (const [i, zone] of zones.entries()) {
    const near = zones.findIndex((other, j) => j > i && distanceTo(zone, other) < apart);
    if (near < 0) continue;
    return `zones ${i} and ${near} lie ${distanceTo(zone, zones[near]).toFixed(2)} m apart, and some robots of one would count to the other; put zones at least ${(Math.ceil(apart * 100) / 100).toFixed(2)} m apart (in arena or map), or have fewer robots`;
  }
  for (const zone of leadZones.keys()) {
    const spot = leadSpotOf(arena, zone);
    const own = distanceTo(leadZones[zone], spot);
    const near = leadZones.findIndex(
      (other, j) => j !== zone && distanceTo(other, spot) < own + ZONE_MARGIN_M,
    );
    if (near < 0) continue;
    return `${leadStandoff} m off zone ${zone} the lead vehicle counts to zone ${near}; make arena.lead_standoff smaller, or leave it out`;
  }
  return undefined;
}

/** Room between docked robots beyond a robot's width: they stand up to 0.05 m off their spots, m. */
const DOCKING_PLAY_M = 0.1;
/** Added to a drive's turn and way, s: reception of the command, coasting, passing others. */
const DRIVE_RESERVE_S = 1;

/** Seconds of the longest intended drive: a half turn, the way with its ramps, and the reserve. */
function longestDrive(arena: Arena): number {
  const { zones, targets, leadZones, robot, lead } = arena;
  const duration = (body: BodyLimits, from: Point, to: Point): number => {
    const length = Math.hypot(from.x - to.x, from.y - to.y);
    if (length === 0) return 0;
    const turn = Math.PI / body.maxYawRate + body.maxYawRate / body.maxYawAcceleration;
    const ramps = body.maxSpeed / body.maxAcceleration;
    return turn + length / body.maxSpeed + ramps + DRIVE_RESERVE_S;
  };
  const spots = leadZones.map((_, zone) => leadSpotOf(arena, zone));
  return Math.max(
    ...zones.flatMap((zone, from) => targets[from].map((to) => duration(robot, zone, zones[to]))),
    ...spots.flatMap((from) => spots.map((to) => duration(lead, from, to))),
  );
}
