/** Whom an epoch asks: its sample, subscribed to ahead of time, and what comes of it. */
import { listed } from "../base/errors";
import { splitSample } from "../game/kinds";
import { type Game, sizesOf } from "../game/model";
import { type RosClock, steadyMs } from "../ros/clock";
import { type AgentState, fromSeconds } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { Seldom } from "../ros/seldom";
import { TOPICS, topicOf } from "../ros/topics";
import { fewOf } from "./overload";
import type { GLOBAL_AGENT_PARAMETERS } from "../ros/generated/parameters";
import { RobotsInGraph } from "./robots_in_graph";
import { drawSample, RobotKinds, Roster } from "./sampling";
import { StateSubscriptions, type Unusable } from "./state_subscriptions";

interface Sample {
  readonly epoch: number;
  /** k that was in force when it was drawn. */
  readonly size: number;
  robots: readonly string[];
  /** Every robot asked this epoch, including those later replaced. */
  readonly asked: Set<string>;
  /** Robots in quarantine that fill the sample up: an answer counts, but none is waited for. */
  readonly spare: Set<string>;
  /** When it was drawn, ms of the steady clock. */
  readonly sinceMs: number;
}

interface Asking extends Sample {
  /** ROS time of the epoch's start, ns. */
  readonly time: bigint;
  /** Robots that had not answered in time. */
  late: readonly string[];
  /** Who was asked in others' place, in words. */
  instead: string;
}

export interface Answers {
  /** Robots to ask: k, or fewer by overload. */
  readonly sampleSize: number;
  readonly sample: readonly string[];
  /** Their states that count. */
  readonly received: readonly AgentState[];
  /** How many robots there are: n, or of each kind. */
  readonly groups: readonly number[];
}

interface Troubled {
  readonly robot: string;
  readonly trouble: Unusable;
}

const namesOf = (robots: readonly Troubled[]): string[] => robots.map(({ robot }) => robot);

const inWords = (robots: readonly Troubled[]): string[] =>
  robots.map(({ robot, trouble }) => `${robot} ${trouble}`);

/** A look for robots that left goes on for this long at most, ms. */
const LOOKING_MS = 2;

export class Sampler {
  private readonly states: StateSubscriptions;
  private readonly roster: Roster;
  private readonly kinds: RobotKinds;
  /** The next epoch's sample. */
  private prepared: Sample | undefined;
  private asking: Asking | undefined;
  /** States asked for that did not count: all, and by what was wrong with them. */
  private readonly counts = { missing: 0, silent: 0, stale: 0, future: 0 };
  /** For epochs with troubles, since the last one without. */
  private seldom = new Seldom();

