/**
 * Measures P_l and P_g in the motion world. Actions are drawn uniformly, and the agents' controller
 * drives the bodies at 10 Hz, one control period late. Pure: a function of scenario and seed.
 */
import { leadSpotOf, type Point, spotOf, targetZone, zoneOfState } from "../game/arena";
import { keyedUniform } from "../game/draws";
import { drawEpisodeStart } from "../game/episode";
import { type Game, sizesOf } from "../game/model";
import { type DriveCommand, driveTo, STOP } from "../nodes/drive";
import { InvalidInputError } from "../base/errors";
import { MotionWorld } from "../../sim/world/motion";
import { worldProblem } from "../../sim/world/world_problem";
import { compareArrays, Counts, type WorldDistance } from "./counts";

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

export class Measurement extends Counts {
  /** Drives to another zone by robots whose wheels were free; those that arrived in their epoch. */
  drives = 0;
  finishedDrives = 0;
  private readonly ids: string[];
  private readonly world: MotionWorld;
  private targets: readonly Point[] = [];
  private commands: DriveCommand[] = [];

  constructor(
    game: Game,
    private readonly options: MeasureOptions,
  ) {
    super(game);
    const { robots, seed } = options;
    this.ids = Array.from({ length: robots }, (_, i) => `robot_${i}`);
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
    const { aG, aL } = sizesOf(game);
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
      this.countLocal(before[i], globalBefore, actions[i], after[i]);
      if (locked[i] === 1 || zones[i] === zoneOfState(game.arena, before[i])) continue;
      this.drives++;
      if (zoneOfState(game.arena, after[i]) === zones[i] && world.isSettled(i))
        this.finishedDrives++;
    }
    this.countGlobal(globalBefore, globalAction, world.globalState());
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

/** A rough distance of a scenario's arrays from the motion world's: 300 epochs, one to three seconds. */
export const distanceFromWorld = (game: Game, robots: number): WorldDistance =>
  compareArrays(game, measureArrays(game, { robots, epochs: 300, seed: 0 }));
