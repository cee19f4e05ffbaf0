/** A policy as a picture: what π_g does in one s_g around a belief. */
import type { Steps } from "../base/steps";
import { kindOfState, kindTotals } from "../game/kinds";
import { limitOf } from "../game/limit";
import type { Game, PointsPair, PolicyPair } from "../game/model";
import { Lookahead, vectorsOf } from "./lookahead";
import { Observation } from "./observation";

export interface Picture {
  /**
   * actions[s][j]: the action where a share of j / last j of the robots of its kind is in local state s and
   * the others are spread as believed (evenly where nobody else is).
   */
  readonly actions: number[][];
  /** Which vector is the best at the belief, from 1 on, of how many; and its a_g. */
  readonly plan: { number: number; of: number; action: number } | null;
}

/** This part of the robots is spread evenly where else all of a kind would be in one zone. */
const EVEN = 1e-6;
/** The last j of a strip by vectors; one by a table has the table's shares. */
const LAST = 20;

/** Draws π_g around a belief ([sL], sums to 1). */
export function drawingOf(game: Game, pair: PolicyPair) {
  const last = "vectors" in pair ? LAST : pair.tableSize;
  // It acts on a sample alone: the shares are given to it as one. It never asks how many robots there are.
  const policy = new Observation(game, pair, "sample", 2);
  const planOf = "vectors" in pair ? planner(game, pair) : () => null;
  return function* (globalState: number, belief: readonly number[]): Steps<Picture> {
    const believed = kindTotals(game, belief);
    const isSole = (p: number, s: number): boolean =>
      p >= (1 - EVEN) * believed[kindOfState(game, s)];
    const even = belief.some(isSole) ? EVEN : 0;
    const law = Float64Array.from(belief, (p) => (1 - even) * p + even / belief.length);
    const actions = belief.map((): number[] => []);
    const shares = kindTotals(game, law);
    for (const [state, strip] of actions.entries()) {
      const kind = kindOfState(game, state);
      const all = shares[kind];
      for (let j = 0; j <= last; j++) {
        const others = ((1 - j / last) * all) / (all - law[state]);
        const shareOf = (p: number, s: number): number => {
          if (s === state) return (j / last) * all;
          return kindOfState(game, s) === kind ? others * p : p;
        };
        policy.observe(law.map(shareOf));
        strip.push(policy.decide(globalState));
        yield;
      }
    }
    return { actions, plan: planOf(globalState, law) };
  };
}

function planner(game: Game, pair: PointsPair) {
  const limit = limitOf(game, pair.localPolicy);
  const vectors = vectorsOf(pair, limit.sizes);
  const lookahead = new Lookahead(limit, vectors);
  return (globalState: number, law: Float64Array): Picture["plan"] => {
    const best = lookahead.best(globalState, law);
    const action = pair.vectorAction[pair.vectorState.indexOf(globalState) + best];
    return { number: best + 1, of: vectors[globalState].count, action };
  };
}
