/**
 * A population simulated by counts, without robots: exact in law, and a million robots cost what a
 * thousand do. All draws are keyed by (seed, rollout, epoch, purpose): common random numbers.
 */
import { drawIndex } from "./draws";
import { drawLocalLaw } from "./episode";
import { KeyedStream } from "./keyed_stream";
import { groupsOf, kindCounts, kindOfState, kindsOf, type Sampling, splitSample } from "./kinds";
import { type Game, localRow, type Sizes, sizesOf } from "./model";
import { drawSampleCounts, MultinomialRows } from "./multinomial";

/**
 * Which s_g moves the robots: `current` is the paper's rule, P_l(· | s_i, s_g(t), a_i); `next` is
 * that of the authors' code, P_l(· | s_i, s_g(t+1), a_i). Actions are always drawn by s_g(t).
 */
export type TransitionTiming = "current" | "next";

export interface PopulationStart {
  readonly globalState: number;
  /** [sL], sum n. */
  readonly localCounts: ArrayLike<number>;
}

export interface PopulationOptions {
  readonly population: number;
  readonly seed: number;
  /** Default: uniform. */
  readonly sampling?: Sampling;
  /** Default: the paper's. */
  readonly timing?: TransitionTiming;
  /** Where every episode starts; default: a draw of the scenario's initial law. */
  readonly start?: PopulationStart;
  /** π_l of one robot that deviates from all others, in either form; it is part of the n. */
  readonly deviator?: ArrayLike<number>;
}

const ROLE = { law: 0, start: 1, sample: 2, lead: 3, robots: 4, deviator: 5, action: 6 };

export class Population {
  globalState = 0;
  /** Robots in each local state, [sL], sum n. */
  readonly counts: Int32Array;
  /** What the global agent saw last, [sL]. */
  readonly sample: Int32Array;
  deviatorState = 0;
  readonly population: number;
  private readonly sizes: Sizes;
  private readonly stream: KeyedStream;
  private readonly next: Int32Array;
  private readonly actions: Int32Array;
  private readonly actionRows: MultinomialRows;
  private readonly transitionRows: MultinomialRows;
  private readonly timing: TransitionTiming;
  private rollout = 0;
  private epoch = 0;

  /** @param localPolicy π_l, in either form */
  constructor(
    private readonly game: Game,
    private readonly localPolicy: ArrayLike<number>,
    private readonly options: PopulationOptions,
  ) {
    this.population = options.population;
    this.timing = options.timing ?? "current";
    this.sizes = sizesOf(game);
    this.counts = new Int32Array(this.sizes.sL);
    this.sample = new Int32Array(this.sizes.sL);
    this.next = new Int32Array(this.sizes.sL);
    this.actions = new Int32Array(this.sizes.aL);
    this.actionRows = new MultinomialRows(localPolicy, this.sizes.aL);
    this.transitionRows = new MultinomialRows(game.localTransition, this.sizes.sL);
    this.stream = new KeyedStream(options.seed);
  }

  start(rollout: number): void {
    this.rollout = rollout;
    this.epoch = 0;
    this.startEpisode();
  }

  /** Places the robots anew (the next shift); the rollout's epochs go on counting. */
  startEpisode(): void {
    const { start, deviator } = this.options;
    if (start) {
      this.globalState = start.globalState;
      this.counts.set(start.localCounts);
    } else {
      this.stream.key(this.rollout, this.epoch, ROLE.law);
      const kinds = kindsOf(this.game);
      const law = drawLocalLaw(this.game, this.stream.next);
      const laws = law.map((p, s) => p / kinds[kindOfState(this.game, s)].share);
      const rows = new MultinomialRows(laws, law.length / kinds.length);
      this.stream.key(this.rollout, this.epoch, ROLE.start);
      this.globalState = drawIndex(this.stream.next(), this.game.initialGlobal);
      const parts = partsOf(this.counts.fill(0), kinds.length);
      kindCounts(kinds, this.population).forEach((robots, kind) =>
        rows.add(robots, kind, parts[kind], this.stream.next),
      );
    }
    if (deviator) {
      this.stream.key(this.rollout, this.epoch, ROLE.deviator);
      this.deviatorState = drawIndex(this.stream.next() * this.population, this.counts);
    }
  }

