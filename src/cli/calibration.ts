/**
 * Measures P_l and P_g in the motion world. Actions are drawn uniformly, and the agents' controller
 * drives the bodies at 10 Hz, one control period late. Pure: a function of scenario and seed.
 */
import { leadSpotOf, type Point, spotOf, targetZone } from "../game/arena";
import { keyedUniform } from "../game/draws";
import { drawEpisodeStart } from "../game/episode";
import { type Game, sizesOf } from "../game/model";
import { type DriveCommand, driveTo, STOP } from "../nodes/drive";
import { InvalidInputError } from "../base/errors";
import { MotionWorld } from "../../sim/world/motion";
import { motionProblem } from "../../sim/world/motion_problem";

export interface MeasureOptions {
  readonly robots: number;
  readonly epochs: number;
  readonly seed: number;
  /** Control periods of 0.1 s from a decision to the wheels; default 1. */
  readonly latency?: number;
  /** Steps the world by dt s; default: world.step(dt). */
  readonly step?: (world: MotionWorld, dt: number) => void;
  /** Called after every shift with the number of epochs done. */
  readonly onProgress?: (epochs: number) => void;
}

/** Time between two commands, s: agents act on 10 Hz odometry. */
const CONTROL_PERIOD_S = 0.1;
const DEFAULT_SHIFT = 50;
/** A docked robot need only be controlled in the last periods of an epoch: earlier, it cannot move. */
const SETTLING_PERIODS = 12;

/**
 * Runs the motion world for `epochs` epochs. A shift starts by the scenario's initial law. Each robot
 * is one sample of its row in each epoch; no prior knowledge enters. `loadPhysics` must be done.
 * @throws InvalidInputError where the world cannot run this game with so many robots
 */
export function measureArrays(game: Game, options: MeasureOptions): Measurement {
  const problem = motionProblem(game, options.robots);
  if (problem !== undefined) throw new InvalidInputError(problem);
  const run = new Measurement(game, options);
  const shift = game.horizon ?? DEFAULT_SHIFT;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    if (epoch % shift === 0 && epoch > 0) {
      run.placeAnew(epoch / shift);
      options.onProgress?.(epoch);
    }
    run.runEpoch(epoch);
  }
  options.onProgress?.(options.epochs);
  return run;
}

export class Measurement {
  /** Samples of each transition, [sG][aG][sG'] and [sL][sG][aL][sL']. */
  readonly globalCounts: Float64Array;
  readonly localCounts: Float64Array;
  /** Drives to another zone by robots whose wheels were free; those that arrived in their epoch. */
  drives = 0;
  finishedDrives = 0;
  private readonly ids: string[];
  private readonly world: MotionWorld;
  private readonly periods: number;
  private readonly period: number;
  private readonly latency: number;
  private targets: readonly Point[];
  private readonly commands: DriveCommand[];

  constructor(
    private readonly game: Game,
    private readonly options: MeasureOptions,
  ) {
    const { arena } = game;
    this.ids = Array.from({ length: options.robots }, (_, i) => `robot_${i}`);
    this.globalCounts = new Float64Array(game.globalTransition.length);
    this.localCounts = new Float64Array(game.localTransition.length);
    this.periods = Math.max(1, Math.round(arena.epoch / CONTROL_PERIOD_S));
    this.period = arena.epoch / this.periods;
    this.latency = options.latency ?? 1;
    const start = drawEpisodeStart(game, this.ids, options.seed, 0);
    this.world = new MotionWorld({ arena, agentIds: this.ids, seed: options.seed, start });
    this.targets = this.targetsAt(start.localStates, start.globalState);
    this.commands = this.targets.map(() => STOP);
  }

  /** [sG][aG][sG'], rows sum to 1; a row without samples is the scenario's. */
  get globalTransition(): Float64Array {
    const { sG } = sizesOf(this.game);
    return frequencies(this.globalCounts, this.game.globalTransition, sG);
  }

  /** [sL][sG][aL][sL'], in the same way. */
  get localTransition(): Float64Array {
    const { sL } = sizesOf(this.game);
    return frequencies(this.localCounts, this.game.localTransition, sL);
  }

  /** A new shift: the start of episode `episode`. */
  placeAnew(episode: number): void {
    const start = drawEpisodeStart(this.game, this.ids, this.options.seed, episode);
    this.world.place(start);
    this.commands.fill(STOP);
    this.targets = this.targetsAt(start.localStates, start.globalState);
  }

  /** One epoch of uniformly drawn actions, counted. */
  runEpoch(epoch: number): void {
    const { game, world } = this;
    const { sG, aG, aL, sL } = sizesOf(game);
    const uniform = keyedUniform(this.options.seed, "local-action", "", epoch);
    const actions = Uint8Array.from(this.ids, () => Math.floor(uniform() * aL));
    const globalAction = Math.floor(uniform() * aG);
    const before = world.localStates();
    const globalBefore = world.globalState();
    const { locked } = world;
    const zones = before.map((state, i) => targetZone(game.arena, state, actions[i]));
    this.drive(this.targetsAt(zones, globalAction), epoch);
    const after = world.localStates();
    for (let i = 0; i < before.length; i++) {
      this.localCounts[((before[i] * sG + globalBefore) * aL + actions[i]) * sL + after[i]]++;
      if (locked[i] === 1 || zones[i] === before[i]) continue;
      this.drives++;
      if (after[i] === zones[i] && world.isSettled(i)) this.finishedDrives++;
    }
    this.globalCounts[(globalBefore * aG + globalAction) * sG + world.globalState()]++;
  }

