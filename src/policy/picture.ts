/** A policy as a picture: what π_g does around a belief. */
import type { Steps } from "../base/steps";
import { HistogramIndex, roundToSize } from "../game/histogram";
import { broughtBack, inner, type Limit, limitOf } from "../game/limit";
import type { Game, PointsPair, PolicyPair, TablePair } from "../game/model";
import { Lookahead, lowestBestOf, type Vectors, vectorsOf } from "./lookahead";

export interface Picture {
  /**
   * actions[s_g][zone][j]: the action where a share of j / last j of all robots is in `zone` and the others
   * are spread as believed (evenly where nobody else is). An s_g is empty where it would be too much.
   */
  readonly actions: number[][][];
  /** Which vector of s_g is the best at the belief, from 1 on, of how many; and its a_g. */
  readonly plan: { number: number; of: number; action: number } | null;
}

interface Painter {
  /** So many s_g are not too much. */
  readonly fitting: number;
  strips(globalState: number, law: Float64Array): Steps<number[][]>;
  plan?(globalState: number, law: Float64Array): Picture["plan"];
}

/** This part of the robots is spread evenly where else all would be in one zone. */
const EVEN = 1e-6;

/** Draws π_g around a belief ([sL], sums to 1) for all s_g, or where that is too much for the one given. */
export function drawingOf(game: Game, pair: PolicyPair) {
  const painter = "vectors" in pair ? byVectors(game, pair) : byTable(game, pair);
  const isWhole = painter.fitting >= game.globalStates.length;
  return function* (globalState: number, belief: readonly number[]): Steps<Picture> {
    const even = Math.max(...belief) > 1 - EVEN ? EVEN : 0;
    const law = Float64Array.from(belief, (p) => (1 - even) * p + even / belief.length);
    const actions: number[][][] = [];
    for (const s of game.globalStates.keys()) {
      const isDrawn = isWhole || (painter.fitting >= 1 && s === globalState);
      actions.push(isDrawn ? yield* painter.strips(s, law) : []);
    }
    return { actions, plan: painter.plan?.(globalState, law) ?? null };
  };
}

/** Entries of a picture. */
const MOST_ENTRIES = 20_000;

/** The shares of a strip are those of the table. */
function byTable({ localStates }: Game, { tableSize, globalPolicy }: TablePair): Painter {
  const index = new HistogramIndex(localStates.length, tableSize);
  const histogram = new Int32Array(localStates.length);
  return {
    fitting: MOST_ENTRIES / (histogram.length * (tableSize + 1)),
    *strips(globalState, law) {
      yield;
      return Array.from(law, (own, zone) =>
        Array.from({ length: tableSize + 1 }, (_, j) => {
          const others = (1 - j / tableSize) / (1 - own);
          const moved = law.map((p, s) => (s === zone ? j / tableSize : others * p));
          roundToSize(moved, tableSize, histogram);
          return globalPolicy[globalState * index.count + index.indexOf(histogram)];
        }),
      );
    },
  };
}

/** Values of vectors that are compared for a picture: some 50 ms. */
const MOST_VALUES = 1e7;
/** Of a strip. */
const SHARES = 21;

function byVectors(game: Game, pair: PointsPair): Painter {
  const limit = limitOf(game, pair.localPolicy);
  const vectors = vectorsOf(pair, limit.sizes);
  const lookahead = new Lookahead(limit, vectors);
  const entries = limit.sizes.sL * SHARES;
  const values = entries * pair.vectorState.length * limit.moves[0].length;
  return {
    fitting: Math.max(1, Math.min(MOST_ENTRIES / entries, MOST_VALUES / values)),
    strips: (s, law) => stripsAhead(game, limit, vectors, s, law),
    plan(s, law) {
      const best = lookahead.best(s, law);
      const action = pair.vectorAction[pair.vectorState.indexOf(s) + best];
      return { number: best + 1, of: vectors[s].count, action };
    },
  };
}

/** What looking ahead (lookahead.ts) chooses along all strips of an s_g at once. */
function* stripsAhead(
  { globalTransition, globalReward, discount }: Game,
  limit: Limit,
  vectors: readonly Vectors[],
  globalState: number,
  law: Float64Array,
): Steps<number[][]> {
  const { sG, aG, sL } = limit.sizes;
  const [best, ahead] = [new Float64Array(sL * SHARES), new Float64Array(sL)];
  const q = Array.from(best, () => globalReward.slice(globalState * aG, (globalState + 1) * aG));
  for (const move of limit.moves[globalState]) {
    const add = (weightOf: (a: number) => number): void => {
      for (let a = move.from; a < move.end; a++) {
        const weight = weightOf(a);
        if (weight > 0) q.forEach((values, at) => (values[a] += weight * best[at]));
      }
    };
    raise(best.fill(-Infinity), move.reward, law);
    add(() => 1);
    for (const after of move.reached) {
      const { count, values } = vectors[after];
      best.fill(-Infinity);
      for (let i = 0; i < count; i++) {
        const vector = values.subarray(i * sL, (i + 1) * sL);
        raise(best, broughtBack(limit, move, vector, ahead), law);
      }
      add((a) => discount * globalTransition[(globalState * aG + a) * sG + after]);
      yield;
    }
  }
  const actions = q.map(lowestBestOf);
  return Array.from(law, (_, zone) => actions.slice(zone * SHARES, (zone + 1) * SHARES));
}

/** Raises `best`, [zone][share], to what a vector is worth there, which is linear in the share. */
function raise(best: Float64Array, vector: Float64Array, law: Float64Array): void {
  const whole = inner(vector, 0, law);
  for (let zone = 0, at = 0; zone < law.length; zone++) {
    const none = (whole - law[zone] * vector[zone]) / (1 - law[zone] || 1);
    const step = (vector[zone] - none) / (SHARES - 1);
    for (let j = 0; j < SHARES; j++, at++) best[at] = Math.max(best[at], none + j * step);
  }
}
