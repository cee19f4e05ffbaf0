/** Kinds of robots: who is of which, how many there are of each, and how many of each are asked. Pure. */
import { z } from "zod";
import { InvalidInputError } from "../base/errors";
import { roundToSize } from "./histogram";
import type { Game, Kind } from "./model";
import { sumOf } from "./statistics";

/** Shares may miss their sum by this much. */
const TOLERANCE = 1e-6;

const inWords = (sum: number): string => String(Number(sum.toPrecision(9)));
const sharesOf = (kinds: readonly Kind[]): number[] => kinds.map(({ share }) => share);

const name = z
  .string()
  .min(1)
  .regex(/^[^/]*$/, {
    error: "a kind's name holds a /, which ends it in the name of a local state; leave the / out",
  });
export const kindsSchema = z
  .array(z.strictObject({ name, share: z.number().positive() }))
  .min(1)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    error: "two kinds have one name; give each a name of its own",
  })
  .refine((all) => Math.abs(sumOf(sharesOf(all)) - 1) <= TOLERANCE, {
    error: ({ input }) =>
      `the shares of all kinds sum to ${inWords(sumOf(sharesOf(input as Kind[])))}; make them sum to 1`,
  })
  .transform((all) => {
    const sum = sumOf(sharesOf(all));
    return all.map((kind) => ({ ...kind, share: kind.share / sum }));
  });

const ONE_KIND: readonly Kind[] = [{ name: "robot", share: 1 }];

/** The zones' names: those of the first kind's local states, without the kind. */
export function zoneNames({ kinds, localStates, arena }: Game): string[] {
  const prefix = kinds ? `${kinds[0].name}/` : "";
  return localStates
    .slice(0, arena.zones.length)
    .map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name));
}

/** The kinds of a game; where it names none, all robots are of one. */
export const kindsOf = ({ kinds }: Pick<Game, "kinds">): readonly Kind[] => kinds ?? ONE_KIND;

/**
 * How many of `robots` robots are of each kind, [kinds]: their shares, rounded by Webster's method. With
 * one robot more, one number is larger by one: the others keep their kinds.
 */
export function kindCounts(kinds: readonly Kind[], robots: number): number[] {
  // No kind gets fewer than this.
  const counts = kinds.map(({ share }) => Math.max(0, Math.floor(share * robots) - kinds.length));
  for (let left = robots - sumOf(counts); left > 0; left--) {
    const claims = kinds.map(({ share }, kind) => share / (2 * counts[kind] + 1));
    counts[claims.indexOf(Math.max(...claims))]++;
  }
  return counts;
}

/** The kind of robots that have this local state. */
export const kindOfState = (game: Pick<Game, "kinds" | "localStates">, state: number): number =>
  Math.floor((state * kindsOf(game).length) / game.localStates.length);

/** The game as `robots` robots play it: a kind's share is that which its number is of them. */
export function sharedAmong(game: Game, robots: number): Game {
  const { initialLocal: law, localStates } = game;
  const before = kindsOf(game);
  const counts = kindCounts(before, robots);
  const kinds = before.map((kind, c) => ({ ...kind, share: counts[c] / robots }));
  if (law.kind === "dirichlet") return { ...game, kinds };
  const probabilities = law.probabilities.map((p, i) => {
    const c = kindOfState(game, i % localStates.length);
    return (p * kinds[c].share) / before[c].share;
  });
  return { ...game, kinds, initialLocal: { ...law, probabilities } };
}

/** The kind of the robot with this index (robot_<index>), whatever the number of robots. */
export function kindOfRobot(kinds: readonly Kind[], index: number): number {
  const before = kindCounts(kinds, index);
  return kindCounts(kinds, index + 1).findIndex((count, kind) => count > before[kind]);
}

/**
 * The kind of this name.
 * @param key where it stands
 * @throws InvalidInputError where the scenario has none
 */
export function kindNamed(wanted: string, { kinds = [], name }: Game, key: string): number {
  const names = kinds.map((kind) => kind.name);
  if (names.includes(wanted)) return names.indexOf(wanted);
  const known =
    names.length > 0
      ? `the kinds of ${name} are: ${names.join(", ")}; give one of them, or`
      : `${name} has no kinds;`;
  throw new InvalidInputError(`${key} is ${wanted} and ${known} leave it out`);
}

