/**
 * From coarse to fine: many starts are tried where a table is small and cheap, and those that end
 * best go on in tables of twice the size, with their values for a start.
 */
import { histogramCount } from "../game/histogram";
import { type Game, sizesOf } from "../game/model";
import { Alternation, type Blind, type Start } from "./alternation";
import { elevate } from "./elevation";
import type { LearnSettings } from "./options";
import { randomLeadResponse, steadyLeadResponse } from "./starts";

/** Histograms of a table that is small enough to start with. */
const COARSEST = 1500;
/** Histograms of all tables of one size together, but at least one table. */
const MOST_TOGETHER = 75_000;

/** Sizes of tables to go through, the last one `tableSize`. */
export function levelsOf(states: number, tableSize: number): number[] {
  const isCoarsest = tableSize === 1 || histogramCount(states, tableSize) <= COARSEST;
  return isCoarsest ? [tableSize] : [...levelsOf(states, Math.ceil(tableSize / 2)), tableSize];
}

/** What all levels did together. */
export interface Turns {
  iterations: number;
  accepted: number;
  sweeps: number;
}

/** @param finish is given the alternation at the full table size, with its best pair */
export async function alternateByLevels<T>(
  game: Game,
  options: LearnSettings,
  finish: (alternation: Alternation) => Promise<T>,
): Promise<{ turns: Turns; finished: T }> {
  const { sG, sL } = sizesOf(game);
  const turns: Turns = { iterations: 0, accepted: 0, sweeps: 0 };
  const levels = levelsOf(sL, options.tableSize);
  let starts: Start[] | undefined;
  let blind: Blind | undefined;
  for (const [level, tableSize] of levels.entries()) {
    const isLast = level === levels.length - 1;
    // What the user should know is of the table that is kept.
    const warn = isLast ? options.warn : undefined;
    const alternation = new Alternation(game, { ...options, tableSize, warn });
    try {
      blind ??= await alternation.bestBlind();
      const ends = await alternation.run(starts ?? firstStarts(game, blind, options.temperature));
      turns.iterations += alternation.iterations;
      turns.accepted += alternation.accepted;
      turns.sweeps += alternation.sweeps;
      if (isLast) {
        await alternation.keepAbove(blind);
        return { turns, finished: await finish(alternation) };
      }
      const next = levels[level + 1];
      const kept = Math.max(1, Math.floor(MOST_TOGETHER / histogramCount(sL, next)));
      starts = [];
      for (const { pair } of ends.slice(0, kept)) {
        const values = await elevate(pair.globalValues, sG, sL, tableSize, next, options.signal);
        starts.push({ localPolicy: pair.localPolicy, values });
      }
    } finally {
      await alternation.close();
    }
  }
  throw new Error("no table size was learned at");
}

function firstStarts(game: Game, blind: Blind, temperature?: number): Start[] {
  return [
    blind.localPolicy,
    steadyLeadResponse(game, temperature),
    randomLeadResponse(game, temperature),
  ].map((localPolicy) => ({ localPolicy }));
}
