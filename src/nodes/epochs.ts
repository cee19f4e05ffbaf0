/** The global agent's epochs: it samples k of n robots at each and commands by the learned policy. */
import { randomInt } from "node:crypto";
import { type Game, sizesOf } from "../game/model";
import { InvalidInputError } from "../game/scenario";
import { Observation, type ObservationMode } from "../policy/observation";
import type { LoadedPolicy } from "../policy/policy_file";
import { type RosClock, steadyMs } from "../ros/clock";
import {
  fromSeconds,
  type AgentState,
  type GlobalCommand,
  type GlobalState,
  nanoseconds,
  toTime,
} from "../ros/messages";
import type { RosNode } from "../ros/node";
import { epochSeconds } from "../ros/common_parameters";
import { RESET_SERVICE, TOPICS } from "../ros/topics";
import { GLOBAL_AGENT_PARAMETERS } from "./parameters";
import { policyFromFile, policyFromMessage, toLocalPolicy } from "./policy_source";
import { drawReplacements, drawSample, Quarantine } from "./sampling";
import { StateSubscriptions } from "./state_subscriptions";

/** The first epoch waits this long for its sample to be heard at all, ms. */
const FIRST_SAMPLE_MS = 10_000;
/** States stamped further ahead of the ROS clock are of a time that is no more, s. */
const FUTURE = 1;
/** Silent robots are replaced after this share of the sample's timeout. */
const REPLACE_SHARE = 0.5;

/** An epoch between its boundary and its command. */
interface OpenEpoch {
  readonly decisionTime: bigint;
  readonly sample: string[];
  readonly asked: Set<string>;
  readonly timers: NodeJS.Timeout[];
}

