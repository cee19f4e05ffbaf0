/** The global agent's epochs: when one is, whom it asks, and how long it waits for answers. */
import { type Game, sizesOf } from "../game/model";
import { type RosClock, steadyMs } from "../ros/clock";
import { epochSeconds } from "../ros/common_parameters";
import { type AgentState, fromSeconds, type GlobalState, nanoseconds } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { TOPICS, topicOf } from "../ros/topics";
import type { Commander } from "./commander";
import { GLOBAL_AGENT_PARAMETERS } from "./parameters";
import { drawReplacements, drawSample, Quarantine } from "./sampling";
import { hearLead, StateSubscriptions } from "./state_subscriptions";

/** The first epoch waits this long for its sample to be heard at all, ms. */
const FIRST_SAMPLE_MS = 10_000;
/** States stamped further ahead of the ROS clock are of a time that is no more, s. */
const FUTURE = 1;
/** Silent robots are replaced after this share of the sample's timeout. */
const REPLACE_SHARE = 0.5;

/** An epoch between its boundary and its command. */
interface OpenEpoch {
  readonly decisionTime: bigint;
  /** k in force when the sample was drawn. */
  readonly sampleSize: number;
  sample: string[];
  readonly asked: Set<string>;
  readonly timers: NodeJS.Timeout[];
}

