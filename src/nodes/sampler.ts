/** Whom an epoch asks: its sample, subscribed to ahead of time, and what comes of it. */
import { type RosClock, steadyMs } from "../ros/clock";
import type { AgentState } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { TOPICS, topicOf } from "../ros/topics";
import type { GLOBAL_AGENT_PARAMETERS } from "./parameters";
import { RobotsInGraph } from "./robots_in_graph";
import { drawReplacements, drawSample, Roster } from "./sampling";
import { StateSubscriptions, type Unusable } from "./state_subscriptions";

/** Whom an epoch asks. */
export interface Sample {
  /** k that was in force when it was drawn. */
  readonly size: number;
  readonly robots: string[];
  /** All that were asked, those among them that others were asked for. */
  readonly asked: Set<string>;
  /** Robots in quarantine that fill it up: they count where they answer, and are not waited for. */
  readonly spare: ReadonlySet<string>;
  /** When it was drawn, ms of the steady clock. */
  readonly sinceMs: number;
}

interface Troubled {
  readonly robot: string;
  readonly trouble: Unusable;
}

const inWords = (robots: readonly Troubled[]): string =>
  robots.map(({ robot, trouble }) => `${robot} ${trouble}`).join(", ");

const namesOf = (robots: readonly Troubled[]): string[] => robots.map(({ robot }) => robot);

export class Sampler {
  readonly states: StateSubscriptions;
  readonly roster: Roster;
  /** Of the next epoch. */
  prepared: Sample | undefined;
  private missing = 0;
  /** States asked for that did not count, by what was wrong with them. */
  private readonly unusable: Record<Unusable, number> = { silent: 0, stale: 0, future: 0 };
  /** Robots asked where there were fewer than k, as last said; undefined: there were enough. */
  private fewer: number | undefined;

