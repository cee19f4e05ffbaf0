/**
 * The key `map` of a scenario file: zones, lanes, jobs, the lead vehicle's places and rewards by place.
 * What it stands for is written out as the keys of the long form. Metres.
 */
import { InvalidInputError } from "../base/errors";
import { defaultStandoff, leadSpotOf, type Point, type Zone } from "./arena";
import { ringOf } from "./arena_file";
import { checkedMap, type MapFile, type NamesFile } from "./file_check";

const STAY = "stay";
/** In a reward: the lead vehicle is at a place that serves the robot's zone. */
const HERE = "here";

/** What stands in a map's place, in the long form. */
const LONG_FORM = [
  ...["global_states", "global_actions", "local_states", "local_actions"],
  ...["global_transition", "local_transition", "global_reward", "local_reward", "local_kinds"],
];
const LONG_ARENA = ["zones", "ring", "job_end_probability", "zone_offsets", "targets"];

const isObject = (data: unknown): data is Record<string, unknown> =>
  typeof data === "object" && data !== null && !Array.isArray(data);

/**
 * What a scenario file says, with a map written out: names, arrays [sG][aG][sG'], [sL][sG][aL][sL'],
 * [sG][aG], [sL][sG][aL], and the arena's zones, targets, jobs and places. Without a map: the same.
 * @throws InvalidInputError that names the source, what is wrong with the map and what to change
 */
export function writtenOut(data: unknown, source: string): unknown {
  if (isObject(data) && "kinds" in data) {
    throw new InvalidInputError(`${source}: kinds stand outside a map; say them as map.kinds`);
  }
  if (!isObject(data)) return data;
  if (data.map === undefined) return { arena: {}, ...data };
  const { map: given, ...rest } = data;
  const own = isObject(rest.arena) ? rest.arena : {};
  const beside =
    LONG_FORM.find((key) => key in rest) ??
    [...LONG_ARENA, "lead_places"].find((key) => key in own);
  if (beside) return refuse(source, `stands beside ${beside}, which it makes; keep one of them`);
  const { arena, ...game } = built(checkedMap(given, source), source);
  return { ...rest, ...game, arena: { ...own, ...arena } };
}

/** Nanometres are enough. */
const tidy = (metres: number): number => Math.round(metres * 1e9) / 1e9;

/** Zones, places or kinds: what they are called, all names, and how an error begins. */
interface Named {
  readonly what: "zone" | "place" | "kind";
  readonly names: readonly string[];
  readonly source: string;
}

function namedOf(what: Named["what"], list: readonly { name: string }[], source: string): Named {
  const names = list.map((one) => one.name);
  const twice = names.find((one, i) => names.indexOf(one) < i);
  if (twice === undefined && names.length > 0) return { what, names, source };
  return refuse(
    source,
    twice === undefined
      ? `has no ${what}s; give some, in rows, ring or zones`
      : `has two ${what}s of the name ${twice}; give each a name of its own`,
  );
}

function refuse(source: string, problem: string): never {
  throw new InvalidInputError(`${source}: map ${problem}`);
}

/** Indices of names and of patterns such as `bay_*`. @param key where they stand, for the error */
function indicesOf({ what, names, source }: Named, wanted: NamesFile, key: string) {
  return [wanted].flat().flatMap((one) => {
    const fits = one.endsWith("*")
      ? (other: string) => other.startsWith(one.slice(0, -1))
      : (other: string) => other === one;
    const found = [...names.keys()].filter((i) => fits(names[i]));
    if (found.length > 0) return found;
    const known = names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
    return refuse(
      source,
      `${key} names ${one}, which is no ${what}; its ${what}s are ${known || "none"}`,
    );
  });
}

type MapZone = { readonly name: string } & Zone;

function zonesOf({ rows, ring, zones, radius }: MapFile): MapZone[] {
  const inRows = (rows?.zones ?? []).flatMap((row, r) =>
    row.flatMap((name, c) =>
      name === null
        ? []
        : [{ name, x: tidy(c * rows!.spacing), y: tidy(-r * rows!.spacing), radius }],
    ),
  );
  const { zones: around = [], radius: distance = 1 } = ring ?? {};
  const onRing = ringOf(around.length, { radius: distance, zone_radius: radius });
  return [
    ...inRows,
    ...onRing.map(({ x, y }, i) => ({ name: around[i], x, y, radius })),
    ...zones.map(({ name, at: [x, y], radius: own = radius }) => ({ name, x, y, radius: own })),
  ];
}

