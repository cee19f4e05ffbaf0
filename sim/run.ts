/** One run of the simulator in either world: its epochs, episodes, reports and summary. */
import { drawEpisodeStart, type EpisodeStart } from "../src/game/episode";
import type { Game } from "../src/game/model";
import { type GlobalCommand, nanoseconds } from "../src/ros/messages";
import type { EpochTold } from "./protocol";
import { batchMeans, Ledger } from "./world/ledger";

export interface RunOptions {
  readonly game: Game;
  /** At the start. */
  readonly robots: readonly string[];
  readonly seed: number;
  /** Length of an epoch, ns of simulated time. */
  readonly epochNs: bigint;
  /** Simulated ns from the first command until the end; 0: none. */
  readonly durationNs: bigint;
  readonly fidelity: "motion" | "abstract";
  readonly onEpoch: (told: EpochTold) => void;
  /** Statistics started from zero, or the robots are others. */
  readonly onReset: () => void;
}

export const robotNames = (population: number): string[] =>
  Array.from({ length: population }, (_, i) => `robot_${i}`);

export class Run {
  readonly ledger: Ledger;
  /** In the open epoch. */
  robots: readonly string[];
  private episode = 0;
  private seed: number;
  private firstDecision: bigint | undefined;
  /** Start of the shift at hand (0: the first command begins it) and of the next one (0: none), ns. */
  shift = { begin: 0n, next: 0n };
  private now = 0n;
  /** Epochs from then on count in the statistics, ns. */
  since = 0n;

  constructor(readonly options: RunOptions) {
    this.ledger = new Ledger(options.game, options.robots);
    this.robots = options.robots;
    this.seed = options.seed;
  }

  /** Draws the next starts with `seed`, from episode 0. */
  reseed(seed: number): void {
    this.seed = seed;
    this.episode = 0;
  }

  /** Sets the number of robots, between two epochs. */
  resize(population: number): void {
    this.robots = robotNames(population);
    this.ledger.setAgents(this.robots);
    this.options.onReset();
  }

  restart(): void {
    this.since = this.now;
    this.ledger.restart();
    this.options.onReset();
  }

  /** A shift begins at `time`, ns. */
  beginShift(time: bigint): void {
    if (!this.ledger.hasBegun) return;
    const { game, epochNs } = this.options;
    const next = game.horizon === undefined ? 0n : time + BigInt(game.horizon) * epochNs;
    this.shift = { begin: time, next };
  }

  /** The world began anew, and its time too: the next command begins a shift. */
  startOver(): void {
    this.firstDecision = undefined;
    this.shift = { begin: 0n, next: 0n };
  }

  start(): EpisodeStart {
    return drawEpisodeStart(this.options.game, this.robots, this.seed, this.episode);
  }

  /** Returns whether it is the first copy of the open epoch's. */
  hearCommand(command: GlobalCommand): boolean {
    if (!this.ledger.hearCommand(command)) return false;
    if (this.firstDecision === undefined) {
      this.firstDecision = nanoseconds(command.decision_time);
      this.beginShift(this.firstDecision);
    }
    this.tell(null);
    return true;
  }

  /** Ends the open epoch at simulated time `now`, ns. */
  closeEpoch(now: bigint): void {
    this.now = now;
    const reward = this.ledger.close(this.options.fidelity === "abstract");
    if (reward !== undefined) this.tell(reward);
  }

  /** Whether the next shift begins at `time`, ns; if so, `start` is the next episode's. */
  nextEpisode(time: bigint): boolean {
    if (time !== this.shift.next) return false;
    this.episode++;
    return true;
  }

  isOver(now: bigint): boolean {
    const { durationNs } = this.options;
    return durationNs > 0n && this.passed(now) >= durationNs;
  }

  /** Simulated ns since the first command; 0 before it. */
  private passed(now: bigint): bigint {
    return this.firstDecision === undefined ? 0n : now - this.firstDecision;
  }

  private tell(reward: number | null): void {
    const { openCommand, meanReward, totals } = this.ledger;
    if (openCommand === undefined) return;
    const { epochs: epochsCounted, missedEpochs } = totals;
    const { epoch } = openCommand;
    this.options.onEpoch({ type: "epoch", epoch, reward, meanReward, epochsCounted, missedEpochs });
  }

  /**
   * What the world tells its parent at the end (src/cli/swarm_processes.ts).
   * @param realTimeFactor simulated seconds in a second; null: not known
   * @param world which: see WorldState.msg
   */
  summary(realTimeFactor: number | null, world: string) {
    const { ledger, options, robots } = this;
    return {
      scenario: options.game.name,
      fidelity: world,
      realTimeFactor,
      robots: robots.length,
      ...ledger.totals,
      rewardPerEpoch: batchMeans(ledger.rewards),
      seconds: Math.max(0, Number(this.passed(this.now)) / 1e9),
    };
  }
}
