/**
 * Where the alternation at a table's size starts. In a small table all starts are tried. Before a large one
 * the alternation runs at points, which takes a second; where that ends best, and its values, are the starts.
 */
import { inTurns } from "../base/steps";
import { HistogramIndex, histogramCount } from "../game/histogram";
import { limitOf } from "../game/limit";
import { type Game, type PointsPair, sizesOf } from "../game/model";
import { Lookahead, vectorsOf } from "../policy/lookahead";
import { NO_TURNS, type Start, type Turns } from "./alternation";
import { type LearnSettings, pointSettingsOf } from "./options";
import { alternated } from "./points/learn_by_points";
import { breathe } from "./simulation";
import { startSteps } from "./starts";

/** Histograms of a table that is small enough to try all starts in; with the command, times |A_g|. */
const SMALL_HISTOGRAMS = 1500;
/** The same of the tables of all starts together, but at least one table. */
const MOST_HISTOGRAMS = 20_000;

/** @param blindPolicy π_l of the best blind pair */
export async function startsFor(
  game: Game,
  settings: LearnSettings,
  blindPolicy: Float32Array,
): Promise<{ readonly starts: readonly Start[]; readonly turns: Turns }> {
  const { tableSize, temperature, localForm, signal } = settings;
  const first = await inTurns(startSteps(game, blindPolicy, temperature, localForm), signal);
  const { sL, aG } = sizesOf(game);
  const histograms = histogramCount(sL, tableSize) * (localForm === "command" ? aG : 1);
  if (tableSize === 1 || histograms <= SMALL_HISTOGRAMS) {
    return { starts: first, turns: NO_TURNS };
  }
  const { candidates, turns } = await alternated(game, pointSettingsOf(game, settings), first);
  const starts: Start[] = [];
  const most = Math.max(1, Math.floor(MOST_HISTOGRAMS / histograms));
  for (const { pair } of candidates.slice(0, most)) {
    const values = await valuesOf(game, pair, tableSize, signal);
    starts.push({ localPolicy: pair.localPolicy, values });
  }
  return { starts, turns };
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
