/**
 * From coarse to fine: many starts are tried where a table is small and cheap. Those that end best
 * go on in tables of twice the size, with their values for a start.
 */
import { histogramCount } from "../game/histogram";
import { type Game, sizesOf } from "../game/model";
import { Alternation, type Start, type Turns } from "./alternation";
import { elevate } from "./elevation";
import type { LearnSettings } from "./options";
import { withResponder } from "./responder";
import { firstStarts } from "./starts";

/** Histograms of a table that is small enough to start with. */
const COARSEST_HISTOGRAMS = 1500;
/** Histograms of all tables of one size together, but at least one table. */
const MOST_HISTOGRAMS = 75_000;

/** The size of the table to learn before that of `tableSize`; undefined: none. */
export function coarserSize(states: number, tableSize: number): number | undefined {
  const isCoarsest = tableSize === 1 || histogramCount(states, tableSize) <= COARSEST_HISTOGRAMS;
  return isCoarsest ? undefined : Math.ceil(tableSize / 2);
}

/**
 * Learns at all coarser table sizes.
 * @param blindPolicy π_l of the best blind pair
 * @returns where the alternation at `settings.tableSize` starts, and what the coarser ones did
 */
export async function startsFor(
  game: Game,
  settings: LearnSettings,
  blindPolicy: Float32Array,
): Promise<{ readonly starts: readonly Start[]; readonly turns: Turns }> {
  const { tableSize, temperature, signal } = settings;
  const { sG, sL } = sizesOf(game);
  const coarser = coarserSize(sL, tableSize);
  if (coarser === undefined) {
    const starts = firstStarts(game, blindPolicy, temperature);
    return { starts, turns: { iterations: 0, accepted: 0, sweeps: 0 } };
  }
  // Warnings are about the table that is kept.
  const below = { ...settings, tableSize: coarser, warn: undefined };
  const before = await startsFor(game, below, blindPolicy);
  const { ends, turns } = await withResponder(game, below, (responder) =>
    new Alternation(responder).run(before.starts),
  );
  const kept = Math.max(1, Math.floor(MOST_HISTOGRAMS / histogramCount(sL, tableSize)));
  const starts: Start[] = [];
  for (const { pair } of ends.slice(0, kept)) {
    const values = await elevate(pair.globalValues, sG, sL, coarser, tableSize, signal);
    starts.push({ localPolicy: pair.localPolicy, values });
  }
  return { starts, turns: sumOf(before.turns, turns) };
}

export function sumOf(a: Turns, b: Turns): Turns {
  return {
    iterations: a.iterations + b.iterations,
    accepted: a.accepted + b.accepted,
    sweeps: a.sweeps + b.sweeps,
  };
}