  /**
   * @param sampleSize k of the next sample
   * @param onChange called after a state was heard, or is not waited for any more
   */
  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    clock: RosClock,
    game: Game,
    private readonly sampleSize: () => number,
    private readonly onChange: () => void,
  ) {
    this.states = new StateSubscriptions(node, clock, sizesOf(game).sL, onChange);
    this.kinds = new RobotKinds(game, node.parameters.robot_kinds);
    const graph = new RobotsInGraph(node);
    this.roster = new Roster(
      () => [...node.parameters.robot_names, ...graph.find(steadyMs())],
      () => node.parameters.quarantine * 1000,
    );
  }

  /** Draws the sample of `epoch` if it is not yet, and begins to subscribe to it. */
  prepare(epoch: number): Sample {
    return this.prepared?.epoch === epoch ? this.prepared : this.draw(epoch);
  }

  private get isByKind(): boolean {
    return this.node.parameters.sampling === "by_kind";
  }

  /** Robots that are drawn among themselves: all, or those of each kind. */
  private groups(robots: readonly string[]): readonly (readonly string[])[] {
    return this.isByKind ? this.kinds.groups(robots) : [robots];
  }

  /** Why some robots are not asked, and what to do; empty: nobody is left out. */
  get kindProblem(): string {
    const unknown = this.isByKind ? this.kinds.unknown(this.roster.robots) : [];
    if (unknown.length === 0) return "";
    return `the kind of ${listed(unknown, "robots")} is not known: set robot_kinds, or sample uniform`;
  }

  private get groupSizes(): number[] {
    return this.groups(this.roster.robots).map(({ length }) => length);
  }

  private draw(epoch: number): Sample {
    this.asking = undefined;
    this.roster.refresh();
    const size = this.sampleSize();
    const sinceMs = steadyMs();
    const groups = this.groups(this.roster.eligible(sinceMs));
    const sizes = splitSample(this.groupSizes, size);
    const { seed } = this.node.parameters;
    const drawn = groups.flatMap((group, i) =>
      drawSample(seed, epoch, group, sizes[i], undefined, i),
    );
    // Where too few are eligible, those in quarantine are asked too: they may be back.
    const others = this.groups(this.roster.quarantined(sinceMs)).flatMap((group, i) =>
      group.slice(0, Math.max(0, sizes[i] - groups[i].length)),
    );
    const spare = new Set(drawn.length > 0 ? others : []);
    const robots = [...drawn, ...others];
    this.states.keep(robots);
    this.prepared = { epoch, size, robots, asked: new Set(robots), spare, sinceMs };
    return this.prepared;
  }

  /** The session's first sample and what was heard of it; drawn again when robots came or left. */
  first(epoch: number) {
    const known = this.roster.robots.length;
    this.roster.refresh();
    const hasChanged = this.roster.robots.length !== known;
    const sample = hasChanged ? this.draw(epoch) : this.prepare(epoch);
    return {
      asked: sample.robots.length,
      heard: this.states.newest(sample.robots),
      kindProblem: this.kindProblem,
      waitedMs: steadyMs() - sample.sinceMs,
    };
  }

  /** Nobody of the first sample answered: others are asked, where there are any. */
  askOthersFirst(): void {
    this.roster.quarantine(this.prepared?.robots ?? [], steadyMs());
    this.prepared = undefined;
  }

  /** Asks the sample prepared for `epoch`, whose subscriptions serve this epoch alone. */
  ask(epoch: number, time: bigint): void {
    const sample = this.prepare(epoch);
    this.prepared = undefined;
    this.asking = { ...sample, time, late: [], instead: "" };
  }

  stop(): void {
    this.asking = undefined;
    this.prepared = undefined;
    this.states.stop();
  }

  /** Stamps before this are too old for a decision at `time`, ns. */
  oldest(time: bigint): bigint {
    return time - fromSeconds(this.node.parameters.max_state_age);
  }

  /** Whether no robot is waited for any more. */
  get areAllIn(): boolean {
    return this.asking !== undefined && this.waitedFor(this.asking).length === 0;
  }

  /** Whoever has not answered yet is late. */
  markLate(): void {
    if (this.asking) this.asking.late = namesOf(this.waitedFor(this.asking));
  }

  /** Whether so many answered late that it is not their fault. The dead do not answer. */
  get areManyLate(): boolean {
    const { asking } = this;
    if (asking === undefined) return false;
    const silent = this.unusableOf({ ...asking, robots: asking.late }).length;
    return asking.late.length - silent > fewOf(asking.size);
  }

  /** A few silent robots go into quarantine; others are asked in their place, within 2k subscriptions. */
  replaceSilent(): void {
    const { asking } = this;
    if (asking === undefined || this.areManyLate) return;
    const all = this.waitedFor(asking);
    const silent = all.slice(0, fewOf(asking.size));
    if (silent.length === 0) return;
    // Where most answered, whoever did not is dead: nobody waits for the others of them.
    const dead = 2 * all.length < asking.robots.length ? all : silent;
    dead.slice(silent.length).forEach(({ robot }) => asking.spare.add(robot));
    this.roster.quarantine(namesOf(dead), steadyMs());
    const inPlace = this.askOthers(asking, namesOf(silent));
    asking.robots = asking.robots.map((robot) => inPlace.get(robot) ?? robot);
    this.count(silent.filter(({ robot }) => inPlace.has(robot)));
    asking.instead = `asked ${[...inPlace.values()].join(", ") || "nobody"} instead of ${namesOf(silent).join(", ")}`;
    this.onChange();
  }

  /** Asks others in the place of robots that left the graph. Returns whether any had left. */
  passByGone(): boolean {
    this.roster.refresh();
    const { asking } = this;
    if (asking === undefined) return false;
    const endMs = steadyMs() + LOOKING_MS;
    const gone = namesOf(this.unusableOf(asking)).filter(
      (robot) => steadyMs() < endMs && this.hasLeft(robot),
    );
    if (gone.length === 0) return false;
    const there = asking.robots.filter((robot) => !gone.includes(robot));
    this.states.keep(there);
    const others = [...this.askOthers(asking, gone).values()];
    asking.robots = [...there, ...others];
    const instead = `asked ${listed(others, "others") || "nobody"} instead`;
    this.node.log.info(`epoch ${asking.epoch}: ${listed(gone, "robots")} left; ${instead}`);
    return true;
  }

  /** Whether a robot that was asked is not in the swarm any more. */
  private hasLeft(robot: string): boolean {
    if (this.node.parameters.robot_names.includes(robot)) return false;
    return this.node.countPublishers(topicOf(robot, TOPICS.agentState).name) === 0;
  }

  /** Asks others in the place of `lost` robots, of the same kinds, within 2k subscriptions: by lost robot. */
  private askOthers({ epoch, size, asked }: Asking, lost: readonly string[]): Map<string, string> {
    this.roster.refresh();
    const { seed } = this.node.parameters;
    const eligible = this.groups(this.roster.eligible(steadyMs()));
    let room = Math.max(0, 2 * size - this.states.count);
    const all = this.groups(lost).flatMap((group, i) => {
      const most = Math.min(group.length, room);
      const others: string[] = [];
      let drawn: string[];
      do {
        drawn = drawSample(seed, epoch, eligible[i], most - others.length, asked, i);
        drawn.forEach((robot) => asked.add(robot));
        // Whoever left since the last look would be silent too.
        others.push(...drawn.filter((robot) => !this.hasLeft(robot)));
      } while (drawn.length > 0 && others.length < most);
      room -= others.length;
      return others.map((robot, of) => [group[of], robot] as const);
    });
    all.forEach(([, robot]) => this.states.add(robot));
    return new Map(all);
  }

  private unusableOf({ robots, time }: Asking): Troubled[] {
    const oldest = this.oldest(time);
    return robots.flatMap((robot) => {
      const trouble = this.states.trouble(robot, oldest);
      return trouble ? [{ robot, trouble }] : [];
    });
  }

  /** Robots whose states cannot be used, and are waited for. */
  private waitedFor(asking: Asking): Troubled[] {
    return this.unusableOf(asking).filter(({ robot }) => !asking.spare.has(robot));
  }

  /** Ends the open epoch: what came counts, and what is missing is counted and warned of. */
  close(isOverload: boolean): Answers {
    const { asking } = this;
    if (asking === undefined) throw new Error("no epoch is open; ask a sample first");
    this.asking = undefined;
    const { epoch, robots, size } = asking;
    const unusable = this.unusableOf(asking);
    this.count(unusable);
    this.counts.missing += unusable.length;
    const silent = namesOf(unusable);
    const answered = robots.filter((robot) => !silent.includes(robot));
    this.roster.release(answered);
    // By overload any robot is late.
    if (!isOverload) this.roster.quarantine(namesOf(this.waitedFor(asking)), steadyMs());
    const missing = `${silent.length} of ${robots.length} states missing: ${listed(inWords(unusable), "robots")}`;
    const fewer = `only ${robots.length} robots can be asked and sample_size is ${size}: all of them are (${this.values.quarantined} in quarantine)`;
    const isShort = robots.length < size;
    const notes = [
      silent.length > 0 && missing,
      asking.instead,
      this.kindProblem || (isShort && fewer),
    ];
    if (!notes.some(Boolean)) this.seldom = new Seldom();
    else if (this.seldom.isDue(`${notes.map(Boolean)}`, steadyMs())) {
      this.node.log.warn(`epoch ${epoch}: ${notes.filter(Boolean).join("; ")}`);
    }
    const received = this.states.newest(answered);
    received.forEach((state) => this.kinds.hear(state));
    return { sampleSize: size, sample: robots, received, groups: this.groupSizes };
  }

  private count(unusable: readonly Troubled[]): void {
    for (const { trouble } of unusable) this.counts[trouble]++;
  }

  get robots(): number {
    return this.roster.robots.length;
  }

  /** Robots of a swarm of n that are not found; empty where robots have other names than robot_<i>. */
  absentOf(population: number): string[] {
    const found = new Set(this.roster.robots);
    const names = Array.from({ length: population }, (_, i) => `robot_${i}`);
    const absent = names.filter((name) => !found.has(name));
    return absent.length === population - found.size ? absent : [];
  }

  /** For /diagnostics: robots found and in quarantine. */
  get values() {
    return { robots: this.robots, quarantined: this.roster.quarantined(steadyMs()).length };
  }

  /** What went wrong with samples since the start, by name. */
  get troubles(): Readonly<Record<string, number>> {
    const { missing: missing_states, silent: silent_robots } = this.counts;
    const { stale: stale_states, future: future_states } = this.counts;
    return { missing_states, silent_robots, stale_states, future_states, ...this.states.counts };
  }
}
