/**
 * Measures P_l and P_g in the motion world. Actions are drawn uniformly, and the agents' controller
 * drives the bodies at 10 Hz, one control period late. Pure: a function of scenario and seed.
 */
import { leadSpotOf, type Point, spotOf, targetZone, zoneOfState } from "../game/arena";
import { keyedUniform } from "../game/draws";
import { drawEpisodeStart } from "../game/episode";
import { type Game, sizesOf } from "../game/model";
import { nest } from "../game/scenario";
import { type DriveCommand, driveTo, STOP } from "../nodes/drive";
import { InvalidInputError } from "../base/errors";
import { MotionWorld } from "../../sim/world/motion";
import { worldProblem } from "../../sim/world/world_problem";
import type { Counts } from "./recorded";

export interface MeasureOptions {
  readonly robots: number;
  readonly epochs: number;
  readonly seed: number;
  /** Control periods of 0.1 s from a decision to the wheels; default 1. */
  readonly latency?: number;
  /** Called after every shift with the number of epochs done. */
  readonly onProgress?: (epochs: number) => void;
}

/** Time between two commands, s: agents act on 10 Hz odometry. */
const CONTROL_PERIOD_S = 0.1;
const DEFAULT_SHIFT = 50;

/**
 * Runs the motion world for `epochs` epochs. A shift starts by the scenario's initial law. Each robot
 * is one sample of its row in each epoch; no prior knowledge enters. `loadPhysics` must be done.
 * @throws InvalidInputError where the world cannot run this game with so many robots
 */
export function measureArrays(game: Game, options: MeasureOptions): Measurement {
  const problem = worldProblem(game, "motion", options.robots);
  if (problem !== undefined) throw new InvalidInputError(problem);
  const run = new Measurement(game, options);
  const shift = game.horizon ?? DEFAULT_SHIFT;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    if (epoch % shift === 0) {
      run.placeAnew(epoch / shift);
      options.onProgress?.(epoch);
    }
    run.runEpoch(epoch);
  }
  return run;
}

export class Measurement implements Counts {
  readonly globalCounts: Float64Array;
  readonly localCounts: Float64Array;
  /** Drives to another zone by robots whose wheels were free; those that arrived in their epoch. */
  drives = 0;
  finishedDrives = 0;
  private readonly ids: string[];
  private readonly world: MotionWorld;
  private targets: readonly Point[] = [];
  private commands: DriveCommand[] = [];

  constructor(
    private readonly game: Game,
    private readonly options: MeasureOptions,
  ) {
    const { robots, seed } = options;
    this.ids = Array.from({ length: robots }, (_, i) => `robot_${i}`);
    this.globalCounts = new Float64Array(game.globalTransition.length);
    this.localCounts = new Float64Array(game.localTransition.length);
    const start = drawEpisodeStart(game, this.ids, seed, 0);
    this.world = new MotionWorld({ arena: game.arena, agentIds: this.ids, seed, start });
  }

  /** A new shift: the start of episode `episode`. */
  placeAnew(episode: number): void {
    const start = drawEpisodeStart(this.game, this.ids, this.options.seed, episode);
    this.world.place(start);
    this.targets = this.targetsAt(start.localStates, start.globalState);
    this.commands = this.targets.map(() => STOP);
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
      if (locked[i] === 1 || zones[i] === zoneOfState(game.arena, before[i])) continue;
      this.drives++;
      if (zoneOfState(game.arena, after[i]) === zones[i] && world.isSettled(i))
        this.finishedDrives++;
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
    const { world, options } = this;
    const { latency = 1 } = options;
    const periods = Math.max(1, Math.round(this.game.arena.epoch / CONTROL_PERIOD_S));
    const length = this.game.arena.epoch / periods;
    for (let period = 0; period < periods; period++) {
      if (period === latency - 1) this.targets = targets;
      this.targets.forEach((_, body) => this.control(body, length));
      world.step((epoch * periods + period + 1) * length - world.time);
    }
  }

  /** Applies the command of a period (s) ago, and computes the next one from the pose. */
  private control(body: number, period: number): void {
    const { arena } = this.game;
    const previous = this.commands[body];
    this.world.setCommand(body, previous.linear, previous.angular);
    const pose = this.world.bodies[body];
    const limits = body === this.ids.length ? arena.lead : arena.robot;
    this.commands[body] = driveTo(pose, this.targets[body], limits, previous, period);
  }
}

const sumOf = (row: readonly number[]): number => row.reduce((sum, value) => sum + value, 0);

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
  /** Probabilities of the same cells; without samples the scenario's are kept. */
  readonly given: readonly number[];
  readonly measured: readonly number[];
}

export interface ComparedArray {
  readonly largestDistance: number;
  readonly meanDistance: number;
  readonly rows: readonly ComparedRow[];
}

export interface WorldDistance {
  readonly global: ComparedArray;
  readonly local: ComparedArray;
}

/** How far a scenario's arrays are from what was measured. */
export function compareArrays(game: Game, measurement: Counts): WorldDistance {
  const { globalStates, globalActions, localStates, localActions } = game;
  const compare = (key: "global" | "local", names: string[]): ComparedArray => {
    const array = game[`${key}Transition`];
    const shape = [names.length, array.length / names.length];
    const flat = [array, measurement[`${key}Counts`]];
    const [given, counts] = flat.map((one) => nest(one, shape) as number[][]);
    const rows = names.map((row, i) => {
      const samples = sumOf(counts[i]);
      const measured = samples > 0 ? counts[i].map((count) => count / samples) : given[i];
      const distance = rowDistance(given[i], measured);
      const samplingError = rowError(counts[i]);
      return { row, distance, samples, samplingError, given: given[i], measured };
    });
    const distances = rows.map(({ distance }) => distance);
    const meanDistance = sumOf(distances) / distances.length;
    return { largestDistance: Math.max(...distances), meanDistance, rows };
  };
  const globalNames = globalStates.flatMap((s) => globalActions.map((a) => `${s}, ${a}`));
  const localNames = localStates.flatMap((s) =>
    globalStates.flatMap((g) => localActions.map((a) => `${s}, lead ${g}, ${a}`)),
  );
  return { global: compare("global", globalNames), local: compare("local", localNames) };
}

/** A rough distance of a scenario's arrays from the motion world's: 300 epochs, one to three seconds. */
export const distanceFromWorld = (game: Game, robots: number): WorldDistance =>
  compareArrays(game, measureArrays(game, { robots, epochs: 300, seed: 0 }));
