/** A policy as a picture: what π_g does around a belief. */
import type { Steps } from "../base/steps";
import { HistogramIndex, roundToSize } from "../game/histogram";
import { broughtBack, inner, type Limit, limitOf } from "../game/limit";
import {
  type Game,
  type PointsPair,
  type PolicyPair,
  sizesOf,
  type TablePair,
} from "../game/model";
import { Lookahead, lowestBest, type Vectors, vectorsOf } from "./lookahead";

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
  /** Whether all s_g are not too much, only the one acted in is. */
  readonly isSmall: boolean;
  strips(globalState: number, law: Float64Array): Steps<number[][]>;
  plan?(globalState: number, law: Float64Array): Picture["plan"];
}

/** This part of the robots is spread evenly where else all would be in one zone. */
const EVEN = 1e-6;
/** Entries of a picture. */
const MOST_ENTRIES = 20_000;
/** Values of vectors that are compared for a picture: some 50 ms. */
const MOST_VALUES = 1e7;
/** Shares of a strip by vectors; one by a table has the table's. */
const SHARES = 21;

/** Draws π_g around a belief ([sL], sums to 1). */
export function drawingOf(game: Game, pair: PolicyPair) {
  const { isSmall, ...painter } = "vectors" in pair ? byVectors(game, pair) : byTable(game, pair);
  return function* (globalState: number, belief: readonly number[]): Steps<Picture> {
    const even = Math.max(...belief) > 1 - EVEN ? EVEN : 0;
    const law = Float64Array.from(belief, (p) => (1 - even) * p + even / belief.length);
    const actions = game.globalStates.map((): number[][] => []);
    for (const s of isSmall ? actions.keys() : [globalState]) {
      actions[s] = yield* painter.strips(s, law);
    }
    return { actions, plan: painter.plan?.(globalState, law) ?? null };
  };
}

function byTable(game: Game, { tableSize, globalPolicy }: TablePair): Painter {
  const { sG, sL } = sizesOf(game);
  const index = new HistogramIndex(sL, tableSize);
  const histogram = new Int32Array(sL);
  return {
    isSmall: sG * sL * (tableSize + 1) <= MOST_ENTRIES,
    *strips(globalState, law) {
      const strips: number[][] = [];
      for (const [zone, own] of law.entries()) {
        const actions = Array.from({ length: tableSize + 1 }, (_, j) => {
          const others = (1 - j / tableSize) / (1 - own);
          const moved = law.map((p, s) => (s === zone ? j / tableSize : others * p));
          roundToSize(moved, tableSize, histogram);
          return globalPolicy[globalState * index.count + index.indexOf(histogram)];
        });
        strips.push(actions);
        yield;
      }
      return strips;
    },
  };
}

function byVectors(game: Game, pair: PointsPair): Painter {
  const limit = limitOf(game, pair.localPolicy);
  const vectors = vectorsOf(pair, limit.sizes);
  const lookahead = new Lookahead(limit, vectors);
  const entries = limit.sizes.sG * limit.sizes.sL * SHARES;
  const compared = entries * pair.vectorState.length * limit.moves[0].length;
  return {
    isSmall: entries <= MOST_ENTRIES && compared <= MOST_VALUES,
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
  const rewards = globalReward.subarray(globalState * aG, (globalState + 1) * aG);
  const q = Array.from(rewards, (reward) => new Float64Array(best.length).fill(reward));
  const add = (a: number, weight: number): void => {
    if (weight > 0) best.forEach((value, at) => (q[a][at] += weight * value));
  };
  for (const move of limit.moves[globalState]) {
    raise(best.fill(-Infinity), move.reward, law);
    for (let a = move.from; a < move.end; a++) add(a, 1);
    for (const after of move.reached) {
      const { count, values } = vectors[after];
      best.fill(-Infinity);
      for (let i = 0; i < count; i++) {
        const vector = values.subarray(i * sL, (i + 1) * sL);
        raise(best, broughtBack(limit, move, vector, ahead), law);
      }
      for (let a = move.from; a < move.end; a++) {
        add(a, discount * globalTransition[(globalState * aG + a) * sG + after]);
      }
      yield;
    }
  }
  const actions = Array.from(best, (_, at) => lowestBest(q.map((of) => of[at])));
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
