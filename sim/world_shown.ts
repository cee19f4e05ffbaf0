/** What a world says of itself, to pages, recorders and people: its epochs, its state, poses. */
import { every } from "../src/ros/clock";
import { toTime, type WorldState } from "../src/ros/messages";
import { TOPICS } from "../src/ros/topics";
import type { RosNode } from "../src/ros/node";
import type { RealTimeFactor } from "./pace";
import type { EpochTold } from "./protocol";
import type { Run } from "./run";
import type { MotionWorld } from "./world/motion";
import type { WorldControls } from "./world_controls";

/** The state is told again after this long, ms of wall time. */
const REPEAT_MS = 1000;

interface Shown {
  readonly node: Pick<RosNode, "name" | "publisher" | "safely">;
  readonly run: Run;
  readonly controls: WorldControls;
  readonly factor: RealTimeFactor;
}

/** Which world it is, and what else differs from world to world. */
export type About = Pick<WorldState, "world" | "controls" | "speed"> & Partial<WorldState>;

export class WorldShown {
  private readonly publishEpoch;
  private readonly publishState;
  private readonly publishPoses;
  readonly stop: () => void;

  /** @param about as it is now */
  constructor(
    private readonly context: Shown,
    private readonly about: () => About,
  ) {
    const { node } = context;
    this.publishEpoch = node.publisher(TOPICS.epochReport);
    this.publishState = node.publisher(TOPICS.worldState);
    this.publishPoses = node.publisher(TOPICS.worldPoses);
    this.stop = every(REPEAT_MS, () => node.safely(() => this.state()));
  }

  /** Tells the world's state: it has changed. */
  state(): void {
    const { node, run, controls, factor } = this.context;
    const { openCommand } = run.ledger;
    this.publishState({
      header: { stamp: toTime(0n), frame_id: "map" },
      node: node.name,
      paused: controls.paused,
      ...this.about(),
      real_time_factor: factor.value ?? 0,
      faults: [...controls.faults].map(([robot, fault]) => ({ robot: run.robots[robot], fault })),
      population: run.robots.length,
      since: toTime(run.since),
      decision_time: openCommand?.decision_time ?? toTime(0n),
      histogram: openCommand ? run.ledger.trueHistogram() : [],
    });
  }

  /** The open epoch's command was heard, or its reward is known. */
  epoch({ epoch, reward, meanReward, epochsCounted, missedEpochs }: EpochTold): void {
    const { ledger } = this.context.run;
    if (reward === null) {
      if (!this.publishState.connection.isAlone) this.state();
    } else if (ledger.openCommand) {
      this.publishEpoch({
        header: { stamp: ledger.openCommand.decision_time, frame_id: "map" },
        epoch,
        global_state: ledger.globalState,
        histogram: ledger.trueHistogram(),
        reward,
        mean_reward: meanReward ?? reward,
        epochs: epochsCounted,
        missed_epochs: missedEpochs,
        real_time_factor: this.context.factor.value ?? 0,
      });
    }
  }

  /** Tells where all bodies are at ROS time `now`, ns, if anybody listens. */
  poses(now: bigint, world: Pick<MotionWorld, "poses" | "locked" | "localStates">): void {
    if (this.publishPoses.connection.isAlone) return;
    const header = { stamp: toTime(now), frame_id: "map" };
    const poses = Float32Array.from(world.poses);
    this.publishPoses({ header, poses, locked: world.locked, states: world.localStates() });
  }
}
