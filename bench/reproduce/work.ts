/** What is done for one job. */
import { countsRight } from "../../src/evaluation/evaluate";
import { histogramCount, roundToSize } from "../../src/game/histogram";
import { type Game, sizesOf } from "../../src/game/model";
import type { PolicyMetadata } from "../../src/game/policy_metadata";
import { Population } from "../../src/game/population";
import { type Estimate, estimate } from "../../src/game/statistics";
import { randomController } from "../../src/policy/controllers";
import { jointOptimum } from "../rivals/joint";
import { isLibrary, playedByLibrary } from "../rivals/libraries";
import { QLearners, type QSettings } from "../rivals/q_learning";
import { ASKED, FAULTS, faulty, mistaken } from "./faults";
import { gameOf } from "./games";
import type { Job } from "./jobs";
import {
  earned,
  HORIZON,
  type Learned,
  learnedBy,
  type Mode,
  MODES,
  type Players,
  playersOf,
} from "./players";
import type { Row } from "./store";

/** s of this process's cores. */
export const usedSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The rows of a job, as they come. */
export class Work {
  readonly rows: Row[] = [];
  readonly times: Row[] = [];
  /** Of the libraries that did it. */
  versions: readonly string[] = [];
  readonly game: Game;

  constructor(readonly job: Job) {
    this.game = gameOf(job.scenario, job.sha256 !== undefined);
  }

  async do(): Promise<this> {
    for (const way of this.job.ways) {
      if (this.job.study === "beliefs") await this.mapBeliefs(way);
      else if (way === "joint") await this.joinAll();
      else if (isRival(way)) await this.learnByPlay(way);
      else if (isLibrary(way)) return this.learnByLibrary(way);
      else await this.learnAndPlay(way);
    }
    const { ways, k } = this.job;
    this.time(ways.join(" and "), k, "job_seconds", usedSeconds());
    this.time(ways.join(" and "), k, "megabytes", process.resourceUsage().maxRSS / 1024);
    return this;
  }

  private row(line: string, x: number, measure: string, value: number | Estimate): Row {
    const { study, seed } = this.job;
    const scenario = this.game.name;
    const at = { zones: this.game.localStates.length, teams: this.job.robots }[study] ?? x;
    const isExact = typeof value === "number";
    const { mean, standardError } = isExact ? { mean: value, standardError: 0 } : value;
    return { study, scenario, line, x: at, seed, measure, value: mean, error: standardError };
  }

  private add(...row: Parameters<Work["row"]>): void {
    this.rows.push(this.row(...row));
  }

  private time(...row: Parameters<Work["row"]>): void {
    this.times.push(this.row(...row));
  }

  private async timed<T>(line: string, x: number, work: () => Promise<T> | T): Promise<T> {
    const from = usedSeconds();
    const done = await work();
    this.time(line, x, "learning_seconds", usedSeconds() - from);
    return done;
  }

  private async learnAndPlay(way: string): Promise<void> {
    const { job, game } = this;
    const { study, k, levels } = job;
    let known: Learned | undefined;
    let epochs = 0;
    for (const level of k === 0 && /^(blind|random)$/.test(way) ? [0] : levels) {
      const model = study === "model" ? mistaken(game, level) : game;
      const more = study === "sampled" ? { draws: level, backup: "sampled" } : {};
      if (!known || model !== game || study === "sampled") {
        const learning = () => learnedBy(model, job, way, more);
        [known, epochs] = await this.timed(way, k, () => countingEpochs(learning));
      }
      for (const [mode, suffix] of Object.entries(known.pair ? MODES : { sample: "" })) {
        this.play(way + suffix, model, known, mode as Mode, level);
        if (study === "sampled") this.countMoves(way + suffix, level, known.iterations!, epochs);
      }
    }
    // A table that is asked for other numbers than its k is told of where it is asked for that.
    if (study === "asked" && known?.pair && !way.includes(" ")) this.tell(way, known);
  }

