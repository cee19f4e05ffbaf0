/**
 * The simulator's ROS side: /clock and odometry out, cmd_vel in; commands and actions are heard for
 * the ledger only. Nothing else of the world leaves it.
 */
import type { Game } from "../src/game/model";
import { type GlobalCommand, nanoseconds, planarOdometry, toTime } from "../src/ros/messages";
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
      const [x, y, yaw] = poses.subarray(3 * body);
      publish(
        planarOdometry(stamp, name, { x, y, yaw }, twists?.[2 * body], twists?.[2 * body + 1]),
      );
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
    missing: message.missing,
    emergencyStop: message.emergency_stop,
  };
}