export class GlobalAgent {
  private readonly session = randomInt(1, 2 ** 32 - 1);
  private readonly states: StateSubscriptions;
  private readonly quarantine: Quarantine;
  private readonly epochNs: bigint;
  private readonly publishCommand;
  private readonly publishLocalPolicy;
  private policy: LoadedPolicy | undefined;
  private observation: Observation | undefined;
  private leadState: GlobalState | undefined;
  private prepared: string[] | undefined;
  private preparedMs = 0;
  private open: OpenEpoch | undefined;
  private command: GlobalCommand | undefined;
  private nextEpoch = 0;
  private lastDecision: bigint | undefined;
  private shift: number | undefined;
  private robots: string[] = [];
  private stopped = false;
  private resets = 0;
  private cancelAlarm: (() => void) | undefined;

  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    private readonly game: Game,
    private readonly clock: RosClock,
  ) {
    const { parameters } = node;
    this.epochNs = fromSeconds(epochSeconds(parameters.epoch_length, game.arena.epoch));
    this.quarantine = new Quarantine(parameters.quarantine * 1000);
    this.states = new StateSubscriptions(node, sizesOf(game).sL, () => this.tryDecide());
    this.publishCommand = node.publisher(TOPICS.globalCommand);
    this.publishLocalPolicy = node.publisher(TOPICS.localPolicy);
    this.listen();
    if (parameters.policy_file) this.follow(policyFromFile(parameters.policy_file, game));
    else node.log.info(`waiting for a policy of ${game.name} on the policy topic`);
  }

  private listen(): void {
    const { node, game } = this;
    node.subscribe(TOPICS.globalState, (message) => {
      const { sG } = sizesOf(game);
      if (message.state >= sG) {
        return `the lead vehicle says it is in state ${message.state} and the scenario has ${sG}; start every node with one scenario`;
      }
      this.leadState = message;
      this.tryDecide();
      return undefined;
    });
    node.subscribe(TOPICS.policy, (message) => {
      if (message.policy_sha256 === this.policy?.sha256) return undefined;
      try {
        this.follow(policyFromMessage(message, game));
        return undefined;
      } catch (error) {
        if (error instanceof InvalidInputError) return error.message;
        throw error;
      }
    });
    node.subscribe(TOPICS.emergencyStop, (message) => {
      if (!this.stopped) node.log.warn(`emergency stop from ${message.source}`);
      this.stop();
    });
    node.triggerService(RESET_SERVICE, () => {
      if (this.command === undefined) {
        const message = "no robot could hear it: no command was given yet; call again once one was";
        return { success: false, message };
      }
      const held = this.stopped;
      this.stopped = false;
      this.resets++;
      this.repeat();
      const message = held
        ? "the emergency stop is released"
        : "no stop was known here; robots that stand by one are released";
      node.log.info(message);
      return { success: true, message };
    });
  }

  /** Takes a policy; it decides from the next epoch on. */
  private follow(policy: LoadedPolicy): void {
    const { parameters } = this.node;
    const mode: ObservationMode = parameters.observation === "filter" ? "filter" : "sample";
    this.observation = new Observation(this.game, policy.pair, mode, parameters.population);
    this.policy = policy;
    this.publishLocalPolicy(toLocalPolicy(policy));
    this.node.log.info(
      `following policy ${policy.sha256.slice(0, 8)} (k = ${policy.pair.tableSize})`,
    );
  }

  private stop(): void {
    this.stopped = true;
    this.repeat();
  }

  private get sampleSize(): number {
    return this.node.parameters.sample_size || (this.policy?.pair.tableSize ?? 1);
  }

  /**
   * Looks whether the session's first epoch can start; called until it has. A swarm that starts
   * waits for all its robots, one that has acted before goes on with those that are there.
   */
  poll(): void {
    if (this.cancelAlarm !== undefined || !this.clock.isRunning) return;
    if (this.policy === undefined || this.leadState === undefined) return;
    const robots = this.node.robotsWithState();
    if (this.prepared === undefined || robots.length !== this.robots.length) this.prepare();
    const heard = this.states.newest(this.prepared!);
    const isComplete = heard.length === this.prepared!.length;
    if (!isComplete && steadyMs() - this.preparedMs < FIRST_SAMPLE_MS) return;
    if (heard.length === 0) {
      for (const robot of this.prepared!) this.quarantine.put(robot, steadyMs());
      return this.prepare();
    }
    const hasActed = heard.some((state) => state.acted);
    if (robots.length < this.node.parameters.population && !hasActed) return;
    const epoch = this.nextEpoch;
    this.resume(heard);
    // The sample is the epoch's own: drawn again once the epoch is known.
    if (this.nextEpoch !== epoch) return this.prepare();
    const now = this.clock.now();
    this.scheduleAt(((now + this.epochNs - 1n) / this.epochNs) * this.epochNs);
  }

  /** Draws the next epoch's sample and subscribes to it ahead of time. */
  private prepare(): void {
    this.robots = this.node.robotsWithState();
    const eligible = this.quarantine.eligible(this.robots, steadyMs());
    this.prepared = drawSample(
      this.node.parameters.seed,
      this.nextEpoch,
      eligible,
      this.sampleSize,
    );
    this.preparedMs = steadyMs();
    this.states.keep(this.prepared);
  }

  private scheduleAt(boundary: bigint): void {
    this.cancelAlarm?.();
    this.cancelAlarm = this.clock.at(boundary, () => this.node.safely(() => this.begin()));
  }

  /** An epoch's start: the newest boundary that ROS time has reached. */
  private begin(): void {
    const decisionTime = (this.clock.now() / this.epochNs) * this.epochNs;
    this.scheduleAt(decisionTime + this.epochNs);
    if (this.open) this.abandon("its command was not out before its end");
    this.passOver(decisionTime);
    const sample = this.prepared ?? [];
    const timeoutMs = this.node.parameters.sample_timeout * 1000;
    const later = (share: number, work: () => void): NodeJS.Timeout =>
      setTimeout(() => this.node.safely(work), timeoutMs * share);
    this.open = {
      decisionTime,
      sample: [...sample],
      asked: new Set(sample),
      timers: [
        later(REPLACE_SHARE, () => this.replaceSilent()),
        later(1, () => this.tryDecide(true)),
      ],
    };
    this.tryDecide();
  }

  /** Boundaries that went by unseen are epochs too: shifts are counted by them. */
  private passOver(decisionTime: bigint): void {
    const since = this.lastDecision === undefined ? 0n : decisionTime - this.lastDecision;
    this.lastDecision = decisionTime;
    const unseen = Number(since / this.epochNs) - 1;
    if (unseen <= 0) return;
    this.node.log.warn(`epochs ${this.nextEpoch} to ${this.nextEpoch + unseen - 1} went by unseen`);
    this.nextEpoch += unseen;
    this.prepare();
  }

  private abandon(why: string): void {
    this.node.log.warn(`epoch ${this.nextEpoch} is missed: ${why}`);
    this.nextEpoch++;
    if (this.command) this.observation?.predict(this.command.global_state);
    this.open?.timers.forEach(clearTimeout);
    this.open = undefined;
    this.prepare();
  }

  /** Whether a state counts at the decision: neither too old nor of a time that is no more. */
  private isFresh({ decisionTime }: OpenEpoch, { header }: AgentState | GlobalState): boolean {
    const stamp = nanoseconds(header.stamp);
    const oldest = decisionTime - fromSeconds(this.node.parameters.max_state_age);
    return stamp >= oldest && stamp <= this.clock.now() + fromSeconds(FUTURE);
  }

  /** Silent robots go into quarantine; others are asked in their place, within 2k subscriptions. */
  private replaceSilent(): void {
    const { open } = this;
    if (open === undefined) return;
    const answered = (robot: string): boolean =>
      this.states.newest([robot]).some((state) => this.isFresh(open, state));
    const silent = open.sample.filter((robot) => !answered(robot));
    for (const robot of silent) this.quarantine.put(robot, steadyMs());
    const eligible = this.quarantine.eligible(this.robots, steadyMs());
    const room = Math.max(0, 2 * this.sampleSize - this.states.count);
    const count = Math.min(silent.length, room);
    const others = drawReplacements(
      this.node.parameters.seed,
      this.nextEpoch,
      eligible,
      open.asked,
      count,
    );
    others.forEach((robot, i) => {
      open.sample[open.sample.indexOf(silent[i])] = robot;
      open.asked.add(robot);
      this.states.add(robot);
    });
    if (silent.length > 0) {
      this.node.log.warn(
        `epoch ${this.nextEpoch}: ${silent.join(", ")} silent; asked ${others.join(", ") || "nobody"} instead`,
      );
    }
  }

  /** Decides when all asked have answered, or with what came when time is up. */
  private tryDecide(timeIsUp = false): void {
    const { open, leadState } = this;
    if (open === undefined) return;
    const received = this.states.newest(open.sample).filter((state) => this.isFresh(open, state));
    const lead = leadState && this.isFresh(open, leadState) ? leadState : undefined;
    const isComplete = received.length === open.sample.length && lead !== undefined;
    if (!isComplete && !timeIsUp) return;
    if (lead === undefined) {
      this.abandon("the lead vehicle's state did not come in time; look at lead_agent");
      return;
    }
    open.timers.forEach(clearTimeout);
    this.open = undefined;
    this.decide(open, lead.state, received);
  }

  private decide(open: OpenEpoch, globalState: number, received: readonly AgentState[]): void {
    const { observation, policy } = this;
    if (observation === undefined || policy === undefined) return;
    const { horizon } = this.game;
    const shift = horizon === undefined ? 0 : Math.floor(this.nextEpoch / horizon);
    if (shift !== this.shift) observation.reset();
    this.shift = shift;
    const histogram = new Array<number>(sizesOf(this.game).sL).fill(0);
    for (const state of received) histogram[state.state]++;
    observation.observe(histogram);
    const missing = open.sample.length - received.length;
    if (missing > 0) {
      this.node.log.warn(
        `epoch ${this.nextEpoch}: ${missing} of ${open.sample.length} states missing`,
      );
    }
    this.command = {
      header: { stamp: this.clock.stamp(), frame_id: "map" },
      session: this.session,
      epoch: this.nextEpoch,
      decision_time: toTime(open.decisionTime),
      global_state: globalState,
      action: observation.decide(globalState),
      sampled_agents: open.sample,
      histogram,
      belief: Array.from(observation.belief),
      missing,
      sample_size: this.sampleSize,
      population: this.robots.length,
      policy_sha256: policy.sha256,
      emergency_stop: this.stopped,
      resets: this.resets,
    };
    this.publishCommand(this.command);
    observation.predict(globalState);
    this.nextEpoch++;
    setImmediate(() => this.node.safely(() => this.prepare()));
  }

  /** A session goes on where the swarm is: its epoch, and its stop. */
  private resume(heard: readonly AgentState[]): void {
    for (const state of heard) {
      if (state.acted) this.nextEpoch = Math.max(this.nextEpoch, state.epoch + 1);
      if (state.stopped) this.stopped = true;
    }
  }

  /** The command again, for the robots' watchdogs. */
  repeat(): void {
    if (this.command === undefined) return;
    this.command = {
      ...this.command,
      header: { stamp: this.clock.stamp(), frame_id: "map" },
      emergency_stop: this.stopped,
      resets: this.resets,
    };
    this.publishCommand(this.command);
  }
}
