/** Tiny teams solved jointly: seeing all, and deciding for all. */
import { HistogramIndex } from "../../src/game/histogram";
import { type Game, type TablePair, sizesOf } from "../../src/game/model";

export const sizes = { sG: 2, aG: 2, sL: 2, aL: 2 };
const range = (length: number): number[] => [...Array(length).keys()];
const digit = (number: number, base: number, place: number): number =>
  Math.floor(number / base ** place) % base;

/** One epoch of n robots by joint numbers: state s_g + sG · (s_1, ..., s_n), actions (a_1, ..., a_n). */
export class Team {
  readonly states: number;
  readonly localActions: number;

  constructor(
    readonly game: Game,
    readonly n: number,
  ) {
    this.states = sizes.sG * sizes.sL ** n;
    this.localActions = sizes.aL ** n;
  }

  /** r + γ Σ_next P(next | state, a_g, actions) values[next] */
  ahead(state: number, globalAction: number, actions: number, values: Float64Array): number {
    const { game, n } = this;
    const { sG, aG, sL, aL } = sizesOf(game);
    const g = state % sG;
    const joint = Math.floor(state / sG);
    let reward = game.globalReward[g * aG + globalAction];
    let laws: [number, number][] = [[0, 1]];
    for (const i of range(n)) {
      const row = (digit(joint, sL, i) * sG + g) * aL + digit(actions, aL, i);
      reward += game.localReward[row] / n;
      laws = laws.flatMap(([to, p]) =>
        range(sL).map((t): [number, number] => [
          to + t * sL ** i,
          p * game.localTransition[row * sL + t],
        ]),
      );
    }
    let future = 0;
    for (const next of range(sG)) {
      const lead = game.globalTransition[(g * aG + globalAction) * sG + next];
      for (const [to, p] of laws) future += lead * p * values[next + sG * to];
    }
    return reward + game.discount * future;
  }

  /** Values of the fixed point of `backup`, to 1e-10. */
  solve(backup: (state: number, values: Float64Array) => number): Float64Array {
    let values = new Float64Array(this.states);
    for (let change = 1; change > 1e-10;) {
      const next = values.map((_, state) => backup(state, values));
      change = next.reduce((most, value, s) => Math.max(most, Math.abs(value - values[s])), 0);
      values = next;
    }
    return values;
  }

  /** Σ P(state) values[state] by the scenario's start. */
  atStart(values: Float64Array): number {
    const { initialGlobal, initialLocal } = this.game;
    if (initialLocal.kind !== "fixed") throw new Error("the start must be known");
    const { probabilities } = initialLocal;
    return values.reduce((sum, value, state) => {
      const joint = Math.floor(state / sizes.sG);
      const p = range(this.n).reduce(
        (product, i) => product * probabilities[digit(joint, sizes.sL, i)],
        initialGlobal[state % sizes.sG],
      );
      return sum + p * value;
    }, 0);
  }

  optimum(): number {
    const best = this.solve((state, values) =>
      Math.max(
        ...range(sizes.aG).flatMap((a) =>
          range(this.localActions).map((actions) => this.ahead(state, a, actions, values)),
        ),
      ),
    );
    return this.atStart(best);
  }

  /** What a pair earns for ever whose global agent sees all n robots. */
  worthOf(pair: TablePair): number {
    return this.atStart(this.solve((state, ahead) => this.played(pair, state, ahead)));
  }

  /** What a pair earns over so many epochs whose global agent sees as many robots as its table has. */
  earnedBy(pair: TablePair, epochs: number): number {
    let values = new Float64Array(this.states);
    for (let left = epochs; left > 0; left--) {
      values = values.map((_, state) => this.played(pair, state, values));
    }
    return this.atStart(values);
  }

  /** One epoch of the pair from a state, over all samples of robots. */
  private played(
    { globalPolicy, localPolicy, tableSize }: TablePair,
    state: number,
    ahead: Float64Array,
  ) {
    const index = new HistogramIndex(sizes.sL, tableSize);
    const g = state % sizes.sG;
    const robots = range(this.n).map((i) => digit(Math.floor(state / sizes.sG), sizes.sL, i));
    const samples = range(2 ** this.n)
      .map((bits) => robots.filter((_, i) => digit(bits, 2, i) === 1))
      .filter((sample) => sample.length === tableSize);
    const worths = samples.map((sample) => {
      const counts = Int32Array.from(
        range(sizes.sL),
        (s) => sample.filter((one) => one === s).length,
      );
      const action = globalPolicy[g * index.count + index.indexOf(counts)];
      return range(this.localActions).reduce((sum, actions) => {
        const p = robots.reduce((product, s, i) => {
          const row = (s * sizes.sG + g) * sizes.aL;
          return product * localPolicy[row + digit(actions, sizes.aL, i)];
        }, 1);
        return p > 0 ? sum + p * this.ahead(state, action, actions, ahead) : sum;
      }, 0);
    });
    return worths.reduce((sum, worth) => sum + worth / worths.length, 0);
  }
}