export class Epochs {
  /** Epochs whose command was not out in time. */
  missedEpochs = 0;
  /** States that were asked for and did not come. */
  missingStates = 0;
  /** What the first epoch waits for; undefined: nothing. */
  waiting: string | undefined;
  private isActive = false;
  private readonly states: StateSubscriptions;
  private readonly quarantine: Quarantine;
  /** Length of the epoch at hand, ROS time, ns. */
  private epochNs: bigint;
  private readonly leadState;
  private prepared: string[] | undefined;
  private preparedMs = 0;
  private preparedSize = 0;
  private open: OpenEpoch | undefined;
  private nextEpoch = 0;
  /** Where the next epoch begins, ROS time, ns. */
  private boundary = 0n;
  private robots: string[] = [];
  private cancelAlarm: (() => void) | undefined;

  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    private readonly game: Game,
    private readonly clock: RosClock,
    private readonly commander: Commander,
  ) {
    this.epochNs = this.askedLength();
    this.quarantine = new Quarantine(() => node.parameters.quarantine * 1000);
    this.states = new StateSubscriptions(node, sizesOf(game).sL, () => this.tryDecide());
    this.leadState = hearLead(node, sizesOf(game).sG, () => this.tryDecide());
  }

  private askedLength(): bigint {
    return fromSeconds(epochSeconds(this.node.parameters.epoch_length, this.game.arena.epoch));
  }

  activate(): void {
    this.isActive = true;
  }

  deactivate(): void {
    this.isActive = false;
    this.cancelAlarm?.();
    this.cancelAlarm = undefined;
    this.open?.timers.forEach(clearTimeout);
    this.open = undefined;
    this.prepared = undefined;
    this.states.keep([]);
  }

  /** Robots known, and those in quarantine. */
  get swarm(): { readonly robots: number; readonly quarantined: number } {
    const eligible = this.quarantine.eligible(this.robots, steadyMs()).length;
    return { robots: this.robots.length, quarantined: this.robots.length - eligible };
  }

  /**
   * Looks whether the session's first epoch can start, and from then on who of the sample has left. A
   * swarm that starts waits for all its robots, one that has acted before goes on with those there.
   */
  poll(): void {
    if (!this.isActive) return;
    if (this.cancelAlarm !== undefined) return this.passByGone();
    if ((this.waiting = this.absent())) return;
    const robots = this.node.robotsWithState();
    if (this.prepared === undefined || robots.length !== this.robots.length) this.prepare();
    const heard = this.states.newest(this.prepared!);
    this.waiting = `waiting for the states of ${this.prepared!.length} robots: ${heard.length} came`;
    const isComplete = heard.length === this.prepared!.length;
    if (!isComplete && steadyMs() - this.preparedMs < FIRST_SAMPLE_MS) return;
    if (heard.length === 0) {
      for (const robot of this.prepared!) this.quarantine.put(robot, steadyMs());
      return this.prepare();
    }
    const hasActed = heard.some((state) => state.acted);
    const { population } = this.node.parameters;
    this.waiting = `waiting for ${population} robots: ${robots.length} are there`;
    if (robots.length < population && !hasActed) return;
    this.waiting = undefined;
    this.epochNs = this.askedLength();
    const now = this.clock.now();
    const boundary = ((now + this.epochNs - 1n) / this.epochNs) * this.epochNs;
    const epoch = this.nextEpoch;
    this.resume(heard, boundary);
    // The sample is the epoch's own: drawn again once the epoch is known.
    if (this.nextEpoch !== epoch) return this.prepare();
    this.scheduleAt(boundary);
  }

  /** What must be there before any robot is asked, and is not. */
  private absent(): string | undefined {
    if (!this.clock.isRunning)
      return "no time on /clock; start what publishes it, or set use_sim_time to false";
    if (!this.commander.policy)
      return "no policy; start the learner, or set policy_file and call reload_policy";
    return this.leadState() ? undefined : "the lead vehicle's state is not heard; start lead_agent";
  }

  /** Draws the next epoch's sample and subscribes to it ahead of time. */
  private prepare(): void {
    this.robots = this.node.robotsWithState();
    const eligible = this.quarantine.eligible(this.robots, steadyMs());
    this.preparedSize = this.commander.sampleSize;
    const { seed } = this.node.parameters;
    this.prepared = drawSample(seed, this.nextEpoch, eligible, this.preparedSize);
    this.preparedMs = steadyMs();
    this.states.keep(this.prepared);
  }

  private scheduleAt(boundary: bigint): void {
    this.boundary = boundary;
    this.cancelAlarm?.();
    this.cancelAlarm = this.clock.at(boundary, () => this.node.safely(() => this.begin()));
  }

  /** An epoch's start, at the newest boundary that ROS time has reached; it may have gone back. */
  private begin(): void {
    const now = this.clock.now();
    const passed = now > this.boundary ? (now - this.boundary) / this.epochNs : 0n;
    const decisionTime =
      now < this.boundary
        ? (now / this.epochNs) * this.epochNs
        : this.boundary + passed * this.epochNs;
    // Another length of epochs holds from this boundary on.
    this.epochNs = this.askedLength();
    const next = (decisionTime / this.epochNs + 1n) * this.epochNs;
    // Where the length has changed, the first epoch of the new grid is no short one.
    const isShort = 2n * (next - decisionTime) < this.epochNs;
    this.scheduleAt(isShort ? next + this.epochNs : next);
    if (this.open) this.abandon("its command was not out before its end");
    // Boundaries that went by unseen are epochs too: shifts are counted by them.
    if (passed > 0n) {
      this.countUnseen(Number(passed));
      this.prepare();
    }
    const sample = this.prepared ?? [];
    const timeoutMs = this.node.parameters.sample_timeout * 1000;
    const later = (share: number, work: () => void): NodeJS.Timeout =>
      setTimeout(() => this.node.safely(work), timeoutMs * share);
    this.open = {
      decisionTime,
      sampleSize: this.preparedSize,
      sample: [...sample],
      asked: new Set(sample),
      timers: [
        later(REPLACE_SHARE, () => this.replaceSilent()),
        later(1, () => this.tryDecide(true)),
      ],
    };
    this.tryDecide();
  }

  private countUnseen(unseen: number): void {
    this.node.log.warn(`epochs ${this.nextEpoch} to ${this.nextEpoch + unseen - 1} went by unseen`);
    this.missedEpochs += unseen;
    this.nextEpoch += unseen;
  }

  private abandon(why: string): void {
    this.node.log.warn(`epoch ${this.nextEpoch} is missed: ${why}`);
    this.missedEpochs++;
    this.nextEpoch++;
    this.commander.missed();
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

  /** Robots of the sample that left the swarm are not waited for. */
  private passByGone(): void {
    const { open } = this;
    const hasLeft = (robot: string): boolean =>
      this.node.countPublishers(topicOf(robot, TOPICS.agentState).name) === 0;
    if (open === undefined && this.prepared?.some(hasLeft)) this.prepare();
    const gone = open ? this.silentOf(open).filter(hasLeft) : [];
    if (open === undefined || gone.length === 0) return;
    this.replace(open, gone);
    open.sample = open.sample.filter((robot) => !gone.includes(robot));
    this.tryDecide();
  }

  private silentOf(open: OpenEpoch): string[] {
    const answered = (robot: string): boolean =>
      this.states.newest([robot]).some((state) => this.isFresh(open, state));
    return open.sample.filter((robot) => !answered(robot));
  }

  /** Silent robots go into quarantine; others are asked in their place. */
  private replaceSilent(): void {
    const silent = this.open ? this.silentOf(this.open) : [];
    for (const robot of silent) this.quarantine.put(robot, steadyMs());
    if (this.open && silent.length > 0) this.replace(this.open, silent);
  }

  /** Asks others in the place of `silent`, within 2k subscriptions. */
  private replace(open: OpenEpoch, silent: readonly string[]): void {
    // Whoever left since the sample was drawn would be silent too.
    this.robots = this.node.robotsWithState();
    const eligible = this.quarantine.eligible(this.robots, steadyMs());
    const count = Math.min(silent.length, Math.max(0, 2 * open.sampleSize - this.states.count));
    const { seed } = this.node.parameters;
    const others = drawReplacements(seed, this.nextEpoch, eligible, open.asked, count);
    others.forEach((robot, i) => {
      open.sample[open.sample.indexOf(silent[i])] = robot;
      open.asked.add(robot);
      this.states.add(robot);
    });
    this.node.log.warn(
      `epoch ${this.nextEpoch}: ${silent.join(", ")} silent; asked ${others.join(", ") || "nobody"} instead`,
    );
  }

  /** Decides when all asked have answered, or with what came when time is up. */
  private tryDecide(timeIsUp = false): void {
    const { open } = this;
    const leadState = this.leadState();
    if (open === undefined) return;
    const received = this.states.newest(open.sample).filter((state) => this.isFresh(open, state));
    const lead = leadState && this.isFresh(open, leadState) ? leadState : undefined;
    const isComplete = received.length === open.sample.length && lead !== undefined;
    if (!isComplete && !timeIsUp) return;
    if (lead === undefined)
      return this.abandon("the lead vehicle's state did not come in time; look at lead_agent");
    open.timers.forEach(clearTimeout);
    this.open = undefined;
    this.decide(open, lead.state, received);
  }

  private decide(open: OpenEpoch, globalState: number, received: readonly AgentState[]): void {
    const missing = open.sample.length - received.length;
    this.missingStates += missing;
    if (missing > 0) {
      this.node.log.warn(
        `epoch ${this.nextEpoch}: ${missing} of ${open.sample.length} states missing`,
      );
    }
    this.commander.decide({
      epoch: this.nextEpoch,
      time: open.decisionTime,
      globalState,
      sampleSize: open.sampleSize,
      sample: open.sample,
      received,
      population: this.robots.length,
    });
    this.nextEpoch++;
    setImmediate(() => this.node.safely(() => this.isActive && this.prepare()));
  }

  /** A session goes on where the swarm is: its epoch at `boundary`, and its stop. */
  private resume(heard: readonly AgentState[], boundary: bigint): void {
    if (heard.some(({ stopped }) => stopped)) this.commander.stopped = true;
    const acted = heard.filter((state) => state.acted);
    if (acted.length === 0) return;
    const last = acted.reduce((a, b) => (b.epoch > a.epoch ? b : a));
    const since = boundary - nanoseconds(last.decision_time);
    const unseen = Number(since / this.epochNs) - 1;
    const first = Math.max(this.nextEpoch, last.epoch + 1);
    this.nextEpoch = first;
    if (last.epoch + 1 + unseen > first) this.countUnseen(last.epoch + 1 + unseen - first);
  }
}
