/**
 * What only the world knows of each epoch: true states at its decision, actions, the reward. Pure
 * bookkeeping for the page, the summary and recordings; no agent hears of it.
 */
import { targetZone, zoneOfState } from "../../src/game/arena";
import { type Game, sizesOf } from "../../src/game/model";
import { type Estimate, estimate } from "../../src/game/statistics";
import { type GlobalCommand, type LocalAction, nanoseconds } from "../../src/ros/messages";

const NOTHING = {
  epochs: 0,
  missedEpochs: 0,
  /** Commanded, and not rewarded: the world did not know all states at the decision. */
  unseenEpochs: 0,
  staleActions: 0,
  missingActions: 0,
  /** Robots with free wheels that were not in their action's zone when its epoch ended. */
  unreachedZones: 0,
  samplesAsked: 0,
  samplesReceived: 0,
};

/** Whether a command has the sizes of the game, and shares that are some. */
export function isOfGame(game: Game, command: GlobalCommand): boolean {
  const { global_state: globalState, action, histogram, belief, belief_variance } = command;
  const { sG, aG, sL } = sizesOf(game);
  const areShares = [...Array.from(belief), belief_variance].every((x) => x >= 0 && x <= 1);
  const isSized = histogram.length === sL && belief.length === sL;
  return globalState < sG && action < aG && isSized && areShares;
}

