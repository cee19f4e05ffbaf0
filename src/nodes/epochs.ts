/** The global agent's epochs: when one is, and how long it waits for answers. */
import { type Game, sizesOf } from "../game/model";
import { type RosClock, steadyMs } from "../ros/clock";
import { epochSeconds } from "../ros/common_parameters";
import { type AgentState, fromSeconds, type GlobalState, nanoseconds } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { sampleSizeOf, sampleSizeProblem } from "../policy/sample_size";
import { TOPICS } from "../ros/topics";
import type { Commander } from "./commander";
import { GLOBAL_AGENT_PARAMETERS } from "./parameters";
import { type Sample, Sampler } from "./sampler";

/** The first epoch waits this long for its sample to be heard at all, ms. */
const FIRST_SAMPLE_MS = 10_000;
/** A sample is waited for no longer than this share of its epoch, whatever ROS time's speed. */
const WAIT_SHARE = 0.5;
/** Silent robots are replaced after this share of the wait. */
const REPLACE_SHARE = 0.5;

/** An epoch between its boundary and its command. */
interface OpenEpoch {
  readonly decisionTime: bigint;
  readonly sample: Sample;
  /** End what waits for it. */
  readonly cancels: (() => void)[];
}

export class Epochs {
  /** Epochs whose command was not out in time. */
  private missed = 0;
  /** Times that ROS time went back behind an epoch's start. */
  private clockJumps = 0;
  /** What the first epoch waits for; undefined: nothing. */
  waiting: string | undefined;
  private isActive = false;
  private readonly sampler: Sampler;
  /** Length of the epoch at hand, ROS time, ns. */
  private epochNs: bigint;
  /** n as the simulator told it last; undefined: nobody did. */
  private toldPopulation: number | undefined;
  private leadState: GlobalState | undefined;
  private open: OpenEpoch | undefined;
  private nextEpoch = 0;
  /** Where the next epoch begins, ROS time, ns. */
  private boundary = 0n;
  /** When that was known, ms of the steady clock. */
  private scheduledMs = 0;
  private cancelAlarm: (() => void) | undefined;

  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    private readonly game: Game,
    private readonly clock: RosClock,
    private readonly commander: Commander,
  ) {
    this.epochNs = this.askedLength();
    this.sampler = new Sampler(node, clock, sizesOf(game).sL, () => this.tryDecide());
    node.subscribe(TOPICS.population, (message) => void (this.toldPopulation = message.population));
    node.subscribe(TOPICS.globalState, (message) => {
      const { sG } = sizesOf(game);
      if (message.state >= sG) {
        return `the lead vehicle says it is in state ${message.state} and the scenario has ${sG}; start every node with one scenario`;
      }
      this.leadState = message;
      this.tryDecide();
      return undefined;
    });
  }

  /** n as the simulator told it last, else as the parameter says. */
  private get statedPopulation(): number {
    return this.toldPopulation ?? this.node.parameters.population;
  }

  /** n as stated, or as many more as are found: both are robots that can be asked. */
  private get population(): number {
    return Math.max(this.statedPopulation, this.sampler.swarm.robots);
  }

  /** k of the next sample. */
  get sampleSize(): number {
    const { node, commander, population } = this;
    const tableSize = commander.policy?.pair.tableSize ?? 1;
    return sampleSizeOf(node.parameters.sample_size || undefined, tableSize, population);
  }

  /** Why the parameter `sample_size` cannot be that; undefined: it can. */
  sampleSizeProblem(size: number): string | undefined {
    const problem = sampleSizeProblem("sample_size", size, this.population);
    return problem && `${problem}, or give 0 for the policy table's k`;
  }

  private askedLength(): bigint {
    return fromSeconds(epochSeconds(this.node.parameters.epoch_length, this.game.arena.epoch));
  }

  activate(): void {
    this.isActive = true;
    this.scheduledMs = steadyMs();
  }

  deactivate(): void {
    this.isActive = false;
    this.cancelAlarm?.();
    this.cancelAlarm = undefined;
    this.close();
    this.sampler.stop();
  }

  /** Wall time since an epoch began, in lengths of an epoch. */
  get lag(): number {
    return ((steadyMs() - this.scheduledMs) * 1e6) / Number(this.epochNs);
  }

  /** What /diagnostics tells, by name. */
  get values(): Readonly<Record<string, number>> {
    const repeated_states = this.sampler.states.counts.duplicate;
    return { ...this.troubles, repeated_states, ...this.sampler.swarm };
  }

  /** What went wrong since the start, by name. */
  get troubles(): Readonly<Record<string, number>> {
    const { missed, clockJumps, sampler } = this;
    return { missed_epochs: missed, ...sampler.troubles, clock_jumps: clockJumps };
  }

  /**
   * Looks whether the session's first epoch can start, and from then on who of a sample has left. A
   * swarm that starts waits for all its robots, one that has acted before goes on with those there.
   */
  poll(): void {
    if (!this.isActive) return;
    if (this.cancelAlarm !== undefined) {
      this.sampler.roster.refresh();
      return this.passByGone();
    }
    this.waiting = this.absent();
    if (this.waiting) return;
    const { sampler } = this;
    const known = sampler.roster.robots.length;
    sampler.roster.refresh();
    const robots = sampler.roster.robots.length;
    const isNew = sampler.prepared === undefined || robots !== known;
    const sample = isNew ? this.prepare() : sampler.prepared!;
    const heard = sampler.states.newest(sample.robots);
    const asked = sample.robots.length;
    this.waiting = `waiting for the states of ${asked} robots: ${heard.length} came`;
    if (heard.length < asked && steadyMs() - sample.sinceMs < FIRST_SAMPLE_MS) return;
    if (heard.length === 0) {
      sampler.roster.quarantine(sample.robots, steadyMs());
      this.prepare();
      return;
    }
    const hasActed = heard.some((state) => state.acted);
    const population = this.statedPopulation;
    this.waiting = `waiting for ${population} robots: ${robots} are there`;
    if (robots < population && !hasActed) return;
    this.waiting = undefined;
    this.epochNs = this.askedLength();
    const now = this.clock.now();
    const boundary = ((now + this.epochNs - 1n) / this.epochNs) * this.epochNs;
    const epoch = this.nextEpoch;
    this.resume(heard, boundary);
    // The sample is the epoch's own: drawn again once the epoch is known.
    if (this.nextEpoch !== epoch) this.prepare();
    this.scheduleAt(boundary);
  }

  /** What must be there before any robot is asked, and is not. */
  private absent(): string | undefined {
    if (!this.clock.isRunning)
      return "no time on /clock; start what publishes it, or set use_sim_time to false";
    if (!this.commander.policy)
      return "no policy; start the learner, or set policy_file and call reload_policy";
    return this.leadState ? undefined : "the lead vehicle's state is not heard; start lead_agent";
  }

  /** Draws the next epoch's sample and subscribes to it ahead of time. */
  private prepare(): Sample {
    return this.sampler.prepare(this.nextEpoch, this.sampleSize);
  }

  /** The same where nobody did, and no epoch has begun meanwhile. */
  private prepareNext(): void {
    const { isActive, open, sampler } = this;
    if (isActive && open === undefined && sampler.prepared === undefined) this.prepare();
  }

  private scheduleAt(boundary: bigint): void {
    this.boundary = boundary;
    this.scheduledMs = steadyMs();
    this.cancelAlarm?.();
    this.cancelAlarm = this.clock.at(boundary, () => this.node.safely(() => this.begin()));
  }

  /** An epoch's start, at the newest boundary that ROS time has reached; it may have gone back. */
  private begin(): void {
    const now = this.clock.now();
    if (now < this.boundary) this.clockJumps++;
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
    if (passed > 0n) this.passOver(Number(passed));
    const sample = this.sampler.take(this.nextEpoch, this.sampleSize);
    this.open = { decisionTime, sample, cancels: [] };
    this.later(REPLACE_SHARE, ({ sample }) =>
      this.sampler.replaceSilent(sample, this.nextEpoch, this.oldest(decisionTime)),
    );
    this.later(1, () => this.tryDecide(true));
    this.tryDecide();
  }

  /**
   * Does something once to the open epoch, when a share of the wait for its sample is over: of
   * `sample_timeout` by the wall clock, or of WAIT_SHARE of the epoch by ROS time.
   */
  private later(share: number, work: (open: OpenEpoch) => void): void {
    const open = this.open!;
    const cancels: (() => void)[] = [];
    const once = (): void => {
      cancels.forEach((cancel) => cancel());
      if (this.open === open) this.node.safely(() => work(open));
    };
    const timer = setTimeout(once, this.node.parameters.sample_timeout * 1000 * share);
    const wait = BigInt(Math.round(Number(this.epochNs) * WAIT_SHARE * share));
    cancels.push(() => clearTimeout(timer), this.clock.at(this.clock.now() + wait, once));
    open.cancels.push(...cancels);
  }

  /** Robots that left the swarm since they were drawn are not waited for. */
  private passByGone(): void {
    const { open, sampler } = this;
    if (open === undefined) return;
    const hadGone = sampler.passByGone(open.sample, this.nextEpoch, this.oldest(open.decisionTime));
    if (hadGone) this.tryDecide();
  }

  private close(): void {
    this.open?.cancels.forEach((cancel) => cancel());
    this.open = undefined;
  }

  /** Boundaries that went by unseen are epochs too: shifts are counted by them. */
  private passOver(unseen: number): void {
    this.countUnseen(unseen);
    this.commander.missed(unseen);
    this.prepare();
  }

  private countUnseen(unseen: number): void {
    this.node.log.warn(`epochs ${this.nextEpoch} to ${this.nextEpoch + unseen - 1} went by unseen`);
    this.missed += unseen;
    this.nextEpoch += unseen;
  }

  private abandon(why: string): void {
    this.node.log.warn(`epoch ${this.nextEpoch} is missed: ${why}`);
    this.missed++;
    this.nextEpoch++;
    this.commander.missed(1);
    this.close();
    this.prepare();
  }

  /** Stamps before this are too old for a decision, ns. */
  private oldest(decisionTime: bigint): bigint {
    return decisionTime - fromSeconds(this.node.parameters.max_state_age);
  }

  /** Decides when all asked have answered, or with what came when time is up. */
  private tryDecide(timeIsUp = false): void {
    const { open, leadState } = this;
    if (open === undefined) return;
    const { sampler } = this;
    const oldest = this.oldest(open.decisionTime);
    const hasLead = leadState !== undefined && !sampler.states.ageTrouble(leadState, oldest);
    const isComplete = hasLead && sampler.waitedFor(open.sample, oldest).length === 0;
    if (!isComplete && !timeIsUp) return;
    if (!hasLead) {
      this.abandon("the lead vehicle's state did not come in time; look at lead_agent");
      return;
    }
    this.close();
    this.decide(open, leadState.state);
  }

  private decide({ decisionTime, sample }: OpenEpoch, globalState: number): void {
    const received = this.sampler.close(sample, this.nextEpoch, this.oldest(decisionTime));
    this.commander.decide({
      epoch: this.nextEpoch,
      time: decisionTime,
      globalState,
      sampleSize: sample.size,
      sample: sample.robots,
      received,
      population: this.sampler.roster.robots.length,
    });
    this.nextEpoch++;
    setImmediate(() => this.node.safely(() => this.prepareNext()));
  }

  /** A session goes on where the swarm is: its epoch at `boundary`, and its stop. */
  private resume(heard: readonly AgentState[], boundary: bigint): void {
    const told = [this.leadState, ...heard];
    if (told.some((state) => state?.stopped)) this.commander.stopped = true;
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
