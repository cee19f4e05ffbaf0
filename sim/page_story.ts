/**
 * What the page shows of a swarm, put together from what it hears: decisions from commands, rewards and
 * truths from the world. Pure.
 */
import { leadSpotOf } from "../src/game/arena";
import { zoneNames } from "../src/game/kinds";
import { type Game, sizesOf } from "../src/game/model";
import {
  type EpochReport as Rewarded,
  type GlobalCommand,
  nanoseconds,
  type WorldPoses,
  type WorldState as ToldWorld,
} from "../src/ros/messages";
import type { PageHub, SharedSnapshot } from "./page_hub";
import {
  addReport,
  CONTROLS,
  encodePoses,
  type EpochReport,
  FAULTS,
  MODES,
  PROTOCOL_VERSION,
  ROBOTS_LIMIT,
  type WorldState,
} from "./protocol";
import { robotNames } from "./run";
import { isOfGame } from "./world/ledger";

type Totals = Pick<EpochReport, "meanReward" | "epochsCounted" | "missedEpochs">;
const NOTHING: Totals = { meanReward: null, epochsCounted: 0, missedEpochs: 0 };
const NOT_OF_GAME = "it does not fit the scenario; give all nodes the same";

const isWhole = (value: number): boolean => value >= 0 && value < Infinity;

export class PageStory {
  readonly history: EpochReport[] = [];
  /** The newest copy. */
  command: GlobalCommand | undefined;
  /** Told as things change. */
  pages: Pick<PageHub, "publish" | "restart"> | undefined;
  /** Since when no poses came that are awaited, Unix time, ms; null: they come. */
  silentSince: number | null = null;
  world: ToldWorld | undefined;
  private totals = NOTHING;
  /** When epochs were decided, ns. */
  private readonly timeOf = new WeakMap<EpochReport, bigint>();
  /** Not told yet: the truth is awaited until the command is repeated. */
  private held: EpochReport | undefined;

  constructor(
    private readonly game: Game,
    /** Namespaces, until the world says that there are more or fewer. */
    public robots: readonly string[],
  ) {}

  /** Gives why it is refused. */
  hearCommand(command: GlobalCommand): string | undefined {
    if (!isOfGame(this.game, command)) return NOT_OF_GAME;
    const before = this.command;
    this.command = command;
    const isRepeat = before?.session === command.session && before.epoch === command.epoch;
    if (!isRepeat) this.begin(command);
    else if (this.held) this.tell(this.held);
    if (before?.emergency_stop !== command.emergency_stop) this.tellWorld();
    return undefined;
  }

  private begin(command: GlobalCommand): void {
    const { world, robots } = this;
    const indexOf = new Map(robots.map((robot, index) => [robot, index]));
    const isTold = world && nanoseconds(world.decision_time) === nanoseconds(command.decision_time);
    const report: EpochReport = {
      type: "epoch",
      epoch: command.epoch,
      globalState: command.global_state,
      globalAction: command.action,
      sampled: command.sampled_agents.flatMap((agent) => indexOf.get(agent) ?? []),
      belief: Array.from(command.belief),
      beliefVariance: command.belief_variance,
      sampledHistogram: Array.from(command.histogram),
      trueHistogram:
        isTold && world.histogram.length > 0
          ? Array.from(world.histogram)
          : this.game.localStates.map(() => 0),
      reward: null,
      ...this.totals,
      missing: command.missing,
      emergencyStop: command.emergency_stop,
    };
    this.timeOf.set(report, nanoseconds(command.decision_time));
    addReport(this.history, report);
    if (isTold || !world) this.tell(report);
    else this.held = report;
  }

  /** An epoch is over. Gives why it is refused. */
  hearEpoch(heard: Rewarded): string | undefined {
    const { sG, sL } = sizesOf(this.game);
    const { global_state: globalState, histogram, reward, mean_reward: meanReward } = heard;
    const areNumbers = Number.isFinite(reward) && Number.isFinite(meanReward);
    if (globalState >= sG || histogram.length !== sL || !areNumbers) return NOT_OF_GAME;
    const { epochs: epochsCounted, missed_epochs: missedEpochs } = heard;
    this.totals = { meanReward, epochsCounted, missedEpochs };
    const report = this.at(nanoseconds(heard.header.stamp));
    if (report === undefined) return undefined;
    Object.assign(report, { globalState, trueHistogram: Array.from(histogram), reward });
    // The next command may have been faster: pages take what comes last as the newest.
    for (const later of this.history.slice(this.history.indexOf(report)))
      this.tell(Object.assign(later, this.totals));
    return undefined;
  }