  /**
   * @param localStates |S_l|
   * @param onState called after a state was heard
   */
  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    clock: RosClock,
    localStates: number,
    onState: () => void,
  ) {
    this.states = new StateSubscriptions(node, clock, localStates, onState);
    const graph = new RobotsInGraph(node);
    this.roster = new Roster(
      () => [...node.parameters.robot_names, ...graph.find(steadyMs())],
      () => node.parameters.quarantine * 1000,
    );
  }

  /** Draws the sample of `epoch`, and begins to subscribe to it. */
  prepare(epoch: number, size: number): Sample {
    this.roster.refresh();
    const sinceMs = steadyMs();
    const eligible = this.roster.eligible(sinceMs);
    const drawn = drawSample(this.node.parameters.seed, epoch, eligible, size);
    // Where too few are eligible, those that were silent may be so no more.
    const others = this.roster.quarantined(sinceMs).slice(0, size - drawn.length);
    const spare = new Set(drawn.length > 0 ? others : []);
    const robots = [...drawn, ...others];
    this.states.keepSoon(robots);
    this.prepared = { size, robots, asked: new Set(robots), spare, sinceMs };
    return this.prepared;
  }

  /** The sample prepared for `epoch`, which serves that alone, with all its subscriptions. */
  take(epoch: number, size: number): Sample {
    const sample = this.prepared ?? this.prepare(epoch, size);
    this.prepared = undefined;
    this.states.finish();
    return sample;
  }

  /** Asks nobody any more. */
  stop(): void {
    this.prepared = undefined;
    this.states.keep([]);
  }

  /**
   * Silent robots go into quarantine; others are asked in their place, within 2k subscriptions.
   * @param oldest stamp that counts, ns
   */
  replaceSilent(sample: Sample, epoch: number, oldest: bigint): void {
    const silent = this.waitedFor(sample, oldest);
    if (silent.length === 0) return;
    this.roster.quarantine(namesOf(silent), steadyMs());
    const others = this.askOthers(sample, epoch, silent.length);
    others.forEach((robot, i) => {
      sample.robots[sample.robots.indexOf(silent[i].robot)] = robot;
      this.unusable[silent[i].trouble]++;
    });
    this.node.log.warn(
      `epoch ${epoch}: ${inWords(silent)}; asked ${others.join(", ") || "nobody"} instead`,
    );
  }

  /** Whether a robot that was asked is in the swarm no more. */
  private hasLeft(robot: string): boolean {
    if (this.node.parameters.robot_names.includes(robot)) return false;
    return this.node.countPublishers(topicOf(robot, TOPICS.agentState).name) === 0;
  }

  /**
   * Others are asked in the place of robots that left, where there are any. Whether somebody had left.
   * @param oldest stamp that counts, ns
   */
  passByGone(sample: Sample, epoch: number, oldest: bigint): boolean {
    const silent = namesOf(this.unusableOf(sample, oldest));
    const gone = silent.filter((robot) => this.hasLeft(robot));
    if (gone.length === 0) return false;
    const there = sample.robots.filter((robot) => !gone.includes(robot));
    this.states.keep(there);
    const others = this.askOthers(sample, epoch, gone.length);
    sample.robots.splice(0, Infinity, ...there, ...others);
    const instead = others.join(", ") || "nobody";
    this.node.log.info(`epoch ${epoch}: ${gone.join(", ")} left; asked ${instead} instead`);
    return true;
  }

  /** Asks up to `count` more robots, within 2k subscriptions. */
  private askOthers(sample: Sample, epoch: number, count: number): string[] {
    this.roster.refresh();
    const { seed } = this.node.parameters;
    const eligible = this.roster.eligible(steadyMs());
    const room = Math.max(0, 2 * sample.size - this.states.count);
    const most = Math.min(count, room);
    const others: string[] = [];
    let drawn: string[];
    do {
      drawn = drawReplacements(seed, epoch, eligible, sample.asked, most - others.length);
      drawn.forEach((robot) => sample.asked.add(robot));
      // Whoever left since the last look would be silent too.
      others.push(...drawn.filter((robot) => !this.hasLeft(robot)));
    } while (drawn.length > 0 && others.length < most);
    others.forEach((robot) => this.states.add(robot));
    return others;
  }

  private unusableOf({ robots }: Sample, oldest: bigint): Troubled[] {
    return robots.flatMap((robot) => {
      const trouble = this.states.trouble(robot, oldest);
      return trouble ? [{ robot, trouble }] : [];
    });
  }

  /** Robots of a sample whose states cannot be used, and are waited for. */
  waitedFor(sample: Sample, oldest: bigint): Troubled[] {
    return this.unusableOf(sample, oldest).filter(({ robot }) => !sample.spare.has(robot));
  }

  /** The states that an epoch is decided by, with a warning for those that it goes without. */
  close(sample: Sample, epoch: number, oldest: bigint): AgentState[] {
    const { robots, size } = sample;
    const unusable = this.unusableOf(sample, oldest);
    for (const { trouble } of unusable) this.unusable[trouble]++;
    const silent = namesOf(unusable);
    this.roster.release(robots.filter((robot) => !silent.includes(robot)));
    this.roster.quarantine(namesOf(this.waitedFor(sample, oldest)), steadyMs());
    this.missing += unusable.length;
    if (unusable.length > 0) {
      this.node.log.warn(
        `epoch ${epoch}: ${unusable.length} of ${robots.length} states missing: ${inWords(unusable)}`,
      );
    }
    const fewer = robots.length < size ? robots.length : undefined;
    if (fewer !== this.fewer && fewer !== undefined) {
      this.node.log.warn(
        `epoch ${epoch}: only ${fewer} robots can be asked and sample_size is ${size}: all of them are (${this.swarm.quarantined} in quarantine)`,
      );
    }
    this.fewer = fewer;
    return this.states.fresh(robots, oldest);
  }

  /** What /diagnostics tells of the robots: how many are known, may be asked, are asked. */
  get swarm(): Readonly<Record<"robots" | "quarantined", number>> {
    const { roster } = this;
    return {
      robots: roster.robots.length,
      quarantined: roster.quarantined(steadyMs()).length,
    };
  }

  /** What went wrong with samples since the start, by name. */
  get troubles(): Readonly<Record<string, number>> {
    const { silent, stale, future } = this.unusable;
    const { unknown, late } = this.states.counts;
    return {
      missing_states: this.missing,
      silent_robots: silent,
      stale_states: stale,
      future_states: future,
      unknown_states: unknown,
      late_states: late,
    };
  }
}