export class Ledger {
  readonly totals = { ...NOTHING };
  readonly rewards: number[] = [];
  /** Whether there was a command yet. */
  hasBegun = false;
  private decisionTime = -1n;
  openCommand: GlobalCommand | undefined;
  /** [n] actions heard in the open epoch; -1: none yet. */
  openActions = new Int8Array(0);
  /** Whether the true states at the open epoch's decision are known. */
  isSeen = false;
  /** These; [n] those of the robots. */
  globalState = 0;
  localStates = new Uint8Array(0);
  private received = 0;
  private rewardSum = 0;
  /** Actions of epochs whose command was not heard yet: the newest. */
  private readonly early: LocalAction[] = [];
  /** Of each robot, by its id. */
  indexOf: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly game: Game,
    agentIds: readonly string[],
  ) {
    this.setAgents(agentIds);
  }

  /** Robots from the next `open` on. */
  setAgents(agentIds: readonly string[]): void {
    this.indexOf = new Map(agentIds.map((id, index) => [id, index]));
  }

  restart(): void {
    Object.assign(this.totals, NOTHING);
    this.rewards.splice(0);
    this.rewardSum = 0;
  }

  get population(): number {
    return this.indexOf.size;
  }

  /**
   * Opens an epoch.
   * @param decisionTime ns
   * @param localStates the true ones; where one is no state of the game, they are not known
   */
  open(decisionTime: bigint, globalState: number, localStates: Uint8Array): void {
    this.decisionTime = decisionTime;
    this.isSeen = localStates.every((state) => state < sizesOf(this.game).sL);
    this.globalState = globalState;
    this.localStates = localStates.slice();
    this.openActions = new Int8Array(this.population).fill(-1);
    this.received = 0;
    this.openCommand = undefined;
  }

  /** Returns whether `command` is the first valid one of the open epoch. */
  hearCommand(command: GlobalCommand): boolean {
    if (nanoseconds(command.decision_time) !== this.decisionTime) return false;
    if (this.openCommand !== undefined || !isOfGame(this.game, command)) return false;
    this.openCommand = command;
    this.hasBegun = true;
    const { totals } = this;
    totals.samplesAsked += command.sampled_agents.length;
    totals.samplesReceived += command.sampled_agents.length - command.missing;
    // Of epochs further on: another session's, where epochs began anew.
    for (const action of this.early.splice(0))
      if (action.epoch <= command.epoch + 1) this.hearAction(action);
    return true;
  }

  hearAction(action: LocalAction): void {
    const index = this.indexOf.get(action.agent_id);
    if (index === undefined) return;
    if (action.epoch > (this.openCommand?.epoch ?? -1)) this.early.push(action);
    if (this.early.length > 2 * this.population) this.early.shift();
    if (action.epoch !== this.openCommand?.epoch) return;
    if (action.action >= sizesOf(this.game).aL || this.openActions[index] >= 0) return;
    this.openActions[index] = action.action;
    this.received++;
    if (this.isSeen && action.state !== this.localStates[index]) this.totals.staleActions++;
  }

  /**
   * Counts, at the end of the open epoch, robots that did not reach the zone of their action.
   * @param localStates where the robots are now; no state of the game: not known
   * @param locked [n] 1: its wheels were locked in this epoch
   */
  noteArrivals(localStates: Uint8Array, locked: Uint8Array): void {
    if (this.openCommand === undefined || !this.isSeen) return;
    this.openActions.forEach((action, i) => {
      const isKnown = localStates[i] < sizesOf(this.game).sL;
      if (action < 0 || locked[i] === 1 || !isKnown) return;
      const { arena } = this.game;
      const target = targetZone(arena, this.localStates[i], action);
      if (zoneOfState(arena, localStates[i]) !== target) this.totals.unreachedZones++;
    });
  }

  get isComplete(): boolean {
    return this.openCommand !== undefined && this.received === this.population;
  }

  /**
   * Ends the open epoch; what is known of it stays until the next `open`.
   * @param needsAll an epoch without all actions is missed (the abstract world cannot move then)
   * @returns its reward; undefined if it was missed or not seen, or before the first command
   */
  close(needsAll = false): number | undefined {
    const { openCommand: command, totals } = this;
    if (!this.hasBegun) return undefined;
    if (command === undefined || (needsAll && !this.isComplete)) {
      totals.missedEpochs++;
      return undefined;
    }
    if (!this.isSeen) {
      totals.unseenEpochs++;
      return undefined;
    }
    totals.epochs++;
    totals.missingActions += this.population - this.received;
    const reward = this.reward(command.action);
    this.rewards.push(reward);
    this.rewardSum += reward;
    return reward;
  }

  /** r_g(s_g, a_g) + (1/n) Σ r_l(s_i, s_g, a_i) by the states at decision. */
  private reward(globalAction: number): number {
    const { game, globalState, localStates, openActions: actions } = this;
    const { sG, aG, aL } = sizesOf(game);
    let sum = 0;
    localStates.forEach((state, i) => {
      // Who did not act is taken to have stayed.
      const zone = zoneOfState(game.arena, state);
      const stay = Math.max(0, game.arena.targets[zone].indexOf(zone));
      const action = actions[i] < 0 ? stay : actions[i];
      sum += game.localReward[(state * sG + globalState) * aL + action];
    });
    return game.globalReward[globalState * aG + globalAction] + sum / this.population;
  }

  /** Empty: not known. */
  trueHistogram(): number[] {
    if (!this.isSeen) return [];
    const counts = new Array<number>(sizesOf(this.game).sL).fill(0);
    for (const state of this.localStates) counts[state]++;
    return counts;
  }

  get meanReward(): number | null {
    return this.rewards.length === 0 ? null : this.rewardSum / this.rewards.length;
  }
}

/** Mean of a correlated series and its standard error by batch means (⌊√N⌋ batches); null: too few. */
export function batchMeans(series: readonly number[]): { [K in keyof Estimate]: number | null } {
  if (series.length === 0) return { mean: null, standardError: null };
  const { mean } = estimate(series);
  const batches = Math.floor(Math.sqrt(series.length));
  if (batches < 2) return { mean, standardError: null };
  const length = Math.floor(series.length / batches);
  const means = [...Array(batches).keys()].map(
    (b) => estimate(series.slice(b * length, (b + 1) * length)).mean,
  );
  return { mean, standardError: estimate(means).standardError };
}
