/**
 * A learner of the kind of the authors' code (repository emiletimothy/alternating-marl), to compare
 * with: the next histogram is the rounded mean one; L-LEARN is soft and takes the stationary law
 * under uniform s_g for the occupancy; five turns, the last pair is kept.
 */
import { HistogramIndex, roundToSize } from "../src/game/histogram";
import { KeyedStream } from "../src/game/keyed_stream";
import {
  type Game,
  localKernel,
  meanLocalReward,
  type PolicyPair,
  sizesOf,
} from "../src/game/model";
import { MultinomialRows } from "../src/game/multinomial";

const TURNS = 5;
const SWEEPS = 100;
const GUESSES = 200;
/** Softmax temperature: a third of a state's range of Q, at least 0.3. */
const TEMPERATURE_SHARE = 1 / 3;
const LEAST_TEMPERATURE = 0.3;

export function roundedMeanLearner(game: Game, tableSize: number): PolicyPair {
  const { sG, sL, aL } = sizesOf(game);
  const index = new HistogramIndex(sL, tableSize);
  let localPolicy: Float64Array = new Float64Array(sL * sG * aL).fill(1 / aL);
  let globalPolicy = new Uint8Array(sG * index.count);
  for (let turn = 0; turn < TURNS; turn++) {
    globalPolicy = learnGlobalRounded(game, index, localPolicy);
    localPolicy = learnLocalSoft(game, index, localPolicy, globalPolicy);
  }
  const globalValues = new Float32Array(globalPolicy.length);
  return { tableSize, localPolicy: Float32Array.from(localPolicy), globalPolicy, globalValues };
}

function learnGlobalRounded(game: Game, index: HistogramIndex, localPolicy: Float64Array) {
  const { sG, aG, sL } = sizesOf(game);
  const { count, size } = index;
  const next = new Int32Array(sG * count);
  const reward = new Float64Array(sG * count);
  for (let g = 0; g < sG; g++) {
    const kernel = localKernel(game, localPolicy, g);
    const mean = meanLocalReward(game, localPolicy, g);
    index.forEach((counts, h) => {
      const moved = new Float64Array(sL);
      for (let s = 0; s < sL; s++) {
        reward[g * count + h] += (counts[s] * mean[s]) / size;
        for (let t = 0; t < sL; t++) moved[t] += counts[s] * kernel[s * sL + t];
      }
      next[g * count + h] = index.indexOf(roundToSize(moved, size));
    });
  }
  let values = new Float64Array(sG * count);
  const policy = new Uint8Array(sG * count);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    values = values.map((_, i) => {
      const g = Math.floor(i / count);
      let best = -Infinity;
      for (let a = 0; a < aG; a++) {
        let q = game.globalReward[g * aG + a] + reward[i];
        for (let to = 0; to < sG; to++) {
          q +=
            game.discount *
            game.globalTransition[(g * aG + a) * sG + to] *
            values[to * count + next[i]];
        }
        if (q > best) [best, policy[i]] = [q, a];
      }
      return best;
    });
  }
  return policy;
}

function learnLocalSoft(
  game: Game,
  index: HistogramIndex,
  localPolicy: Float64Array,
  globalPolicy: Uint8Array,
): Float64Array {
  const { sG, aG, sL, aL } = sizesOf(game);
  const law = new MultinomialRows(stationaryLaw(game, localPolicy), sL);
  const stream = new KeyedStream(999);
  const lead = new Float64Array(sG * sG);
  for (let g = 0; g < sG; g++) {
    for (let guess = 0; guess < GUESSES; guess++) {
      const counts = new Int32Array(sL);
      law.add(index.size, 0, counts, stream.next);
      const a = globalPolicy[g * index.count + index.indexOf(counts)];
      for (let to = 0; to < sG; to++) {
        lead[g * sG + to] += game.globalTransition[(g * aG + a) * sG + to] / GUESSES;
      }
    }
  }
  let values = new Float64Array(sL * sG);
  let q = new Float64Array(sL * sG * aL);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    q = q.map((_, i) => {
      const g = Math.floor(i / aL) % sG;
      let future = 0;
      for (let t = 0; t < sL; t++) {
        for (let to = 0; to < sG; to++) {
          future += game.localTransition[i * sL + t] * lead[g * sG + to] * values[t * sG + to];
        }
      }
      return game.localReward[i] + game.discount * future;
    });
    values = values.map((_, row) => Math.max(...q.subarray(row * aL, (row + 1) * aL)));
  }
  const policy = new Float64Array(q.length);
  for (let row = 0; row < q.length; row += aL) {
    const own = q.subarray(row, row + aL);
    const best = Math.max(...own);
    const temperature = Math.max(LEAST_TEMPERATURE, (best - Math.min(...own)) * TEMPERATURE_SHARE);
    const weights = own.map((value) => Math.exp((value - best) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, a) => (policy[row + a] = weight / total));
  }
  return policy;
}

/** The local states' law after 50 epochs from the uniform one, every s_g alike at each. */
function stationaryLaw(game: Game, localPolicy: Float64Array): Float64Array {
  const { sG, sL } = sizesOf(game);
  const kernels = game.globalStates.map((_, g) => localKernel(game, localPolicy, g));
  let law = new Float64Array(sL).fill(1 / sL);
  for (let epoch = 0; epoch < 50; epoch++) {
    law = law.map((_, t) =>
      kernels.reduce(
        (sum, kernel) => sum + law.reduce((p, share, s) => p + share * kernel[s * sL + t], 0) / sG,
        0,
      ),
    );
  }
  return law;
}