  /** Draws `size` of the robots without replacement into `sample` (all, where size >= n). */
  drawSample(size: number): Int32Array {
    this.stream.key(this.rollout, this.epoch, ROLE.sample);
    const { game, counts, sample, population, options } = this;
    // Views and lists for each epoch take longer than the draws.
    if (options.sampling !== "by_kind") {
      drawSampleCounts(counts, population, size, sample, this.stream.next);
      return sample;
    }
    const groups = groupsOf(game, options.sampling, population, counts);
    const [own, seen] = [counts, sample].map((all) => partsOf(all, groups.length));
    splitSample(groups, size).forEach((asked, i) =>
      drawSampleCounts(own[i], groups[i], asked, seen[i], this.stream.next),
    );
    return sample;
  }

  actionUniform(): number {
    this.stream.key(this.rollout, this.epoch, ROLE.action);
    return this.stream.next();
  }

  /**
   * One epoch under `globalAction`: robots act, all move.
   * @returns r_g(s_g, a_g) + (1/n) Σ_i r_l(s_i, s_g, a_i), from the states before the move; where a
   * robot deviates, its own r_l instead
   */
  step(globalAction: number): number {
    const { sG, aG, sL } = this.sizes;
    const before = this.globalState;
    this.stream.key(this.rollout, this.epoch, ROLE.lead);
    const row = (before * aG + globalAction) * sG;
    const after = drawIndex(this.stream.next(), this.game.globalTransition, row, sG);
    const moving = this.timing === "next" ? after : before;
    const own = this.stepDeviator(before, globalAction, moving);
    let reward = 0;
    this.stream.key(this.rollout, this.epoch, ROLE.robots);
    this.next.fill(0);
    if (this.options.deviator) this.next[this.deviatorState] = 1;
    for (let s = 0; s < sL; s++) {
      if (this.counts[s] > 0) reward += this.stepState(s, before, globalAction, moving);
    }
    this.counts.set(this.next);
    this.globalState = after;
    this.epoch += 1;
    if (own !== undefined) return own;
    return this.game.globalReward[before * aG + globalAction] + reward / this.population;
  }

  /** Moves the robots of state `s` into `next`; returns their summed r_l. */
  private stepState(s: number, before: number, globalAction: number, moving: number): number {
    const { sG, aL } = this.sizes;
    const { next, actions, game, stream } = this;
    const from = (s * sG + before) * aL;
    const to = (s * sG + moving) * aL;
    const row = localRow(game, this.localPolicy, s, before, globalAction) / aL;
    actions.fill(0);
    this.actionRows.add(this.counts[s], row, actions, stream.next);
    let reward = 0;
    for (let a = 0; a < aL; a++) {
      if (actions[a] === 0) continue;
      reward += actions[a] * game.localReward[from + a];
      this.transitionRows.add(actions[a], to + a, next, stream.next);
    }
    return reward;
  }

  /** Moves the robot that deviates, taking it out of `counts`; returns its r_l. */
  private stepDeviator(before: number, globalAction: number, moving: number): number | undefined {
    const { deviator } = this.options;
    if (!deviator) return undefined;
    const { sG, sL, aL } = this.sizes;
    const s = this.deviatorState;
    this.stream.key(this.rollout, this.epoch, ROLE.deviator);
    const row = localRow(this.game, deviator, s, before, globalAction);
    const a = drawIndex(this.stream.next(), deviator, row, aL);
    const to = ((s * sG + moving) * aL + a) * sL;
    this.counts[s] -= 1;
    this.deviatorState = drawIndex(this.stream.next(), this.game.localTransition, to, sL);
    return this.game.localReward[(s * sG + before) * aL + a];
  }
}

/** Views of so many equal parts. */
const partsOf = (counts: Int32Array, parts: number): Int32Array[] => {
  const length = counts.length / parts;
  return Array.from({ length: parts }, (_, i) => counts.subarray(i * length, (i + 1) * length));
};

/** What random commands are drawn from. */
export type ActionDraws = Pick<Population, "actionUniform">;

/** Chooses a_g from what the global agent knows: s_g, its sample, and what it remembers. */
export interface GlobalController {
  /** Robots that it asks at each epoch. */
  readonly sampleSize: number;
  reset?(): void;
  decide(globalState: number, sample: Int32Array, draws: ActionDraws): number;
}

/** One epoch of a rollout, before the move. */
export type EpochVisitor = (population: Population, epoch: number, globalAction: number) => void;
