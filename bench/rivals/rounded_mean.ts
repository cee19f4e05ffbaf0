/**
 * A learner of the kind of the authors' code (repository emiletimothy/alternating-marl), to compare
 * with: the next histogram is the rounded mean one; L-LEARN is soft and takes the stationary law
 * under uniform s_g for the occupancy; five turns, the last pair is kept. Each of these can be changed alone.
 */
import { finish } from "../../src/base/steps";
import { HistogramIndex, roundToSize } from "../../src/game/histogram";
import { KeyedStream } from "../../src/game/keyed_stream";
import { type Game, type TablePair, sizesOf } from "../../src/game/model";
import { MultinomialRows } from "../../src/game/multinomial";
import { effectiveKernel, localSteps } from "../../src/learning/local_learner";
import { Occupancy } from "../../src/learning/occupancy";
import { settingsOf } from "../../src/learning/options";
import { Responder } from "../../src/learning/responder";
import { OBSERVED_ROLLOUTS, simulationOf, trialOf } from "../../src/learning/simulation";
import { type SurrogateMove, surrogateOf } from "../../src/learning/sweeper";

const TURNS = 5;
const SWEEPS = 100;
const GUESSES = 200;
const STATIONARY_EPOCHS = 50;
/** Softmax temperature: a third of a state's range of Q, at least 0.3. */
const TEMPERATURE_SHARE = 1 / 3;
const LEAST_TEMPERATURE = 0.3;

/**
 * @param changes what our learner does in its place: "exact" backups, the pair's own "occupancy", the "greedy"
 * response; none: the authors' way
 */
export async function roundedMeanLearner(
  game: Game,
  options: { readonly tableSize: number; readonly population: number; readonly seed: number },
  changes: readonly string[] = [],
): Promise<TablePair> {
  const { sG, sL, aL } = sizesOf(game);
  const { tableSize, seed } = options;
  const settings = settingsOf(game, options);
  const index = new HistogramIndex(sL, tableSize);
  const responder = new Responder(game, settings);
  let localPolicy = new Float32Array(sL * sG * aL).fill(1 / aL);
  let globalPolicy = new Uint8Array(sG * index.count);
  const globalValues = new Float32Array(globalPolicy.length);
  for (let turn = 0; turn < TURNS; turn++) {
    const robots = surrogateOf(game, index, localPolicy).map(([move]) => move);
    globalPolicy = changes.includes("exact")
      ? Uint8Array.from((await responder.respond({ localPolicy })).pair.globalPolicy)
      : learnGlobalRounded(game, index, robots);
    const pair = { tableSize, localPolicy, globalPolicy, globalValues };
    const law = changes.includes("occupancy")
      ? occupied(game, pair, simulationOf(settings, "compare", OBSERVED_ROLLOUTS))
      : guessed(game, index, globalPolicy, robots, seed);
    localPolicy = changes.includes("greedy")
      ? Float32Array.from(finish(localSteps(game, law)))
      : learnLocalSoft(game, effectiveKernel(game, law));
  }
  await responder.close();
  return { tableSize, localPolicy, globalPolicy, globalValues };
}

/** P(a_g | s_l, s_g) where the pair leads itself. */
function occupied(game: Game, pair: TablePair, options: Parameters<typeof trialOf>[3]) {
  const occupancy = new Occupancy(game);
  trialOf(game, pair, "sample", options, occupancy.visit).play();
  return occupancy.actionLaw();
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

/** P(a_g | s_g) under samples of the stationary law, as [sL][sG][aG]. */
function guessed(
  game: Game,
  index: HistogramIndex,
  globalPolicy: Uint8Array,
  robots: readonly SurrogateMove[],
  seed: number,
): Float64Array {
  const { sG, aG, sL } = sizesOf(game);
  const kernels = robots.map(({ kernel }) => kernel);
  const law = new MultinomialRows(stationaryLaw(kernels, sL), sL);
  const stream = new KeyedStream(seed);
  const lead = new Float64Array(sG * aG);
  for (let guess = 0; guess < sG * GUESSES; guess++) {
    const g = Math.floor(guess / GUESSES);
    const counts = new Int32Array(sL);
    law.add(index.size, 0, counts, stream.next);
    lead[g * aG + globalPolicy[g * index.count + index.indexOf(counts)]] += 1 / GUESSES;
  }
  return Float64Array.from({ length: sL * lead.length }, (_, i) => lead[i % lead.length]);
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

/** @param lead P(s_g' | s_g, s_l), [sL][sG][sG'] */
function learnLocalSoft(game: Game, lead: Float64Array): Float32Array<ArrayBuffer> {
  const { sG, sL, aL } = sizesOf(game);
  let values = new Float64Array(sL * sG);
  let q = new Float64Array(sL * sG * aL);
  const rowOf = (state: number): Float64Array => q.subarray(state * aL, (state + 1) * aL);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    q = q.map((_, i) => {
      const row = Math.floor(i / aL) * sG;
      let future = 0;
      for (let at = 0; at < sL * sG; at++) {
        const moved = game.localTransition[i * sL + Math.floor(at / sG)];
        future += moved * lead[row + (at % sG)] * values[at];
      }
      return game.localReward[i] + game.discount * future;
    });
    values = values.map((_, state) => Math.max(...rowOf(state)));
  }
  return Float32Array.from(q, (value, i) => {
    const own = rowOf(Math.floor(i / aL));
    const best = Math.max(...own);
    const temperature = Math.max(LEAST_TEMPERATURE, (best - Math.min(...own)) * TEMPERATURE_SHARE);
    const weight = (other: number): number => Math.exp((other - best) / temperature);
    return weight(value) / own.reduce((sum, other) => sum + weight(other), 0);
  });
}
