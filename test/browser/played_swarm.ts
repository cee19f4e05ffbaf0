/** A swarm that is only played: robots glide between bays and epochs follow each other. */
import { hexagonalSpots } from "../../src/game/arena";
import type { SharedSnapshot } from "../../sim/page_hub";
import {
  CONTROLS,
  type PageCommand,
  PROTOCOL_VERSION,
  encodePoses,
  type EpochReport,
  type PolicyPicture,
  type WorldState,
} from "../../sim/protocol";

/** A reset by this seed fails. */
export const REFUSED_SEED = 13;
const GAPS = { global: "no better rival found", local: "0.400 (95 %: 0.300 to 0.500)" };
const SAMPLE_SIZE = 10;

/** Up to five on a ring, more in rows of six. */
const bayOf = (bay: number, bays: number) => {
  const angle = Math.PI / 2 + (2 * Math.PI * bay) / bays;
  // A ring of four has long names.
  const word = bays === 4 ? "known_charged_fast_" : "bay_";
  if (bays <= 5)
    return {
      name: `${word}${bay}`,
      x: 4.5 * Math.cos(angle),
      y: 4.5 * Math.sin(angle),
      radius: 1.6,
    };
  const [row, column] = [Math.floor(bay / 6), bay % 6];
  return { name: `aisle_${row + 1}_rack_${column + 1}`, x: 4.6 * column, y: -4.6 * row, radius: 2 };
};

export class PlayedSwarm {
  private readonly bays: Uint8Array;
  private readonly locked: Uint8Array;
  private readonly poses: Float64Array;
  private readonly history: EpochReport[] = [];
  private readonly spots;
  private readonly zones;
  private readonly leadSpots;
  private total = 0;
  private state = 17;
  world: WorldState;
  /** Commands that came, oldest first. */
  readonly obeyed: PageCommand[] = [];

  constructor(
    private readonly robots: number,
    private readonly epochSeconds: number,
    speed: number,
    private readonly count = 5,
    private readonly kinds = [""],
  ) {
    this.zones = Array.from({ length: count }, (_, bay) => bayOf(bay, count));
    const share = 2.1 / 4.5;
    this.leadSpots = this.zones.map(({ name, x, y }) => ({ name, x: x * share, y: y * share }));
    this.world = {
      type: "world",
      world: "motion",
      silentSince: null,
      controls: CONTROLS.filter((control) => control !== "speed" || speed > 0),
      paused: false,
      speed,
      realTimeFactor: 0.98,
      sampleSize: SAMPLE_SIZE,
      observation: "sample",
      emergencyStop: false,
      faults: [{ robot: 3, fault: "stall" }],
    };
    this.spots = hexagonalSpots(robots, 0.5);
    this.bays = Uint8Array.from({ length: robots }, () =>
      Math.floor((count - 1) * this.random() ** 2),
    );
    this.locked = new Uint8Array(robots).fill(1);
    this.poses = new Float64Array(3 * (robots + 1));
    this.bays.forEach((bay, i) => {
      const { x, y } = this.spotOf(i, bay);
      this.poses.set([x, y, 2 * Math.PI * this.random()], 3 * i);
    });
    this.nextEpoch();
  }

  snapshot(): SharedSnapshot {
    return {
      type: "snapshot",
      version: PROTOCOL_VERSION,
      scenario: "dock_dispatch",
      zones: this.zones,
      localStates: this.kinds.flatMap((kind) => this.zones.map(({ name }) => kind + name)),
      leadSpots: this.leadSpots,
      globalActions: this.zones.map(({ name }) => `to_${name}`),
      robotRadius: 0.11,
      leadRadius: 0.3,
      robots: Array.from(this.bays, (_, i) => `robot_${i}`),
      epochSeconds: this.epochSeconds,
      references: { random: 1.8, blind: 7.35, full: 8.7 },
      history: this.history,
    };
  }

  /** Obeys what changes the world's state alone; the play goes on as before. */
  obey(command: PageCommand): { done: boolean; message: string } {
    this.obeyed.push(command);
    this.world = { ...this.world, ...this.changeBy(command) };
    if (command.do === "reset" && command.seed === REFUSED_SEED) {
      return { done: false, message: "the world cannot be reset now" };
    }
    return { done: true, message: `done: ${command.do}` };
  }

  private changeBy(command: PageCommand): Partial<WorldState> {
    switch (command.do) {
      case "pause":
      case "resume":
        return { paused: command.do === "pause" };
      case "stop":
      case "release":
        return { emergencyStop: command.do === "stop" };
      case "speed":
        return { speed: command.factor };
      case "sampleSize":
        return { sampleSize: command.size };
      case "observation":
        return { observation: command.mode };
      case "fault": {
        const { robot, fault } = command;
        const others = this.world.faults.filter((broken) => broken.robot !== robot);
        return { faults: fault === "none" ? others : [...others, { robot, fault }] };
      }
      default:
        return {};
    }
  }

