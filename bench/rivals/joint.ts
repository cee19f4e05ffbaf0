/**
 * The centralised rival: one learner that sees the joint state (s_g, s_1, ..., s_n) and chooses the joint action
 * (a_g, a_1, ..., a_n). Its optimum is exact, by n robots moved one after another in each backup; what a backup
 * holds and takes grows as (|S_l| |A_l|)^n.
 */
import { type Game, sizesOf } from "../../src/game/model";

/** [(s_1, a_1), ..., (s_n, a_n)] of robots that are added one by one. */
function grown(
  robots: number,
  pairs: number,
  add: (before: number, pair: number) => number,
): Float64Array {
  let all = new Float64Array(1);
  for (let i = 0; i < robots; i++) {
    const before = all;
    all = new Float64Array(before.length * pairs);
    for (let at = 0; at < all.length; at++) {
      all[at] = add(before[Math.floor(at / pairs)], at % pairs);
    }
  }
  return all;
}

/** E of the next state of the first robot in `ahead` [s'][rest], as [rest][pair]. */
function moved(ahead: Float64Array, kernel: Float64Array, sL: number): Float64Array {
  const pairs = kernel.length / sL;
  const rest = ahead.length / sL;
  const out = new Float64Array(rest * pairs);
  for (let r = 0; r < rest; r++) {
    for (let pair = 0; pair < pairs; pair++) {
      let sum = 0;
      for (let to = 0; to < sL; to++) sum += kernel[pair * sL + to] * ahead[to * rest + r];
      out[r * pairs + pair] = sum;
    }
  }
  return out;
}

/** What n robots and the lead earn at most over so many epochs, discounted, from the scenario's start. */
export function jointOptimum(game: Game, n: number, epochs: number): number {
  const { sG, sL, aL } = sizesOf(game);
  const joint = sL ** n;
  const stateOf = grown(n, sL * aL, (state, pair) => state * sL + Math.floor(pair / aL));
  let values = new Float64Array(sG * joint);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const next = new Float64Array(values.length).fill(-Infinity);
    for (let g = 0; g < sG; g++) {
      backUp(game, n, g, values, stateOf, next.subarray(g * joint, (g + 1) * joint));
    }
    values = next;
  }
  const start = startOf(game, n);
  return values.reduce(
    (sum, value, i) => sum + game.initialGlobal[Math.floor(i / joint)] * start[i % joint] * value,
    0,
  );
}

/** Raises `best` [s_1, ..., s_n] to what the best joint action is worth in s_g. */
function backUp(
  game: Game,
  n: number,
  g: number,
  values: Float64Array,
  stateOf: Float64Array,
  best: Float64Array,
): void {
  const { sG, aG, sL, aL } = sizesOf(game);
  const row = (pair: number): number => (Math.floor(pair / aL) * sG + g) * aL + (pair % aL);
  const kernel = Float64Array.from(
    { length: sL * aL * sL },
    (_, i) => game.localTransition[row(Math.floor(i / sL)) * sL + (i % sL)],
  );
  const reward = grown(n, sL * aL, (sum, pair) => sum + game.localReward[row(pair)] / n);
  for (let a = 0; a < aG; a++) {
    let ahead: Float64Array = new Float64Array(best.length);
    for (let to = 0; to < sG; to++) {
      const p = game.discount * game.globalTransition[(g * aG + a) * sG + to];
      for (let s = 0; s < ahead.length; s++) ahead[s] += p * values[to * ahead.length + s];
    }
    for (let i = 0; i < n; i++) ahead = moved(ahead, kernel, sL);
    const own = game.globalReward[g * aG + a];
    for (let at = 0; at < ahead.length; at++) {
      const worth = own + reward[at] + ahead[at];
      if (worth > best[stateOf[at]]) best[stateOf[at]] = worth;
    }
  }
}

/** P(s_1, ..., s_n): robots of a Dirichlet draw come as from Polya's urn. */
function startOf(game: Game, n: number): Float64Array {
  const { sL } = sizesOf(game);
  const { initialLocal: law } = game;
  if (law.kind === "one_of")
    throw new Error("the joint learner has no start of one of several laws");
  return new Float64Array(sL ** n).map((_, state) => {
    const met = new Float64Array(sL);
    let p = 1;
    for (let i = 0, left = state; i < n; i++, left = Math.floor(left / sL)) {
      const s = left % sL;
      p *=
        law.kind === "dirichlet"
          ? (law.alpha + met[s]) / (sL * law.alpha + i)
          : law.probabilities[s];
      met[s] += 1;
    }
    return p;
  });
}