/** Why a game's kinds cannot be shared among so many robots, and what to do; undefined: they can. */
export function kindsProblem({ kinds = [], name }: Game, robots: number): string | undefined {
  const none = kindCounts(kinds, robots).indexOf(0);
  if (none < 0) return undefined;
  const rarest = Math.min(...sharesOf(kinds));
  // Its first robot comes there, or at most kinds.length + 1 later.
  let enough = Math.max(robots + 1, Math.floor((1 / rarest - kinds.length) / 2));
  while (kindCounts(kinds, enough).includes(0)) enough++;
  return `with n = ${robots} no robot is of the kind ${kinds[none].name} of ${name}, whose share is ${inWords(kinds[none].share)}; have at least ${enough}, or give it a larger share`;
}

/** `by_kind`: robots of each kind are drawn among themselves, so that each kind is seen. */
export type Sampling = "uniform" | "by_kind";

/**
 * How many robots there are to draw from: of each kind, or all together.
 * @param counts of the robots in each local state, [sL], where they do not follow from the shares
 */
export function groupsOf(
  game: Game,
  sampling: Sampling,
  robots: number,
  counts?: ArrayLike<number>,
): number[] {
  if (sampling === "uniform") return [robots];
  return counts ? kindTotals(game, counts) : kindCounts(kindsOf(game), robots);
}

/** How many robots of each kind are in these local states, [sL]. */
export function kindTotals(game: Game, counts: ArrayLike<number>): number[] {
  const totals = kindsOf(game).map(() => 0);
  for (let s = 0; s < counts.length; s++) totals[kindOfState(game, s)] += counts[s];
  return totals;
}

/**
 * How many are asked of each group of robots when `size` are of all: in proportion, by largest remainder,
 * and at least one of each, where that is possible.
 */
export function splitSample(groups: ArrayLike<number>, size: number): number[] {
  const sizes = Array.from(roundToSize(groups, size));
  sizes.forEach((own, group) => {
    const most = Math.max(...sizes);
    if (own > 0 || groups[group] === 0 || most < 2) return;
    sizes[sizes.indexOf(most)]--;
    sizes[group]++;
  });
  return sizes;
}

/**
 * Why robots cannot be drawn so, and what to do; undefined: they can.
 * @param size k; undefined: not given
 */
export function samplingProblem(
  { kinds, name }: Game,
  sampling: Sampling,
  size?: number,
): string | undefined {
  if (sampling === "uniform") return undefined;
  if (kinds === undefined) {
    return `robots cannot be sampled by_kind: ${name} has no kinds; sample uniform, or give its map kinds`;
  }
  if (size === undefined || size >= kinds.length) return undefined;
  return `sampled by_kind, at least one robot of each kind is asked, and ${size} of ${kinds.length} kinds are not enough; ask at least ${kinds.length}, or sample uniform`;
}

/** @throws InvalidInputError where the arrays and the start of a game are not those of its kinds */
export function requireKinds(game: Game, source: string): void {
  const { kinds, localStates, localTransition, initialLocal } = game;
  if (kinds === undefined) return;
  const { length } = localStates;
  const rows = localTransition.length / length;
  const isKept = (p: number, i: number): boolean =>
    p === 0 || kindOfState(game, i % length) === kindOfState(game, Math.floor(i / rows));
  if (length % kinds.length !== 0 || !localTransition.every(isKept)) {
    throw new InvalidInputError(
      `${source}: local_kinds do not fit local_transition; give each kind as many local states, none of which leads to another kind's`,
    );
  }
  const laws = initialLocal.kind === "dirichlet" ? [] : initialLocal.probabilities;
  for (let from = 0; from < laws.length; from += length) {
    const totals = kindTotals(game, laws.slice(from, from + length));
    const wrong = totals.findIndex((sum, c) => Math.abs(sum - kinds[c].share) > TOLERANCE);
    if (wrong < 0) continue;
    const { name, share } = kinds[wrong];
    throw new InvalidInputError(
      `${source}: initial.local gives the kind ${name} ${inWords(totals[wrong])} of the robots and its share is ${inWords(share)}; make them agree`,
    );
  }
}
