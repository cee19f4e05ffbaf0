/**
 * Model-free rivals: Q-learning (Watkins and Dayan, 1992) by the global agent and by each robot, which learn from
 * what happens to them. Robots have Q tables of their own (independent), or one together (parameter-sharing); in
 * the mean field all agents see how all robots are spread, in coarse shares (after Yang et al., ICML 2018).
 * The global agent is paid the system's reward, a robot its own r_l.
 */
import { drawIndex, type Uniform } from "../../src/game/draws";
import { HistogramIndex, roundToSize } from "../../src/game/histogram";
import { KeyedStream } from "../../src/game/keyed_stream";
import { kindCounts, kindsOf } from "../../src/game/kinds";
import { type Game, sizesOf } from "../../src/game/model";
import { drawSampleCounts } from "../../src/game/multinomial";
import { Population, type TransitionTiming } from "../../src/game/population";

export interface QSettings {
  readonly robots: number;
  readonly timing: TransitionTiming;
  readonly way: "independent" | "sharing" | "mean_field";
  /** Robots asked by the global agent; in the mean field all are seen. */
  readonly asked: number;
  /** α of the n-th update of an entry is n to minus this; and how often actions are random in the end. */
  readonly tuning: { readonly decay: number; readonly random: number };
  readonly seed: number;
}

/** Q, and how often each entry was learned, of one kind of agent. */
class Table {
  private readonly values: Float32Array;
  private readonly visits: Uint32Array;

  constructor(
    rows: number,
    private readonly actions: number,
    private readonly decay: number,
  ) {
    this.values = new Float32Array(rows * actions);
    this.visits = new Uint32Array(rows * actions);
  }

  /** The lowest of the best. */
  best(row: number): number {
    const { actions, values } = this;
    const first = row * actions;
    let best = 0;
    for (let a = 1; a < actions; a++) if (values[first + a] > values[first + best]) best = a;
    return best;
  }

  act(row: number, random: number, uniform: Uniform): number {
    if (random > 0 && uniform() < random) return Math.floor(uniform() * this.actions);
    return this.best(row);
  }

  learn(row: number, action: number, reward: number, next: number, discount: number): void {
    const at = row * this.actions + action;
    const target = reward + discount * this.values[next * this.actions + this.best(next)];
    this.visits[at] += 1;
    this.values[at] += (target - this.values[at]) * this.visits[at] ** -this.decay;
  }
}

/** Beside those of Population. */
const ROLE = 40;

export class QLearners {
  private readonly index: HistogramIndex;
  private readonly lead: Table;
  private readonly robots: Table;
  private readonly starts: Population;
  private readonly stream: KeyedStream;
  private readonly states: Uint8Array;

  constructor(
    private readonly game: Game,
    private readonly settings: QSettings,
  ) {
    const { sG, aG, sL, aL } = sizesOf(game);
    const { robots, way, asked, tuning, seed } = settings;
    this.index = new HistogramIndex(sL, asked);
    this.lead = new Table(sG * this.index.count, aG, tuning.decay);
    const seen = { independent: robots, sharing: 1, mean_field: this.index.count }[way];
    this.robots = new Table(sL * sG * seen, aL, tuning.decay);
    const anyPolicy = new Float64Array(sL * sG * aL).fill(1 / aL);
    this.starts = new Population(game, anyPolicy, { population: robots, seed });
    this.stream = new KeyedStream(seed);
    this.states = new Uint8Array(robots);
  }

  /**
   * Plays one shift; the same number is the same start and the same draws.
   * @param random how often actions are random; undefined: never, and nothing is learned
   * @returns the discounted return
   */
  shift(number: number, horizon: number, random?: number): number {
    const { game, stream, states } = this;
    const { sG, aG, sL, aL } = sizesOf(game);
    const robots = states.length;
    const [actions, paid] = [new Uint8Array(robots + 1), new Float64Array(robots + 1)];
    let g = this.place(number);
    let rows = this.rowsIn(g);
    let sum = 0;
    for (let epoch = 0; epoch < horizon; epoch++) {
      stream.key(number, epoch, ROLE);
      // Loops: there are a thousand robots.
      for (let i = 0; i <= robots; i++) {
        actions[i] = this.tableOf(i).act(rows[i], random ?? 0, stream.next);
      }
      const row = g * aG + actions[robots];
      let all = 0;
      for (let i = 0; i < robots; i++) {
        paid[i] = game.localReward[(states[i] * sG + g) * aL + actions[i]];
        all += paid[i];
      }
      const reward = game.globalReward[row] + all / robots;
      paid[robots] = reward;
      const after = drawIndex(stream.next(), game.globalTransition, row * sG, sG);
      const moving = this.settings.timing === "next" ? after : g;
      for (let i = 0; i < robots; i++) {
        const from = ((states[i] * sG + moving) * aL + actions[i]) * sL;
        states[i] = drawIndex(stream.next(), game.localTransition, from, sL);
      }
      const next = this.rowsIn(after);
      for (let i = 0; random !== undefined && i <= robots; i++) {
        this.tableOf(i).learn(rows[i], actions[i], paid[i], next[i], game.discount);
      }
      sum += game.discount ** epoch * reward;
      [g, rows] = [after, next];
    }
    return sum;
  }

  /** The global agent is the last one. */
  private tableOf(agent: number): Table {
    return agent < this.states.length ? this.robots : this.lead;
  }

  /** Who starts where: robots of a kind are alike, and each has its turn everywhere. @returns s_g */
  private place(number: number): number {
    const { game, stream, states, starts } = this;
    starts.start(number);
    let next = 0;
    starts.counts.forEach((count, s) => states.fill(s, next, (next += count)));
    stream.key(number, 0, ROLE + 1);
    let first = 0;
    for (const robots of kindCounts(kindsOf(game), states.length)) {
      for (let i = 0; i < robots; i++) {
        const [at, other] = [first + i, first + i + Math.floor(stream.next() * (robots - i))];
        [states[at], states[other]] = [states[other], states[at]];
      }
      first += robots;
    }
    return starts.globalState;
  }

  /** The row of its table in which each agent is. */
  private rowsIn(g: number): Int32Array {
    const { states, index, settings, stream } = this;
    const { sG, sL } = sizesOf(this.game);
    const counts = new Int32Array(sL);
    for (const s of states) counts[s] += 1;
    const sample = new Int32Array(sL);
    drawSampleCounts(counts, states.length, index.size, sample, stream.next);
    const isMean = settings.way === "mean_field";
    const h = index.indexOf(isMean ? roundToSize(counts, index.size) : sample);
    const rows = new Int32Array(states.length + 1).fill(g * index.count + h);
    for (let i = 0; i < states.length; i++) {
      const own = isMean ? h : settings.way === "independent" ? i : 0;
      rows[i] = (own * sL + states[i]) * sG + g;
    }
    return rows;
  }
}
