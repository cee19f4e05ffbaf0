/**
 * The simulator's ROS side: /clock and odometry out, cmd_vel in; commands and actions are heard for
 * the ledger only. Nothing else of the world leaves it.
 */
import type { Game } from "../src/game/model";
import { type GlobalCommand, nanoseconds, type Time, toTime } from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import { TOPICS, topicOf } from "../src/ros/topics";
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
}

export class WorldNode {
  private readonly publishClock;
  private readonly odometry;
  private readonly covariance = new Float64Array(36);

  constructor(private readonly options: WorldNodeOptions) {
    const { node, robots } = options;
    this.publishClock = node.publisher(TOPICS.clockSent);
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
    const { onVelocity } = options;
    if (onVelocity === undefined) return;
    [...robots, LEAD].forEach((body, index) => {
      node.subscribe(topicOf(body, TOPICS.twist), (message) =>
        onVelocity(index, message.linear.x, message.angular.z),
      );
    });
  }

  sendClock(time: bigint): void {
    this.publishClock({ clock: toTime(time) });
  }

  /** @param twists [(n+1) * 2] forward m/s and yaw rate rad/s; absent: standing */
  sendOdometry(time: bigint, poses: Float64Array, twists?: Float64Array): void {
    const stamp = toTime(time);
    this.odometry.forEach((publish, body) => {
      const name = this.options.robots[body] ?? LEAD;
      publish(this.message(stamp, name, body, poses, twists));
    });
  }

  private message(
    stamp: Time,
    name: string,
    body: number,
    poses: Float64Array,
    twists: Float64Array | undefined,
  ) {
    const yaw = poses[body * 3 + 2];
    const zero = { x: 0, y: 0, z: 0 };
    return {
      header: { stamp, frame_id: "map" },
      child_frame_id: `${name}/base_link`,
      pose: {
        pose: {
          position: { x: poses[body * 3], y: poses[body * 3 + 1], z: 0 },
          orientation: { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) },
        },
        covariance: this.covariance,
      },
      twist: {
        twist: {
          linear: { ...zero, x: twists?.[body * 2] ?? 0 },
          angular: { ...zero, z: twists?.[body * 2 + 1] ?? 0 },
        },
        covariance: this.covariance,
      },
    };
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
    missing: message.missing,
    emergencyStop: message.emergency_stop,
  };
}