  /** What a line earns at a level: of robots asked, or of what the study varies. */
  private play(line: string, model: Game, known: Learned, mode: Mode, level: number) {
    const { job, game } = this;
    const { study, k } = job;
    const isAsked = study === "asked" || k > 0;
    const robots = study === "many" ? level : job.robots;
    const asked = study === "sampled" ? k : isAsked ? level : ASKED;
    const players = playersOf(model, known, mode, robots, asked);
    const accuracy = { right: 0, epochs: 0 };
    const { observation } = players.controller;
    const visit = isAsked && observation ? countsRight(observation.belief, accuracy) : undefined;
    const fault = FAULTS[study];
    const heard = fault && faulty(game, players.controller, fault, level, job);
    const both = heard ? { ...players, controller: heard } : players;
    this.add(line, level, "return", earned(game, both, { ...job, robots }, visit));
    const { right, epochs } = accuracy;
    if (epochs > 0) this.add(line, level, "mode_accuracy", right / epochs);
    this.time(line, level, "decision_microseconds", decisionMicroseconds(game, players, robots));
  }

  /**
   * Each iteration draws so many samples' moves for every (s_g, h), and keeps them; those that begin with smaller
   * tables draw fewer. The others are of the shifts by which pairs are compared and judged while it learns.
   */
  private countMoves(line: string, draws: number, iterations: number, epochs: number): void {
    const { k, robots } = this.job;
    const { sG, sL } = sizesOf(this.game);
    const moves = draws * sG * histogramCount(sL, k) * k * iterations;
    this.add(line, draws, "moves_drawn", moves + epochs * robots);
    this.add(line, draws, "moves_of_backups", moves);
  }

  /** What is known of a pair, and what it earns beside its own study. */
  private tell(way: string, known: Learned): void {
    const { job, game } = this;
    const { k, robots } = job;
    const all = playersOf(game, known, "sample", robots, robots);
    const ten = playersOf(game, known, "filter", robots, 10);
    this.add(way, k, "all_seen", earned(game, all, job));
    // By the same draws for all learning seeds: what is left is theirs.
    this.add(way, k, "all_seen_alike", earned(game, all, { ...job, seed: 0 }));
    this.add(way, k, "ten_remembered", earned(game, ten, job));
    const random = { ...all, controller: randomController(game) };
    this.add(way, k, "random_commands", earned(game, random, job));
    for (const [measure, value] of Object.entries(knownOf(known.metadata))) {
      if (value !== undefined) this.add(way, k, measure, value);
    }
  }

  private async joinAll(): Promise<void> {
    const { k } = this.job;
    const best = await this.timed("joint", k, () => jointOptimum(this.game, k, HORIZON));
    this.add("joint", k, "return", best);
  }

  /** By experience: each tuning has the same, and what earns most in other shifts is kept. */
  private async learnByPlay(way: QSettings["way"]): Promise<void> {
    const { job, game } = this;
    const { robots, timing, seed, levels } = job;
    const { sL } = sizesOf(game);
    let asked = Math.min(10, robots);
    while (histogramCount(sL, asked) > LARGEST_TABLE) asked--;
    for (const level of levels) {
      const x = level * HORIZON;
      const all = await this.timed(way, x, () =>
        TUNINGS.map((tuning) => {
          const learners = new QLearners(game, { robots, timing, way, asked, tuning, seed });
          return { learners, worth: tried(learners, tuning.random, level) };
        }),
      );
      const [{ learners }] = all.sort((a, b) => b.worth - a.worth);
      this.add(way, x, "return", meanFrom(learners, JUDGED, SHIFTS));
      this.add(way, x, "moves_drawn", TUNINGS.length * x * robots);
    }
  }

  /** No run gives it again to the bit, as none gives times. 1,000 rollouts: five minutes, 200 shifts. */
  private learnByLibrary(way: string): this {
    const { robots, seed, rollouts } = this.job;
    const [seconds, shifts] = [0.3 * rollouts, rollouts / 5];
    const { rows, versions } = playedByLibrary(this.game, { way, robots, seed, seconds, shifts });
    for (const [measure, mean, standardError] of rows) {
      this.time(way, robots, measure, { mean, standardError });
    }
    this.versions = versions;
    return this;
  }