  /** The lead vehicle goes where most are believed, and to bay_0 on a tie. */
  picture(): PolicyPicture {
    const { epoch, globalState, belief } = this.latest;
    const actionAt = (zone: number, share: number): number => {
      const rest = 1 - belief[zone];
      const law = belief.map((p, i) =>
        i === zone ? share : (1 - share) * (rest > 0 ? p / rest : 1 / (belief.length - 1)),
      );
      return law.indexOf(Math.max(...law)) % this.count;
    };
    const shares = Array.from({ length: SAMPLE_SIZE + 1 }, (_, j) => j / SAMPLE_SIZE);
    const actions = belief.map((_, zone) => shares.map((share) => actionAt(zone, share)));
    const plan = { number: 3, of: 12, action: 1 };
    const what = { epoch, globalState, actions, plan, gaps: GAPS };
    return { type: "picture", ...what, bounds: ["at least 3", "at most 4"] };
  }

  get latest(): EpochReport {
    return this.history[this.history.length - 1];
  }

  /** The newest epoch with its reward. */
  rewarded(): EpochReport {
    const report = this.latest;
    if (report.reward === null) {
      report.reward = (10 * report.trueHistogram[report.globalAction]) / this.robots;
      this.total += report.reward;
      report.epochsCounted = this.history.length;
      report.meanReward = this.total / this.history.length;
    }
    return report;
  }

  /** Ends the newest epoch, moves some robots, asks others. */
  nextEpoch(): EpochReport {
    const last = this.history.length === 0 ? undefined : this.rewarded();
    const lead = last?.globalAction ?? 0;
    this.bays.forEach((bay, i) => {
      const ends = this.random() < 0.12;
      this.locked[i] = ends ? 0 : 1;
      if (ends && bay !== lead)
        this.bays[i] = (bay + (this.random() < 0.6 ? 1 : this.count - 1)) % this.count;
    });
    const sampled = this.drawSample();
    const sampledHistogram = this.histogram(sampled);
    const report: EpochReport = {
      type: "epoch",
      epoch: this.history.length,
      globalState: lead,
      globalAction: sampledHistogram.indexOf(Math.max(...sampledHistogram)) % this.count,
      sampled,
      belief: sampledHistogram.map((count) => count / SAMPLE_SIZE),
      beliefVariance: 1 / SAMPLE_SIZE,
      sampledHistogram,
      trueHistogram: this.histogram([...this.bays.keys()]),
      reward: null,
      meanReward: last?.meanReward ?? null,
      epochsCounted: this.history.length,
      missedEpochs: 0,
      missing: 0,
      emergencyStop: false,
    };
    this.history.push(report);
    return report;
  }

  /** Moves everything by `seconds` and gives the frame. */
  moved(seconds: number): Uint8Array {
    const { globalAction } = this.latest;
    this.bays.forEach((bay, i) => this.drive(i, this.spotOf(i, bay), 2 * seconds));
    this.drive(this.robots, this.leadSpots[globalAction], 3 * seconds);
    const states = this.bays.map((_, robot) => this.stateOf(robot));
    return encodePoses(this.poses, this.locked, states);
  }

  private drive(body: number, goal: { x: number; y: number }, step: number): void {
    const [x, y] = this.poses.subarray(3 * body, 3 * body + 2);
    const distance = Math.hypot(goal.x - x, goal.y - y);
    if (distance < 1e-6) return;
    const share = Math.min(1, step / distance);
    const heading = Math.atan2(goal.y - y, goal.x - x);
    this.poses.set([x + share * (goal.x - x), y + share * (goal.y - y), heading], 3 * body);
  }

  private spotOf(robot: number, bay: number): { x: number; y: number } {
    const { x, y } = this.zones[bay];
    return { x: x + this.spots[robot].x, y: y + this.spots[robot].y };
  }

  private stateOf(robot: number): number {
    return (robot % this.kinds.length) * this.count + this.bays[robot];
  }

  private histogram(robots: readonly number[]): number[] {
    const counts = new Array<number>(this.kinds.length * this.count).fill(0);
    for (const robot of robots) counts[this.stateOf(robot)] += 1;
    return counts;
  }

  private drawSample(): number[] {
    const left = Array.from(this.bays, (_, i) => i);
    return Array.from({ length: SAMPLE_SIZE }, () => {
      const [robot] = left.splice(Math.floor(this.random() * left.length), 1);
      return robot;
    });
  }

  /** A linear congruential generator (Numerical Recipes), for the same play each time. */
  private random(): number {
    this.state = (1664525 * this.state + 1013904223) % 2 ** 32;
    return this.state / 2 ** 32;
  }
}