  /** The bodies' spots: the robots' in their zones, then the lead vehicle's. */
  private targetsAt(zones: Uint8Array, leadZone: number): readonly Point[] {
    const { arena } = this.game;
    return [...Array.from(zones, (zone, i) => spotOf(arena, zone, i)), leadSpotOf(arena, leadZone)];
  }

  /** One epoch of control periods; the new targets hold once they have reached the agents. */
  private drive(targets: readonly Point[], epoch: number): void {
    for (let period = 0; period < this.periods; period++) {
      const end = (epoch * this.periods + period + 1) * this.period;
      if (period === this.latency - 1) this.targets = targets;
      const settling = period >= this.periods - SETTLING_PERIODS;
      for (let body = 0; body < this.targets.length; body++) {
        if (this.world.bodies[body].isLocked && !settling) this.commands[body] = STOP;
        else this.control(body);
      }
      const dt = end - this.world.time;
      if (this.options.step) this.options.step(this.world, dt);
      else this.world.step(dt);
    }
  }

  /** Applies the command of a period ago, and computes the next one from the pose. */
  private control(body: number): void {
    const { arena } = this.game;
    const previous = this.commands[body];
    this.world.setCommand(body, previous.linear, previous.angular);
    const pose = this.world.bodies[body];
    const limits = body === this.ids.length ? arena.lead : arena.robot;
    this.commands[body] = driveTo(pose, this.targets[body], limits, previous, this.period);
  }
}

function rowsOf(flat: ArrayLike<number>, width: number): number[][] {
  const all = Array.from(flat);
  return Array.from({ length: all.length / width }, (_, row) =>
    all.slice(row * width, (row + 1) * width),
  );
}

const sumOf = (row: readonly number[]): number => row.reduce((sum, value) => sum + value, 0);

/** Each row of counts divided by its sum; rows without counts are taken from `fallback`. */
function frequencies(counts: Float64Array, fallback: Float64Array, width: number): Float64Array {
  const totals = rowsOf(counts, width).map(sumOf);
  return counts.map((count, i) => {
    const total = totals[Math.floor(i / width)];
    return total > 0 ? count / total : fallback[i];
  });
}

/** Total variation (half the L1 distance) of two rows of probabilities, in [0, 1]. */
export const rowDistance = (a: readonly number[], b: readonly number[]): number =>
  sumOf(a.map((p, i) => Math.abs(p - b[i]) / 2));

/**
 * Expected total variation of a measured row from the true one by chance: half the sum of the cells'
 * standard errors, and at least that of one sample.
 */
export function rowError(counts: readonly number[]): number {
  const samples = Math.max(1, sumOf(counts));
  const errors = counts.map((count) => {
    const p = count / samples;
    return Math.sqrt((p * (1 - p)) / samples) / 2;
  });
  return Math.max(sumOf(errors), 1 / samples);
}

/** A row of a scenario's array against the world's. */
export interface ComparedRow {
  /** As a person reads it. */
  readonly row: string;
  /** Total variation of what was measured from the scenario's row. */
  readonly distance: number;
  readonly samples: number;
  readonly samplingError: number;
  /** Probabilities of the same cells. */
  readonly given: readonly number[];
  readonly measured: readonly number[];
}

export interface ComparedArray {
  readonly rows: readonly ComparedRow[];
  /** Of the rows' distances. */
  readonly largest: number;
  readonly mean: number;
}

export interface WorldDistance {
  readonly global: ComparedArray;
  readonly local: ComparedArray;
}

/** How far a scenario's arrays are from what was measured. */
export function compareArrays(game: Game, measured: Measurement): WorldDistance {
  const { globalStates, globalActions, localStates, localActions } = game;
  const compare = (key: "global" | "local", names: string[]): ComparedArray => {
    const array = `${key}Transition` as const;
    const width = game[array].length / names.length;
    const [given, found, counts] = [game[array], measured[array], measured[`${key}Counts`]].map(
      (flat) => rowsOf(flat, width),
    );
    const rows = names.map((row, i) => ({
      row,
      distance: rowDistance(given[i], found[i]),
      samples: sumOf(counts[i]),
      samplingError: rowError(counts[i]),
      given: given[i],
      measured: found[i],
    }));
    const distances = rows.map(({ distance }) => distance);
    return { rows, largest: Math.max(...distances), mean: sumOf(distances) / distances.length };
  };
  const globalNames = globalStates.flatMap((s) => globalActions.map((a) => `${s}, ${a}`));
  const localNames = localStates.flatMap((s) =>
    globalStates.flatMap((g) => localActions.map((a) => `${s}, lead ${g}, ${a}`)),
  );
  return { global: compare("global", globalNames), local: compare("local", localNames) };
}

/** A rough distance of a scenario's arrays from the motion world's: 300 epochs, one to three seconds. */
export const distanceFromWorld = (game: Game, robots: number, seed = 0): WorldDistance =>
  compareArrays(game, measureArrays(game, { robots, epochs: 300, seed }));