/** Lanes that rows and ring make, by names. */
function neighbourLanes({ rows, ring }: MapFile, zones: Named): MapFile["lanes"] {
  const groups = (rows?.apart ?? []).map((group, i) => {
    const own = new Set(indicesOf(zones, group, `rows.apart[${i}]`).map((z) => zones.names[z]));
    if (own.size > 1) return own;
    const [alone] = own;
    return refuse(
      zones.source,
      `rows.apart[${i}] is ${alone} alone, which parts nothing; give lists such as [[${alone}, another]]`,
    );
  });
  const grid = rows?.zones ?? [];
  const join = (a: string | null, b: string | null = null, actions: string[]) =>
    a === null || b === null || groups.some((group) => group.has(a) && group.has(b))
      ? []
      : [{ along: [a, b], actions, probability: 1 }];
  const inRows = grid.flatMap((row, r) =>
    row.flatMap((one, c) => [
      ...join(one, row[c + 1], ["east", "west"]),
      ...join(one, grid[r + 1]?.[c], ["south", "north"]),
    ]),
  );
  const around = ring?.zones ?? [];
  const up = around.map((one, i) => join(one, around[(i + 1) % around.length], ["up", "down"]));
  return [...inRows, ...(around.length > 1 ? up.flat() : [])];
}

/** Where each action leads from each zone, and with which probability. */
type Lanes = readonly ReadonlyMap<string, { readonly to: number; readonly probability: number }>[];

function lanesOf(map: MapFile, zones: Named): Lanes {
  const lanes = zones.names.map(() => new Map<string, { to: number; probability: number }>());
  const made = neighbourLanes(map, zones);
  for (const [i, { along, actions, probability }] of [...made, ...map.lanes].entries()) {
    const key = i < made.length ? "rows or ring" : `lanes[${i - made.length}]`;
    const add = (from: number, to: number, action: string | undefined): void => {
      if (action === undefined) return;
      const [start, end] = [from, to].map((zone) => zones.names[zone]);
      const problem =
        (from === to && "itself; leave it out, robots can stay") ||
        (action === STAY && `${end} by ${STAY}, which is not to move; name it otherwise`) ||
        (lanes[from].has(action) &&
          `${end} by ${action}, as another lane does; rename one of them`);
      if (problem) refuse(zones.source, `${key} leads from ${start} to ${problem}`);
      lanes[from].set(action, { to, probability });
    };
    const way = indicesOf(zones, along, key);
    for (const [k, next] of way.slice(1).entries()) {
      add(way[k], next, actions[0]);
      add(next, way[k], actions[1]);
    }
  }
  return lanes;
}

/** Whoever is in a zone gets to every other, by and by. */
function requireConnected(lanes: Lanes, { names, source }: Named): void {
  const onward = lanes.map((byAction) => [...byAction.values()].map(({ to }) => to));
  const backward = names.map((_, zone) =>
    [...names.keys()].filter((z) => onward[z].includes(zone)),
  );
  for (const [next, ends] of [
    [onward, (far: string) => [names[0], far]],
    [backward, (far: string) => [far, names[0]]],
  ] as const) {
    const seen = new Set([0]);
    for (const zone of seen) for (const to of next[zone]) seen.add(to);
    const far = names.find((_, zone) => !seen.has(zone));
    if (far === undefined) continue;
    const [from, to] = ends(far);
    refuse(
      source,
      `leads nobody from ${from} to ${to}, whatever lanes are taken; add a lane ${far === to ? "to" : "from"} ${far}`,
    );
  }
}

type PlaceFile = Exclude<NonNullable<MapFile["places"]>[number], string>;

/** The lead's places: where each is, if it is no zone's, and the zones that it serves. */
function placesOf({ places }: MapFile, zones: Named) {
  const given = (places ?? zones.names).map((one): PlaceFile =>
    typeof one === "string" ? { name: one } : one,
  );
  return given.flatMap(({ name, at, serves }, i) => {
    const key = `places[${i}]`;
    const isZone = zones.names.includes(name) || name.endsWith("*");
    if (at && !isZone) return [{ name, at, zone: -1, serves: indicesOf(zones, serves ?? [], key) }];
    const own = indicesOf(zones, [name], key);
    return own.map((zone) => {
      const served = serves ? indicesOf(zones, serves, key) : [zone];
      return { name: zones.names[zone], at, zone, serves: served };
    });
  });
}

type Places = ReturnType<typeof placesOf>;

/** The map as it is for each kind of robots: what is said for others has no effect. */
function kindMaps(map: MapFile, source: string): MapFile[] {
  const kinds: Named = { what: "kind", names: map.kinds?.map(({ name }) => name) ?? [], source };
  return (map.kinds ?? [undefined]).map((_, kind) => {
    const isFor = (names: NamesFile | undefined, key: string): boolean =>
      names === undefined || indicesOf(kinds, names, key).includes(kind);
    return {
      ...map,
      jobs: map.jobs.map((job, i) =>
        isFor(job.kinds, `jobs[${i}]`) ? job : { ...job, zones: [] },
      ),
      rewards: map.rewards.map((rule, i) =>
        isFor(rule.kinds, `rewards[${i}]`) ? rule : { ...rule, reward: 0 },
      ),
    };
  });
}