  /** Gives why it is refused. */
  hearWorld(world: ToldWorld): string | undefined {
    const { histogram, population, speed, real_time_factor: factor } = world;
    const isSized = [0, sizesOf(this.game).sL].includes(histogram.length);
    if (!isSized || population > ROBOTS_LIMIT) return NOT_OF_GAME;
    if (!isWhole(speed) || !isWhole(factor)) return "its speed is no number; give one from 0 up";
    const before = this.world;
    this.world = world;
    const isReset = before && nanoseconds(before.since) !== nanoseconds(world.since);
    if (isReset) this.forget(nanoseconds(world.since));
    const isOther = population !== this.robots.length;
    if (isOther) this.robots = robotNames(population);
    if (isReset || isOther) this.pages?.restart();
    const report = this.at(nanoseconds(world.decision_time));
    if (report && !report.trueHistogram.some(Boolean) && histogram.length > 0) {
      report.trueHistogram = Array.from(histogram);
      this.tell(report);
    }
    this.tellWorld();
    return undefined;
  }

  /** The frame for pages, or why it is refused. */
  frameOf({ poses, locked, states }: WorldPoses): Uint8Array | string {
    const isSized = poses.length === 3 * states.length + 3 && locked.length === states.length;
    if (!isSized) return "its lists do not fit each other; see WorldPoses.msg";
    const isEndless = Array.from(poses).some((value) => Math.abs(value) === Infinity);
    return isEndless ? "a pose is endless" : encodePoses(poses, locked, states);
  }

  private at(time: bigint): EpochReport | undefined {
    return this.history.findLast((report) => this.timeOf.get(report) === time);
  }

  private tell(report: EpochReport): void {
    if (report === this.held) this.held = undefined;
    this.pages?.publish(report);
  }

  tellWorld(): void {
    this.pages?.publish(this.state());
  }

  /** Forgets epochs that were decided before `since`, ns. */
  private forget(since: bigint): void {
    const kept = this.history.filter((report) => (this.timeOf.get(report) ?? since) >= since);
    this.totals = NOTHING;
    this.history.splice(0, Infinity, ...kept.map((report) => Object.assign(report, NOTHING)));
  }

  /** @param epochSeconds length of an epoch, s */
  snapshot(epochSeconds: number, references: readonly number[]): SharedSnapshot {
    const { game, robots, history } = this;
    const { arena } = game;
    const [random, blind, full] = references;
    return {
      type: "snapshot",
      version: PROTOCOL_VERSION,
      scenario: game.name,
      zones: zoneNames(game).map((name, zone) => ({ name, ...arena.zones[zone] })),
      localStates: [...game.localStates],
      leadSpots: game.globalStates.map((name, zone) => ({ name, ...leadSpotOf(arena, zone) })),
      globalActions: [...game.globalActions],
      robotRadius: arena.robot.radius,
      leadRadius: arena.lead.radius,
      robots: [...robots],
      epochSeconds,
      references: { random, blind, full },
      history,
    };
  }

  state(): WorldState {
    const { command, world, robots, silentSince } = this;
    const { paused = false, real_time_factor: factor = 0 } = world ?? {};
    return {
      type: "world",
      world: world?.world ?? "",
      silentSince,
      controls: CONTROLS.filter((control) => world?.controls.includes(control)),
      paused,
      speed: world?.speed ?? 0,
      realTimeFactor: paused || factor === 0 ? null : factor,
      sampleSize: command?.sample_size ?? null,
      observation: MODES.find((mode) => mode === command?.observation) ?? null,
      emergencyStop: command?.emergency_stop ?? false,
      faults: (world?.faults ?? []).flatMap(({ robot, fault: name }) => {
        const fault = FAULTS.find((known) => known === name);
        const index = robots.indexOf(robot);
        return fault && index >= 0 ? { robot: index, fault } : [];
      }),
    };
  }
}
