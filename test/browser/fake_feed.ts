/**
 * A swarm that is only played: robots glide between five bays and epochs follow each other, through
 * the real page server. For tests of the page without ROS.
 */
import { hexagonalSpots } from "../../src/game/arena";
import type { SharedWorld } from "../../sim/page_hub";
import type { Command } from "../../sim/page_protocol";
import { startPageServer, type PageServer } from "../../sim/page_server";
import {
  PROTOCOL_VERSION,
  encodePoses,
  type EpochReport,
  type PolicyPicture,
  type Snapshot,
} from "../../sim/protocol";

export interface FakeFeed {
  readonly server: PageServer;
  /** Commands that pages gave, oldest first. */
  readonly obeyed: readonly Command[];
  stop(): Promise<void>;
}

export interface FakeFeedOptions {
  readonly webRoot: string;
  readonly port?: number;
  readonly robots?: number;
  /** Length of an epoch, ms of wall time. */
  readonly epochMs?: number;
  /** Epochs that have been before the first. */
  readonly past?: number;
  readonly log?: (line: string) => void;
}

/** Of the page that may command. */
export const TOKEN = "0123456789abcdef";
const BAYS = 5;
const SAMPLE_SIZE = 10;
const FRAME_MS = 40;

export async function startFakeFeed(options: FakeFeedOptions): Promise<FakeFeed> {
  const { robots = 30, epochMs = 2000, past = 40 } = options;
  const swarm = new PlayedSwarm(robots, epochMs / 1000);
  for (let epoch = 0; epoch < past; epoch++) swarm.nextEpoch();
  const server = await startPageServer({
    port: options.port ?? 0,
    webRoot: options.webRoot,
    log: options.log ?? (() => undefined),
    snapshot: () => swarm.snapshot(),
    token: TOKEN,
    obey: (command) => Promise.resolve(swarm.obey(command)),
  });
  const tellWorld = (): void => server.publishWorld(swarm.world());
  tellWorld();
  const epochs = setInterval(() => {
    server.publish(swarm.rewarded());
    server.publish(swarm.nextEpoch());
    server.publish(swarm.picture());
    tellWorld();
  }, epochMs);
  const frames = setInterval(() => server.publishPoses(swarm.moved(FRAME_MS / 1000)), FRAME_MS);
  return {
    server,
    obeyed: swarm.obeyed,
    stop: async () => {
      clearInterval(epochs);
      clearInterval(frames);
      await server.close();
    },
  };
}

const zones = Array.from({ length: BAYS }, (_, bay) => {
  const angle = Math.PI / 2 + (2 * Math.PI * bay) / BAYS;
  return { x: 4.5 * Math.cos(angle), y: 4.5 * Math.sin(angle), radius: 1.6 };
});
const leadSpots = zones.map(({ x, y }) => ({ x: x * (2.1 / 4.5), y: y * (2.1 / 4.5) }));

class PlayedSwarm {
  private readonly bays: Uint8Array;
  private readonly locked: Uint8Array;
  private readonly poses: Float64Array;
  private readonly history: EpochReport[] = [];
  private readonly spots;
  private simTime = 0;
  private total = 0;
  private state = 17;

  constructor(
    private readonly robots: number,
    private readonly epochSeconds: number,
  ) {
    this.spots = hexagonalSpots(robots, 0.5);
    this.bays = Uint8Array.from({ length: robots }, () => Math.floor(4 * this.random() ** 2));
    this.locked = new Uint8Array(robots).fill(1);
    this.poses = new Float64Array(3 * (robots + 1));
    this.bays.forEach((bay, i) => {
      const { x, y } = this.spotOf(i, bay);
      this.poses.set([x, y, 2 * Math.PI * this.random()], 3 * i);
    });
    this.nextEpoch();
  }

  snapshot(): Snapshot {
    const bays = zones.map((_, bay) => `bay_${bay}`);
    return {
      type: "snapshot",
      version: PROTOCOL_VERSION,
      scenario: "dock_dispatch",
      fidelity: "motion",
      localStates: bays,
      globalStates: bays,
      localActions: ["stay", "up", "down"],
      zones,
      robotRadius: 0.11,
      leadRadius: 0.3,
      leadSpots,
      robots: Array.from(this.bays, (_, i) => `robot_${i}`),
      epochSeconds: this.epochSeconds,
      speed: 1,
      references: { random: 1.8, blind: 7.35, full: 8.7 },
      history: this.history,
    };
  }

  /** Commands that came, oldest first. */
  readonly obeyed: Command[] = [];

  obey(command: Command): { done: boolean; message: string } {
    this.obeyed.push(command);
    return { done: true, message: `done: ${command.do}` };
  }

  world(): SharedWorld {
    return {
      type: "world",
      paused: false,
      speed: 1,
      realTimeFactor: 0.98,
      sampleSize: SAMPLE_SIZE,
      observation: "sample",
      emergencyStop: false,
      faults: [{ robot: 3, fault: "stall" }],
    };
  }

  /** The lead vehicle goes where most are believed, and to bay_0 on a tie. */
  picture(): PolicyPicture {
    const { belief, epoch } = this.history[this.history.length - 1];
    const actionAt = (zone: number, share: number): number => {
      const rest = 1 - belief[zone];
      const law = belief.map((p, i) =>
        i === zone ? share : (1 - share) * (rest > 0 ? p / rest : 1 / (BAYS - 1)),
      );
      return law.indexOf(Math.max(...law));
    };
    const shares = Array.from({ length: SAMPLE_SIZE + 1 }, (_, j) => j / SAMPLE_SIZE);
    const strips = zones.map((_, zone) => shares.map((share) => actionAt(zone, share)));
    const actions = zones.map(() => strips);
    return { type: "picture", epoch, tableSize: SAMPLE_SIZE, actions, globalGap: 0, localGap: 0.4 };
  }

  /** The newest epoch with its reward. */
  rewarded(): EpochReport {
    const report = this.history[this.history.length - 1];
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
      if (ends && bay !== lead) this.bays[i] = (bay + (this.random() < 0.6 ? 1 : 4)) % BAYS;
    });
    const sampled = this.drawSample();
    const sampledHistogram = histogram(sampled.map((i) => this.bays[i]));
    const report: EpochReport = {
      type: "epoch",
      epoch: this.history.length,
      simTime: this.simTime,
      globalState: lead,
      globalAction: sampledHistogram.indexOf(Math.max(...sampledHistogram)),
      sampled,
      belief: sampledHistogram.map((count) => count / SAMPLE_SIZE),
      beliefVariance: 1 / SAMPLE_SIZE,
      sampledHistogram,
      trueHistogram: histogram([...this.bays]),
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
    this.simTime += seconds;
    const { globalAction } = this.history[this.history.length - 1];
    this.bays.forEach((bay, i) => this.drive(i, this.spotOf(i, bay), 2 * seconds));
    this.drive(this.robots, leadSpots[globalAction], 3 * seconds);
    return encodePoses(this.simTime, this.poses, this.locked, this.bays);
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
    return { x: zones[bay].x + this.spots[robot].x, y: zones[bay].y + this.spots[robot].y };
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

function histogram(bays: readonly number[]): number[] {
  const counts = new Array<number>(BAYS).fill(0);
  for (const bay of bays) counts[bay] += 1;
  return counts;
}
