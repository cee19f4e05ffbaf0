/**
 * Where the alternation at a table's size starts. In a small table all starts are tried. Before a large one
 * the alternation runs at points, which takes a second; where that ends best, and its values, are the starts.
 */
import { HistogramIndex, histogramCount } from "../game/histogram";
import { limitOf } from "../game/limit";
import { type Game, type PointsPair, sizesOf } from "../game/model";
import { Lookahead, vectorsOf } from "../policy/lookahead";
import type { Start, Turns } from "./alternation";
import { type LearnSettings, pointSettingsOf } from "./options";
import { PointResponder } from "./points/learn_by_points";
import { breathe } from "./simulation";
import { firstStarts } from "./starts";

/** Histograms of a table that is small enough to try all starts in. */
const SMALL_HISTOGRAMS = 1500;
/** Histograms of the tables of all starts together, but at least one table. */
const MOST_HISTOGRAMS = 20_000;

/** @param blindPolicy π_l of the best blind pair */
export async function startsFor(
  game: Game,
  settings: LearnSettings,
  blindPolicy: Float32Array,
): Promise<{ readonly starts: readonly Start[]; readonly turns: Turns }> {
  const { tableSize, temperature, population, seed, threads, signal, onProgress } = settings;
  const first = firstStarts(game, blindPolicy, temperature);
  const histograms = histogramCount(sizesOf(game).sL, tableSize);
  if (tableSize === 1 || histograms <= SMALL_HISTOGRAMS) {
    return { starts: first, turns: { iterations: 0, accepted: 0, sweeps: 0 } };
  }
  const asked = { temperature, population, seed, threads, signal, onProgress };
  const responder = new PointResponder(game, pointSettingsOf(game, asked));
  try {
    const { best, ends, turns } = await responder.alternate(first);
    const chosen = await responder.best(new Set([best, ...ends]));
    const inOrder = [...new Set([chosen, ...ends])];
    const starts: Start[] = [];
    for (const { pair } of inOrder.slice(
      0,
      Math.max(1, Math.floor(MOST_HISTOGRAMS / histograms)),
    )) {
      const values = await valuesOf(game, pair, tableSize, settings.signal);
      starts.push({ localPolicy: pair.localPolicy, values });
    }
    return { starts, turns };
  } finally {
    await responder.turns.close();
  }
}

/** V̲ of the pair at each histogram of a size, [sG][H]. */
async function valuesOf(
  game: Game,
  pair: PointsPair,
  tableSize: number,
  signal: LearnSettings["signal"],
): Promise<Float64Array> {
  const limit = limitOf(game, pair.localPolicy);
  const lookahead = new Lookahead(limit, vectorsOf(pair, limit.sizes));
  const index = new HistogramIndex(limit.sizes.sL, tableSize);
  const values = new Float64Array(limit.sizes.sG * index.count);
  const shares = new Float64Array(limit.sizes.sL);
  for (const g of game.globalStates.keys()) {
    index.forEach((counts, h) => {
      for (let s = 0; s < shares.length; s++) shares[s] = counts[s] / tableSize;
      values[g * index.count + h] = lookahead.at(g, shares);
    });
    await breathe(signal);
  }
  return values;
}

export function sumOf(a: Turns, b: Turns): Turns {
  return {
    iterations: a.iterations + b.iterations,
    accepted: a.accepted + b.accepted,
    sweeps: a.sweeps + b.sweeps,
  };
}
