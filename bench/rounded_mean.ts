/**
 * A learner of the kind of the authors' code (repository emiletimothy/alternating-marl), to compare
 * with: the next histogram is the rounded mean one; L-LEARN is soft and takes the stationary law
 * under uniform s_g for the occupancy; five turns, the last pair is kept.
 */
import { HistogramIndex, roundToSize } from "../src/game/histogram";
import { KeyedStream } from "../src/game/keyed_stream";
import { type Game, type TablePair, sizesOf } from "../src/game/model";
import { MultinomialRows } from "../src/game/multinomial";
import { type SurrogateMove, surrogateOf } from "../src/learning/sweeper";

const TURNS = 5;
const SWEEPS = 100;
const GUESSES = 200;
const STATIONARY_EPOCHS = 50;
/** Softmax temperature: a third of a state's range of Q, at least 0.3. */
const TEMPERATURE_SHARE = 1 / 3;
const LEAST_TEMPERATURE = 0.3;

export function roundedMeanLearner(game: Game, tableSize: number): TablePair {
  const { sG, sL, aL } = sizesOf(game);
  const index = new HistogramIndex(sL, tableSize);
  let localPolicy: Float64Array = new Float64Array(sL * sG * aL).fill(1 / aL);
  let globalPolicy = new Uint8Array(sG * index.count);
  for (let turn = 0; turn < TURNS; turn++) {
    const robots = surrogateOf(game, index, localPolicy).map(([move]) => move);
    const kernels = robots.map(({ kernel }) => kernel);
    globalPolicy = learnGlobalRounded(game, index, robots);
    localPolicy = learnLocalSoft(game, leadKernel(game, index, globalPolicy, kernels));
  }
  const globalValues = new Float32Array(globalPolicy.length);
  return { tableSize, localPolicy: Float32Array.from(localPolicy), globalPolicy, globalValues };
}

/** Row vector times matrix ([from][to]). */
function times(row: ArrayLike<number>, matrix: ArrayLike<number>): Float64Array {
  const out = new Float64Array(row.length);
  return out.map((_, to) =>
    out.reduce((sum, _, from) => sum + row[from] * matrix[from * row.length + to], 0),
  );
}

function learnGlobalRounded(
  game: Game,
  index: HistogramIndex,
  robots: readonly SurrogateMove[],
): Uint8Array<ArrayBuffer> {
  const { sG, aG } = sizesOf(game);
  const { count, size } = index;
  const reward = robots.flatMap(({ sampleReward }) => [...sampleReward]);
  const histograms: Int32Array[] = [];
  index.forEach((counts) => histograms.push(counts.slice()));
  const next = Int32Array.from(reward, (_, i) => {
    const mean = times(histograms[i % count], robots[Math.floor(i / count)].kernel);
    return index.indexOf(roundToSize(mean, size));
  });
  let values = new Float64Array(sG * count);
  const policy = new Uint8Array(sG * count);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    values = values.map((_, i) => {
      let best = -Infinity;
      for (let a = 0; a < aG; a++) {
        const row = Math.floor(i / count) * aG + a;
        let future = 0;
        for (let to = 0; to < sG; to++) {
          future += game.globalTransition[row * sG + to] * values[to * count + next[i]];
        }
        const q = game.globalReward[row] + reward[i] + game.discount * future;
        if (q > best) [best, policy[i]] = [q, a];
      }
      return best;
    });
  }
  return policy;
}

/** P(s_g' | s_g) under samples of the stationary law, [sG][sG']. */
function leadKernel(
  game: Game,
  index: HistogramIndex,
  globalPolicy: Uint8Array,
  kernels: readonly Float64Array[],
): Float64Array {
  const { sG, aG, sL } = sizesOf(game);
  const law = new MultinomialRows(stationaryLaw(kernels, sL), sL);
  const stream = new KeyedStream(999);
  const lead = new Float64Array(sG * sG);
  for (let guess = 0; guess < sG * GUESSES; guess++) {
    const g = Math.floor(guess / GUESSES);
    const counts = new Int32Array(sL);
    law.add(index.size, 0, counts, stream.next);
    const a = globalPolicy[g * index.count + index.indexOf(counts)];
    for (let to = 0; to < sG; to++) {
      lead[g * sG + to] += game.globalTransition[(g * aG + a) * sG + to] / GUESSES;
    }
  }
  return lead;
}

/** The local states' law after many epochs from the uniform one, every s_g alike at each. */
function stationaryLaw(kernels: readonly Float64Array[], sL: number): Float64Array {
  const mean = kernels[0].map(
    (_, i) => kernels.reduce((sum, kernel) => sum + kernel[i], 0) / kernels.length,
  );
  let law: Float64Array = new Float64Array(sL).fill(1 / sL);
  for (let epoch = 0; epoch < STATIONARY_EPOCHS; epoch++) law = times(law, mean);
  return law;
}

function learnLocalSoft(game: Game, lead: Float64Array): Float64Array {
  const { sG, sL, aL } = sizesOf(game);
  let values = new Float64Array(sL * sG);
  let q = new Float64Array(sL * sG * aL);
  const rowOf = (state: number): Float64Array => q.subarray(state * aL, (state + 1) * aL);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    q = q.map((_, i) => {
      const g = Math.floor(i / aL) % sG;
      let future = 0;
      for (let at = 0; at < sL * sG; at++) {
        const moved = game.localTransition[i * sL + Math.floor(at / sG)];
        future += moved * lead[g * sG + (at % sG)] * values[at];
      }
      return game.localReward[i] + game.discount * future;
    });
    values = values.map((_, state) => Math.max(...rowOf(state)));
  }
  return q.map((value, i) => {
    const own = rowOf(Math.floor(i / aL));
    const best = Math.max(...own);
    const temperature = Math.max(LEAST_TEMPERATURE, (best - Math.min(...own)) * TEMPERATURE_SHARE);
    const weight = (other: number): number => Math.exp((other - best) / temperature);
    return weight(value) / own.reduce((sum, other) => sum + weight(other), 0);
  });
}
