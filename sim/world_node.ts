/**
 * The simulator's ROS side: /clock and odometry out, cmd_vel in; commands and actions are heard for
 * the ledger only. Nothing else of the world leaves it.
 */
import type { Game } from "../src/game/model";
import {
  type GlobalCommand,
  nanoseconds,
  planarOdometry,
  toTime,
  type Twist,
} from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import { TOPICS, topicOf } from "../src/ros/topics";
import { ToldPoses } from "./faults";
import type { Fault } from "./protocol";
import type { LedgerAction, LedgerCommand } from "./world/ledger";

export const LEAD = "lead";

export interface WorldNodeOptions {
  readonly node: RosNode;
  readonly game: Game;
  readonly robots: readonly string[];
  readonly onCommand: (command: LedgerCommand) => void;
  readonly onAction: (action: LedgerAction) => void;
  /** Body `robots.length` is the lead vehicle; absent: cmd_vel is not heard (abstract). */
  readonly onVelocity?: (body: number, linear: number, angular: number) => void;
  /** Whether cmd_vel is a TwistStamped. */
  readonly stampedVelocity?: boolean;
  /** Robots (indices) that are broken. */
  readonly faults: ReadonlyMap<number, Fault>;
}

export class WorldNode {
  private readonly publishClock;
  private readonly odometry;
  private readonly told: ToldPoses;

  constructor(private readonly options: WorldNodeOptions) {
    const { node, robots } = options;
    this.publishClock = node.publisher(TOPICS.clockSent);
    this.told = new ToldPoses(robots.length + 1);
    this.odometry = [...robots, LEAD].map((body) => node.publisher(topicOf(body, TOPICS.odometry)));
    node.subscribe(TOPICS.globalCommand, (message) => options.onCommand(toLedger(message)));
    for (const robot of robots) {
      node.subscribe(topicOf(robot, TOPICS.localAction), (message) =>
        options.onAction({
          epoch: message.epoch,
          agent: message.agent_id,
          state: message.state,
          action: message.action,
        }),
      );
    }
    if (options.onVelocity === undefined) return;
    [...robots, LEAD].forEach((body, index) => {
      const hear = (twist: Twist): void => this.hearVelocity(index, twist);
      if (options.stampedVelocity) {
        node.subscribe(topicOf(body, TOPICS.twistStamped), ({ twist }) => hear(twist));
      } else node.subscribe(topicOf(body, TOPICS.twist), hear);
    });
  }

  private hearVelocity(body: number, { linear, angular }: Twist): void {
    const { faults, onVelocity } = this.options;
    if (faults.get(body) !== "deaf") onVelocity?.(body, linear.x, angular.z);
  }

  sendClock(time: bigint): void {
    this.publishClock({ clock: toTime(time) });
  }

  /** @param twists [(n+1) * 2] forward m/s and yaw rate rad/s; absent: standing */
  sendOdometry(time: bigint, poses: Float64Array, twists?: Float64Array): void {
    const stamp = toTime(time);
    const { robots, faults } = this.options;
    this.odometry.forEach((publish, body) => {
      const told = this.told.of(body, poses, faults.get(body));
      if (told === undefined) return;
      const [x, y, yaw] = told;
      const [linear, angular] = twists?.subarray(2 * body) ?? [];
      publish(planarOdometry(stamp, robots[body] ?? LEAD, { x, y, yaw }, linear, angular));
    });
  }

  /** Whether every agent is there: each body's cmd_vel and the global agent's command. */
  agentsAreThere(): boolean {
    const { node, robots } = this.options;
    return (
      node.countPublishers(TOPICS.globalCommand.name) > 0 &&
      [...robots, LEAD].every((body) => node.countPublishers(topicOf(body, TOPICS.twist).name) > 0)
    );
  }
}

function toLedger(message: GlobalCommand): LedgerCommand {
  return {
    epoch: message.epoch,
    session: message.session,
    decisionTime: nanoseconds(message.decision_time),
    globalState: message.global_state,
    action: message.action,
    sampled: message.sampled_agents,
    histogram: Array.from(message.histogram),
    belief: Array.from(message.belief),
    beliefVariance: message.belief_variance,
    sampleSize: message.sample_size,
    policySha256: message.policy_sha256,
    missing: message.missing,
    emergencyStop: message.emergency_stop,
  };
}
