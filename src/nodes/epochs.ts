/**
 * The global agent's epochs on its node: what happens is told to the epoch machine, and what follows
 * from its state is done. When an epoch is, the machine decides; whom it asks, the sampler.
 */
import { InvalidInputError } from "../base/errors";
import { samplingProblem } from "../game/kinds";
import { type Game, sizesOf } from "../game/model";
import { sampleSizeOf, sampleSizeProblem } from "../policy/sample_size";
import { after, every, type RosClock, steadyMs } from "../ros/clock";
import { epochSeconds } from "../ros/epoch_length";
import { discoveryHint } from "../ros/domain";
import { fromSeconds, type GlobalState, nanoseconds } from "../ros/messages";
import type { RosNode, SoleSubscription } from "../ros/node";
import { Seldom } from "../ros/seldom";
import type { SoleSource } from "../ros/sole_source";
import { TOPICS } from "../ros/topics";
import type { Commander } from "./commander";
import * as machine from "./epoch_machine";
import { inTime, Overload } from "./overload";
import type { GLOBAL_AGENT_PARAMETERS } from "../ros/generated/parameters";
import { Sampler } from "./sampler";
import { ageTrouble } from "./state_subscriptions";

/** A sample is waited for no longer than this share of its epoch, whatever ROS time's speed. */
const WAIT_SHARE = 0.5;
/** Silent robots are replaced after this share of the wait. */
const REPLACE_SHARE = 0.5;
/** Epochs look this often for what they wait for, and for robots that left, ms. */
const POLL_MS = 50;

