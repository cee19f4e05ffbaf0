/** Kinds of robots: who is of which, how many there are of each, and how many of each are asked. Pure. */
import { z } from "zod";
import { InvalidInputError } from "../base/errors";
import type { Game, Kind, Sizes } from "./model";

/** Shares may miss their sum by this much. */
const TOLERANCE = 1e-6;

const sumOf = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((sum, number) => sum + number, 0);
const inWords = (sum: number): string => String(Number(sum.toFixed(6)));
const sharesOf = (kinds: readonly Kind[]): number[] => kinds.map(({ share }) => share);

export const kindsSchema = z
  .array(z.strictObject({ name: z.string().min(1), share: z.number().positive() }))
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
    return all.map(({ name, share }): Kind => ({ name, share: share / sum }));
  });

const ONE_KIND: readonly Kind[] = [{ name: "robot", share: 1 }];

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

/** The kind of the robot with this index (robot_<index>), whatever the number of robots. */
export function kindOfRobot(kinds: readonly Kind[], index: number): number {
  const before = kindCounts(kinds, index);
  return kindCounts(kinds, index + 1).findIndex((count, kind) => count > before[kind]);
}

/** Why a game's kinds cannot be shared among so many robots, and what to do; undefined: they can. */
export function kindsProblem({ kinds = [], name }: Game, robots: number): string | undefined {
  const none = kindCounts(kinds, robots).indexOf(0);
  if (none < 0) return undefined;
  const enough = Math.ceil(1 / Math.min(...sharesOf(kinds)));
  return `of ${robots} robots none is of the kind ${kinds[none].name} of ${name}, whose share is ${kinds[none].share}; have at least ${enough}, or give it a larger share`;
}

/**
 * @param localTransition P_l, [sL][sG][aL][sL']
 * @throws InvalidInputError where the local states are not those of such kinds
 */
export function requireKinds(
  kinds: readonly Kind[],
  { sL }: Sizes,
  localTransition: Float64Array,
  source: string,
): void {
  const zones = sL / kinds.length;
  const refuse = (problem: string): never => {
    throw new InvalidInputError(`${source}: ${problem}`);
  };
  if (!Number.isInteger(zones)) {
    refuse(
      `${sL} local states are not as many for each of ${kinds.length} kinds; mend local_kinds`,
    );
  }
  const perKind = localTransition.length / kinds.length;
  const change = localTransition.findIndex(
    (p, i) => p > 0 && Math.floor((i % sL) / zones) !== Math.floor(i / perKind),
  );
  if (change >= 0) {
    const state = Math.floor((change * sL) / localTransition.length);
    refuse(
      `local_transition leads from local state ${state} to another kind; no robot changes its kind`,
    );
  }
}

/**
 * Laws of the local states, [laws][sL], in which each kind has its share to the last digit.
 * @throws InvalidInputError where one has another share
 */
export function withShares(
  kinds: readonly Kind[] | undefined,
  laws: Float64Array,
  states: number,
  where: string,
): Float64Array {
  if (kinds === undefined) return laws;
  const zones = states / kinds.length;
  for (let from = 0; from < laws.length; from += zones) {
    const own = laws.subarray(from, from + zones);
    const { name, share } = kinds[(from / zones) % kinds.length];
    const sum = sumOf(own);
    if (Math.abs(sum - share) > TOLERANCE) {
      throw new InvalidInputError(
        `${where} gives the kind ${name} ${inWords(sum)} of the robots and its share is ${share}; make them agree`,
      );
    }
    own.forEach((p, i) => (own[i] = (p * share) / sum));
  }
  return laws;
}
