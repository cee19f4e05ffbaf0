/** Whom an epoch asks: its sample, subscribed to ahead of time, and what comes of it. */
import { listed } from "../base/errors";
import { splitSample } from "../game/kinds";
import { type Game, sizesOf } from "../game/model";
import { loadSwarm } from "../game/robots_file";
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
  /** ROS time of the epoch's start, ns; 0 until it is asked. */
  time: bigint;
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

/** The first sample is waited for so long, ms. */
const FIRST_MS = 10_000;
/** A look for robots that left goes on for this long at most, ms. */
const LOOKING_MS = 2;

export class Sampler {
  private readonly states: StateSubscriptions;
  private readonly roster: Roster;
  private readonly kinds: RobotKinds;
  /** The swarm's robots by the robots file; undefined: whoever is found. */
  private readonly listed: readonly string[] | undefined;
  /** The next epoch's sample. */
  private prepared: Sample | undefined;
  private asking: Sample | undefined;
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
    const { robots_file, robot_kinds } = node.parameters;
    const swarm = robots_file ? loadSwarm(robots_file, game) : undefined;
    this.listed = swarm?.names;
    this.kinds = new RobotKinds(game, robot_kinds, swarm?.robots);
    const graph = new RobotsInGraph(node);
    const ofSwarm = this.listed && new Set(this.listed);
    const isOfSwarm = (robot: string): boolean => ofSwarm?.has(robot) ?? true;
    this.roster = new Roster(
      () => [...node.parameters.robot_names, ...graph.find(steadyMs())].filter(isOfSwarm),
      () => node.parameters.quarantine * 1000,
    );
  }

  /** Draws the sample of `epoch` if it is not yet, and begins to subscribe to it. */
  prepare(epoch: number): Sample {
    return this.prepared?.epoch === epoch ? this.prepared : this.draw(epoch);
  }

  /** Robots that are drawn among themselves: all, or those of each kind. */
  private groups(robots: readonly string[]): readonly (readonly string[])[] {
    return this.node.parameters.sampling === "by_kind" ? this.kinds.groups(robots) : [robots];
  }

  /** Why some robots are not asked, and what to do; empty: nobody is left out. */
  private get kindProblem(): string {
    const { robots } = this.roster;
    const known = new Set(this.groups(robots).flat());
    const unknown = robots.filter((robot) => !known.has(robot));
    if (unknown.length === 0) return "";
    return `the kind of ${listed(unknown, "robots")} is not known: set robot_kinds, or sample uniform`;
  }

  private get groupSizes(): number[] {
    return this.groups(this.roster.robots).map(({ length }) => length);
  }

  private draw(epoch: number): Sample {
    this.asking = undefined;
    this.states.renewal.step();
    this.roster.refresh();
    const size = this.sampleSize();
    const sinceMs = steadyMs();
    const sizes = splitSample(this.groupSizes, size);
    const { seed } = this.node.parameters;
    const drawn = this.groups(this.roster.eligible(sinceMs)).map((group, i) =>
      drawSample(seed, epoch, group, sizes[i], undefined, i),
    );
    // Where too few are eligible, those in quarantine are asked too: they may be back.
    const others = this.groups(this.roster.quarantined(sinceMs)).flatMap((group, i) =>
      group.slice(0, sizes[i] - drawn[i].length),
    );
    const robots = [...drawn.flat(), ...others];
    const spare = new Set(robots.length > others.length ? others : []);
    this.states.keep(robots);
    const asked = new Set(robots);
    const sample = { epoch, size, robots, asked, spare, sinceMs, time: 0n, late: [], instead: "" };
    this.prepared = sample;
    return sample;
  }

  /**
   * What was heard of the session's first sample, and what that waits for; drawn again when robots
   * came or left. A swarm that starts waits for all its robots; one that has acted before goes on with
   * those there.
   * @param population robots of the whole swarm
   * @param isComplete whether it begins without those that are not there
   */
  first(epoch: number, population: number, isComplete: boolean) {
    const { roster } = this;
    const known = roster.robots.length;
    roster.refresh();
    const there = roster.robots.length;
    const { robots: asked, sinceMs } = there === known ? this.prepare(epoch) : this.draw(epoch);
    const heard = this.states.newest(asked);
    const came = `waiting for the states of ${asked.length} robots: ${heard.length} came`;
    const waiting = [came, this.kindProblem].filter(Boolean).join("; ");
    if (heard.length < asked.length && steadyMs() - sinceMs < FIRST_MS) return { heard, waiting };
    if (heard.length === 0) {
      // Others are asked, where there are any.
      roster.quarantine(asked, steadyMs());
      this.prepared = undefined;
      return { heard, waiting };
    }
    if (there >= population || isComplete || heard.some(({ acted }) => acted)) return { heard };
    const found = new Set(roster.robots);
    const names = this.listed ?? Array.from({ length: population }, (_, i) => `robot_${i}`);
    const gone = names.filter((name) => !found.has(name));
    // Robots may have other names.
    const absent = gone.length === population - found.size ? listed(gone, "robots") : "";
    const who =
      absent && `; not there: ${absent}; start them, or set start_timeout to begin without them`;
    return { heard, waiting: `waiting for ${population} robots: ${there} are there${who}` };
  }

  /** Asks the sample prepared for `epoch`, whose subscriptions serve this epoch alone. */
  ask(epoch: number, time: bigint): void {
    this.asking = Object.assign(this.prepare(epoch), { time });
    this.prepared = undefined;
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
    if (this.asking) this.asking.late = this.waitedFor(this.asking);
  }

  /** Whether so many answered late that it is not their fault. The dead do not answer. */
  get areManyLate(): boolean {
    const { asking } = this;
    if (asking === undefined) return false;
    const { late, size } = asking;
    return late.length - this.unusable(asking, late).size > fewOf(size);
  }

  /** A few silent robots go into quarantine; others are asked in their place, within 2k subscriptions. */
  replaceSilent(): void {
    const { asking } = this;
    if (asking === undefined || this.areManyLate) return;
    const unusable = this.unusable(asking);
    const all = this.waitedFor(asking);
    const silent = all.slice(0, fewOf(asking.size));
    if (silent.length === 0) return;
    // Where most answered, whoever did not is dead: nobody waits for the others of them.
    const dead = 2 * all.length < asking.robots.length ? all : silent;
    dead.slice(silent.length).forEach((robot) => asking.spare.add(robot));
    this.roster.quarantine(dead, steadyMs());
    const inPlace = this.askOthers(asking, silent);
    asking.robots = asking.robots.map((robot) => inPlace.get(robot) ?? robot);
    for (const robot of inPlace.keys()) this.counts[unusable.get(robot)!]++;
    asking.instead = `asked ${[...inPlace.values()].join(", ") || "nobody"} instead of ${silent.join(", ")}`;
    this.onChange();
  }

  /** Asks others in the place of robots that left the graph. Returns whether any had left. */
  passByGone(): boolean {
    this.roster.refresh();
    const { asking } = this;
    if (asking === undefined) return false;
    const endMs = steadyMs() + LOOKING_MS;
    const gone = [...this.unusable(asking).keys()].filter(
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
  private askOthers({ epoch, size, asked }: Sample, lost: readonly string[]): Map<string, string> {
    this.roster.refresh();
    const eligible = this.groups(this.roster.eligible(steadyMs()));
    const inPlace = new Map<string, string>();
    this.groups(lost).forEach((group, i) => {
      const { seed } = this.node.parameters;
      const drawn = drawSample(seed, epoch, eligible[i], Infinity, asked, i);
      for (const robot of group) {
        if (this.states.count >= 2 * size) return;
        // Whoever left since the last look would be silent too.
        let other = drawn.shift();
        while (other && this.hasLeft(other)) other = drawn.shift();
        if (other === undefined) return;
        asked.add(other);
        this.states.add(other);
        inPlace.set(robot, other);
      }
    });
    return inPlace;
  }

  /** Robots whose states cannot be used, and what is wrong with these. */
  private unusable({ robots, time }: Sample, among = robots): Map<string, Unusable> {
    const oldest = this.oldest(time);
    const troubles = among.map((robot) => [robot, this.states.trouble(robot, oldest)] as const);
    return new Map(troubles.flatMap(([robot, trouble]) => (trouble ? [[robot, trouble]] : [])));
  }

  /** Robots whose states cannot be used, and are waited for. */
  private waitedFor(asking: Sample): string[] {
    return [...this.unusable(asking).keys()].filter((robot) => !asking.spare.has(robot));
  }

  /** Ends the open epoch: what came counts, and what is missing is counted and warned of. */
  close(isOverload: boolean): Answers {
    const { asking } = this;
    if (asking === undefined) throw new Error("no epoch is open; ask a sample first");
    this.asking = undefined;
    const { robots, size } = asking;
    const unusable = this.unusable(asking);
    for (const trouble of unusable.values()) this.counts[trouble]++;
    this.counts.missing += unusable.size;
    const answered = robots.filter((robot) => !unusable.has(robot));
    this.roster.release(answered);
    // By overload any robot is late.
    if (!isOverload) this.roster.quarantine(this.waitedFor(asking), steadyMs());
    this.warn(asking, unusable);
    const received = this.states.newest(answered);
    received.forEach((state) => this.kinds.hear(state));
    return { sampleSize: size, sample: robots, received, groups: this.groupSizes };
  }

  private warn({ epoch, robots, size, instead }: Sample, unusable: Map<string, Unusable>): void {
    const inWords = Array.from(unusable, (each) => each.join(" "));
    const missing = `${unusable.size} of ${robots.length} states missing: ${listed(inWords, "robots")}`;
    const fewer = `only ${robots.length} robots can be asked and sample_size is ${size}: all of them are (${this.values.quarantined} in quarantine)`;
    const isShort = robots.length < size;
    const notes = [unusable.size > 0 && missing, instead, this.kindProblem || (isShort && fewer)];
    if (!notes.some(Boolean)) this.seldom = new Seldom();
    else if (this.seldom.isDue(`${notes.map(Boolean)}`, steadyMs())) {
      this.node.log.warn(`epoch ${epoch}: ${notes.filter(Boolean).join("; ")}`);
    }
  }

  get robots(): number {
    return this.roster.robots.length;
  }

  /** n as the parameters say it. */
  get stated(): number {
    return this.listed?.length ?? this.node.parameters.population;
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