  /** a_g in the first s_g by the shares of the second and the third state; the others are alike. */
  private async mapBeliefs(way: string): Promise<void> {
    const { job, game } = this;
    const known = await learnedBy(game, job, way);
    const { controller } = playersOf(game, known, "sample", TOLD, TOLD);
    for (let at = 0; at < SIDE * SIDE; at++) {
      const [first, second] = [at % SIDE, Math.floor(at / SIDE)].map((i) => (i + 0.5) / SIDE);
      if (first + second > 1) continue;
      const rest = (1 - first - second) / (game.localStates.length - 2);
      const law = game.localStates.map((_, s) => (s === 1 ? first : s === 2 ? second : rest));
      controller.reset?.();
      const action = controller.decide(0, roundToSize(law, TOLD), { actionUniform: () => 0 });
      this.add(String(second), first, "action", action);
    }
  }
}

/** Epochs of populations that are simulated meanwhile. */
async function countingEpochs<T>(work: () => Promise<T>): Promise<[T, number]> {
  const { prototype } = Population;
  const { step } = prototype;
  let epochs = 0;
  prototype.step = function (this: Population, action) {
    epochs += 1;
    return step.call(this, action);
  };
  try {
    return [await work(), epochs];
  } finally {
    prototype.step = step;
  }
}

/** Robots by which a belief is told, and cells of a map's side. */
const TOLD = 100_000;
const SIDE = 20;

/** Gaps and bounds. */
const knownOf = ({
  globalGap,
  localGap,
  globalGapBound,
  bounds,
}: Partial<PolicyMetadata> = {}) => ({
  ...{ global_gap: globalGap, local_gap: localGap, global_gap_bound: globalGapBound },
  horizon_lower: bounds?.horizonLower,
  horizon_upper: bounds?.horizonUpper,
  limit_horizon_upper: bounds?.limitHorizonUpper,
});

const DECISIONS = 2000;

function decisionMicroseconds(game: Game, { controller }: Players, robots: number): number {
  const even = new Float64Array(game.localStates.length).fill(1);
  const sample = roundToSize(even, Math.min(controller.sampleSize, robots));
  let fromMs = 0;
  // The first half is not timed: the code is compiled meanwhile.
  for (let i = -DECISIONS; i < DECISIONS; i++) {
    if (i % DECISIONS === 0) controller.reset?.();
    if (i === 0) fromMs = performance.now();
    controller.decide((i + DECISIONS) % game.globalStates.length, sample, {
      actionUniform: () => 0,
    });
  }
  return (1000 * (performance.now() - fromMs)) / DECISIONS;
}

/** Q-learners are judged by shifts from the first number on; and what is kept of the tunings by half as many others. */
const SHIFTS = 40;
const [JUDGED, CHOSEN] = [1_000_000, 2_000_000];
const LARGEST_TABLE = 2002;
const TUNINGS = [0.6, 0.85].flatMap((decay) => [0.05, 0.2].map((random) => ({ decay, random })));

const isRival = (way: string): way is QSettings["way"] =>
  ["independent", "sharing", "mean_field"].includes(way);

const meanFrom = (learners: QLearners, first: number, shifts: number): Estimate =>
  estimate(Array.from({ length: shifts }, (_, i) => learners.shift(first + i, HORIZON)));

/** Learns in so many shifts, in which actions are random less and less often. @returns what it earns in others */
function tried(learners: QLearners, random: number, shifts: number): number {
  for (let shift = 0; shift < shifts; shift++) {
    learners.shift(shift, HORIZON, Math.max(random, 1 - (2 * shift) / shifts));
  }
  return meanFrom(learners, CHOSEN, SHIFTS / 2).mean;
}