export class Epochs {
  private checkedSize = 0;
  private state: machine.EpochState;
  private readonly sampler: Sampler;
  private readonly overload = new Overload(() => this.sampleSize);
  /** When the open epoch's boundary was noticed, ROS time, and whether that was late. */
  private begun = { time: 0n, isLate: false };
  /** Whether the last epoch's command was, by overload. */
  private isLate = false;
  /** n as the simulator told it last; undefined: nobody did. */
  private toldPopulation: number | undefined;
  private leadState: GlobalState | undefined;
  private readonly populations: SoleSource;
  private readonly leads: SoleSubscription;
  /** When the next boundary was known, ms of the steady clock. */
  private scheduledMs = 0;
  private activatedMs = 0;
  /** What the session's first epoch waits for, and what to do; undefined: nothing. */
  private missing: string | undefined;
  /** For the log of that. */
  private seldom = new Seldom();
  private cancelAlarm: (() => void) | undefined;
  private endPolls = (): void => undefined;
  /** End the open epoch's timers. */
  private cancels: (() => void)[] = [];

  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    private readonly game: Game,
    private readonly clock: RosClock,
    private readonly commander: Commander,
  ) {
    const { sG } = sizesOf(game);
    const onState = (): void => this.takeAnswers();
    this.state = { epoch: 0, length: this.length, missed: 0, clockJumps: 0, said: [] };
    this.sampler = new Sampler(node, clock, game, () => this.overload.size, onState);
    this.populations = node.subscribeSole(TOPICS.population, (message, areTwo) => {
      if (areTwo()) return;
      this.toldPopulation = message.population;
      commander.shifts.hear(message);
    }).source;
    this.leads = node.subscribeSole(TOPICS.globalState, (message, areTwo) => {
      if (message.state >= sG) {
        return `the lead vehicle says it is in state ${message.state} and the scenario has ${sG}; start every node with one scenario`;
      }
      if (areTwo()) return undefined;
      this.leadState = message;
      this.takeAnswers();
      return undefined;
    });
  }

  /** Length of an epoch as the parameter has it now, ns. */
  private get length(): bigint {
    return fromSeconds(epochSeconds(this.node.parameters.epoch_length, this.game.arena.epoch));
  }

  /** n as the simulator told it last, else as the parameter says, or as many more as are found. */
  private get population(): number {
    // A number counts as long as whoever told it is there.
    const told = this.populations.count() > 0 ? this.toldPopulation : undefined;
    const stated = told ?? this.sampler.stated;
    return Math.max(stated, this.sampler.robots);
  }

  get sampleSize(): number {
    const { node, commander, population } = this;
    const { sample_size } = node.parameters;
    return sampleSizeOf(sample_size || undefined, commander.policy?.pair, population);
  }

  /**
   * Robots may leave: a k that was possible once is not checked again.
   * @throws InvalidInputError when the parameters `sample_size` and `sampling` cannot be these
   */
  requireSampleSize(size: number, sampling = this.node.parameters.sampling): void {
    const how = samplingProblem(this.game, sampling, size || undefined);
    if (how) throw new InvalidInputError(how);
    if (size === this.checkedSize) return;
    const problem = sampleSizeProblem("sample_size", size, this.population);
    if (problem) throw new InvalidInputError(`${problem}, or give 0 for the policy table's k`);
    this.checkedSize = size;
  }

  activate(): void {
    this.scheduledMs = steadyMs();
    this.activatedMs = this.scheduledMs;
    this.seldom = new Seldom();
    this.endPolls = every(POLL_MS, () => this.node.safely(() => this.poll()));
  }

  deactivate(): void {
    this.endPolls();
    this.cancelAlarm?.();
    this.cancelWaits();
    this.state = { ...this.state, boundary: undefined, open: undefined };
    this.sampler.stop();
  }

  /** Wall time since an epoch began, in lengths of an epoch. */
  get lag(): number {
    return ((steadyMs() - this.scheduledMs) * 1e6) / Number(this.state.length);
  }

  /** That fewer than k robots are asked; undefined: all k are. */
  get overloaded(): string | undefined {
    const { overload, sampleSize } = this;
    if (!overload.isOn) return undefined;
    return `commands came late: ${overload.size} robots are asked and sample_size is ${sampleSize}`;
  }

  /** What epochs wait for; undefined: nothing. */
  get waiting(): string | undefined {
    return this.clock.problem() ?? this.leads.source.problem ?? this.missing;
  }

  /** What /diagnostics tells, by name. */
  get values(): Readonly<Record<string, number>> {
    return { ...this.troubles, ...this.sampler.values };
  }

  /** What went wrong since the start, by name. */
  get troubles(): Readonly<Record<string, number>> {
    const { missed, clockJumps } = this.state;
    return { missed_epochs: missed, ...this.sampler.troubles, clock_jumps: clockJumps };
  }

  /** Looks whether the session's first epoch can start, and from then on who of a sample has left. */
  private poll(): void {
    if (this.state.boundary === undefined) this.lookForStart();
    else if (this.sampler.passByGone()) this.takeAnswers();
  }

  /** The lead vehicle's state, where one source alone tells it. */
  private get lead(): GlobalState | undefined {
    return this.leads.source.areTwo ? undefined : this.leadState;
  }

  /** What must be there before any robot is asked, and is not; undefined: nothing is missing. */
  private get unready(): string | undefined {
    const { clock, commander, lead } = this;
    const untimed = clock.problem();
    if (untimed) return untimed;
    if (commander.policy === undefined) {
      return "no policy; start the learner, or set policy_file and call reload_policy";
    }
    if (lead) return undefined;
    const { problem } = this.leads.connection;
    return `the lead vehicle's state is not heard${problem ? `: ${problem}` : ""}; start lead_agent`;
  }

  /** Starts the session's first epoch, unless something is missing. */
  private lookForStart(): void {
    const { clock, commander, lead, node, sampler, state, unready } = this;
    const waitedMs = steadyMs() - this.activatedMs;
    // It has waited for robots as long as it shall.
    const isComplete = waitedMs > (node.parameters.start_timeout * 1000 || Infinity);
    const { heard, waiting } = unready
      ? { heard: [], waiting: unready }
      : sampler.first(state.epoch, this.population, isComplete);
    this.missing = waiting;
    if (waiting === undefined) {
      this.take(machine.start(state, clock.now(), this.length, heard));
      this.schedule();
      // A session goes on with the stop that its robots hold.
      if ([lead, ...heard].some((told) => told?.stopped)) commander.stopped = true;
    } else if (waitedMs >= machine.NOTABLE_WAIT_MS && this.seldom.isDue(waiting, steadyMs())) {
      const seconds = Math.round(waitedMs / 1000);
      const hint = discoveryHint(process.env);
      node.log.warn(`no epoch has begun for ${seconds} s: ${waiting}; ${hint}`);
    }
  }

  private begin(): void {
    const { clock, state } = this;
    if (state.boundary === undefined) return;
    const time = clock.now();
    // /clock may tell time in large steps.
    const tolerance = clock.isSimulated ? state.length : inTime(state.length);
    this.begun = { time, isLate: time - state.boundary >= tolerance };
    this.take(machine.begin(state, time, this.length));
    this.schedule();
    this.ask();
  }

  /** Decides the open epoch when all asked have answered, or by what came when the time is up. */
  private takeAnswers(isTimeUp = false): void {
    const { commander, lead, sampler, state } = this;
    const { epoch, open: time } = state;
    if (time === undefined) return;
    const now = this.clock.now();
    const trouble = lead && ageTrouble(lead, sampler.oldest(time), now);
    const hasLead = lead !== undefined && trouble === undefined;
    if (!isTimeUp && !(hasLead && sampler.areAllIn)) return;
    if (hasLead) {
      this.take(machine.close(state));
      const answers = sampler.close(this.isLate);
      const { state: globalState } = lead;
      commander.decide({ ...answers, epoch, time, globalState, population: sampler.robots });
      return;
    }
    const seconds = lead ? Number(now - nanoseconds(lead.header.stamp)) / 1e9 : 0;
    const why = trouble ? `: it is ${trouble}, stamped ${seconds.toFixed(1)} s ago` : "";
    const late = "the lead vehicle's state did not come in time";
    this.take(machine.miss(state, `${late}${why}; look at lead_agent`));
  }

  private take(next: machine.EpochState): void {
    const { commander, node } = this;
    const { open, missed } = this.state;
    if (open !== undefined && next.open !== open) this.judge(next.open !== undefined);
    this.state = next;
    next.said.forEach((why) => node.log.warn(why));
    commander.missed(next.missed - missed);
    if (next.open !== undefined) return;
    this.cancelWaits();
    // The command is on its way first: subscribing takes time.
    setImmediate(() => node.safely(() => this.prepare()));
  }

  /** The open epoch ends, by its command or by the next one's boundary: was it in time? */
  private judge(isOverdue: boolean): void {
    const { begun, overload, overloaded: before } = this;
    const isInTime = this.clock.now() - begun.time <= inTime(this.state.length);
    this.isLate = isOverdue || begun.isLate || (!isInTime && this.sampler.areManyLate);
    overload.hear(this.isLate ? "late" : isInTime ? "in time" : "excused");
    if (!before === !this.overloaded) return;
    const inTimeAgain = `commands are in time: ${overload.size} robots are asked`;
    this.node.log.warn(this.overloaded ?? inTimeAgain);
  }

  /** The next epoch's sample is subscribed to ahead of time. */
  private prepare(): void {
    const { epoch, boundary, open } = this.state;
    if (boundary !== undefined && open === undefined) this.sampler.prepare(epoch);
  }

  /** The next epoch begins when ROS time reaches its boundary or goes back, and at no other time. */
  private schedule(): void {
    this.scheduledMs = steadyMs();
    this.cancelAlarm?.();
    const begin = (): void => this.node.safely(() => this.begin());
    this.cancelAlarm = this.clock.at(this.state.boundary!, begin);
  }

  private ask(): void {
    const { sampler, state } = this;
    this.cancelWaits();
    sampler.ask(state.epoch, state.open!);
    this.at(inTime(state.length), () => sampler.markLate());
    if (!this.begun.isLate) this.later(REPLACE_SHARE, () => sampler.replaceSilent());
    this.later(1, () => this.takeAnswers(true));
    this.takeAnswers();
  }

  /**
   * Does something once to the open epoch, when a share of the wait for its sample is over: of
   * `sample_timeout` by the wall clock, or of WAIT_SHARE of the epoch by ROS time.
   */
  private later(share: number, work: () => void): void {
    const { cancels, clock, node } = this;
    let isDone = false;
    const once = (): void => {
      if (isDone || cancels !== this.cancels) return;
      isDone = true;
      work();
    };
    const wallMs = node.parameters.sample_timeout * 1000 * share;
    const rosMs = (Number(this.state.length) / 1e6) * WAIT_SHARE * share;
    if (clock.isSimulated) this.at(fromSeconds(rosMs / 1000), once);
    const waitMs = clock.isSimulated ? wallMs : Math.min(wallMs, rosMs);
    cancels.push(after(waitMs, () => node.safely(once)));
  }

  /** Does something to the open epoch after so much ROS time, ns. */
  private at(wait: bigint, work: () => void): void {
    this.cancels.push(this.clock.at(this.clock.now() + wait, () => this.node.safely(work)));
  }

  private cancelWaits(): void {
    this.cancels.forEach((cancel) => cancel());
    this.cancels = [];
  }
}