/** r_l of a kind without the moves, [zones][sG]. */
function rewardsOf({ rewards }: MapFile, zones: Named, places: Places, placed: Named): number[][] {
  const sums = zones.names.map(() => places.map(() => 0));
  for (const [i, { zones: inZones, lead, reward }] of rewards.entries()) {
    const key = `rewards[${i}]`;
    const at = new Set(inZones ? indicesOf(zones, inZones, key) : zones.names.keys());
    const leads = [lead ?? "*"].flat();
    const isHere = leads.includes(HERE);
    const others = leads.filter((one) => one !== HERE);
    const named = new Set(indicesOf(placed, others, key));
    let fits = 0;
    for (const zone of at) {
      places.forEach(({ serves }, place) => {
        if (!named.has(place) && !(isHere && serves.includes(zone))) return;
        sums[zone][place] += reward;
        fits++;
      });
    }
    if (fits === 0) refuse(zones.source, `${key} fits no zone and place; say which, by serves too`);
  }
  return sums;
}

/** Of a kind in each zone. */
function jobEndsOf({ jobs }: MapFile, zones: Named): number[] {
  const ends = zones.names.map(() => 1);
  for (const [i, { zones: held, end }] of jobs.entries()) {
    for (const zone of indicesOf(zones, held, `jobs[${i}]`)) ends[zone] = end;
  }
  return ends;
}

/** P_l where the lead vehicle does not matter, [sL][aL][sL'], by the jobs' ends in each local state. */
const lawsOf = (lanes: Lanes, ends: readonly number[], actions: readonly string[]) =>
  ends.map((end, state) =>
    actions.map((action) => {
      const zone = state % lanes.length;
      const { to = zone, probability = 0 } = lanes[zone].get(action) ?? {};
      const law = ends.map(() => 0);
      law[state - zone + to] = end * probability;
      law[state] = 1 - end * probability;
      return law;
    }),
  );

/** r_g of each place, [sG]. */
function leadRewardsOf(map: MapFile, placed: Named): number[] {
  const earned = placed.names.map(() => 0);
  for (const [i, { lead, reward }] of map.lead_rewards.entries()) {
    for (const place of indicesOf(placed, lead, `lead_rewards[${i}]`)) earned[place] += reward;
  }
  return earned;
}

/** The long form's keys. */
function built(map: MapFile, source: string) {
  const list = zonesOf(map);
  const zones = namedOf("zone", list, source);
  const lanes = lanesOf(map, zones);
  requireConnected(lanes, zones);
  const places = placesOf(map, zones);
  const placed = namedOf("place", places, source);
  const maps = kindMaps(map, source);
  const prefixes = map.kinds?.map(({ name }) => `${name}/`) ?? [""];
  const ends = maps.flatMap((own) => jobEndsOf(own, zones));
  const actions = [STAY, ...new Set(lanes.flatMap((byAction) => [...byAction.keys()]))];
  const rewards = maps.flatMap((own) => rewardsOf(own, zones, places, placed));
  return {
    global_states: placed.names,
    global_actions: placed.names.map((one) => `to_${one}`),
    local_states: prefixes.flatMap((prefix) => zones.names.map((name) => prefix + name)),
    ...(map.kinds && { local_kinds: map.kinds }),
    local_actions: actions,
    global_transition: places.map(() => places.map((to) => places.map((g) => (g === to ? 1 : 0)))),
    local_transition: lawsOf(lanes, ends, actions).map((law) => places.map(() => law)),
    global_reward: leadRewardsOf(map, placed).map((reward) => places.map(() => reward)),
    local_reward: rewards.map((row, state) => {
      const own = lanes[state % lanes.length];
      return row.map((r) => actions.map((action) => r + (own.has(action) ? map.move_reward : 0)));
    }),
    arena: {
      zones: list.map(({ x, y, radius }) => ({ x, y, radius })),
      targets: lanes.map((byAction, zone) => actions.map((a) => byAction.get(a)?.to ?? zone)),
      job_end_probability: ends,
      ...(map.places && { lead_places: places.map((place) => pointOf(place, list)) }),
    },
  };
}

/** A zone that is a place is served from beside its robots. */
function pointOf({ at, zone }: Places[number], zones: readonly Zone[]): Point {
  if (at) return { x: at[0], y: at[1] };
  return leadSpotOf({ zones, leadZones: zones, leadStandoff: defaultStandoff(zones) }, zone);
}
