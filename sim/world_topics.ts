/**
 * The world's topics: /clock and odometry out, cmd_vel in. Commands and actions are heard for the
 * ledger only; nothing else of the world leaves it.
 */
import {
  type GlobalCommand,
  type LocalAction,
  type Odometry,
  planarOdometry,
  toTime,
  type Twist,
} from "../src/ros/messages";
import type { Publish, RosNode, Subscription } from "../src/ros/node";
import { TOPICS, topicOf } from "../src/ros/topics";
import { ToldPoses } from "./faults";
import type { Fault } from "./protocol";

export const LEAD = "lead";

export interface WorldTopicsOptions {
  readonly node: RosNode;
  readonly robots: readonly string[];
  readonly onCommand: (command: GlobalCommand) => void;
  readonly onAction: (action: LocalAction) => void;
  /** Body n is the lead vehicle; absent: cmd_vel is not heard (abstract). */
  readonly onVelocity?: (body: number, linear: number, angular: number) => void;
  readonly stampedVelocity?: boolean;
  readonly faults: ReadonlyMap<number, Fault>;
}

interface BodyTopics {
  readonly name: string;
  readonly publishOdometry: Publish<Odometry>;
  readonly heard: readonly Subscription[];
}

export class WorldTopics {
  private readonly publishClock;
  private readonly told = new ToldPoses();
  /** The robots' topics, in order, including robots that join at the next boundary. */
  private readonly robotTopics: BodyTopics[] = [];
  private readonly lead: BodyTopics;
  private robots = 0;

  constructor(private readonly options: WorldTopicsOptions) {
    const { node, robots } = options;
    this.publishClock = node.publisher(TOPICS.clockSent);
    this.lead = this.connect(LEAD);
    this.setRobots(robots);
    node.subscribe(TOPICS.globalCommand, options.onCommand);
  }

  /**
   * Creates topics of robots that join soon, at most `most` of them, so that discovery is done when
   * they do. Returns whether all have theirs.
   */
  expect(robots: readonly string[], most = Infinity): boolean {
    const joining = robots.slice(this.robotTopics.length);
    for (const name of joining.slice(0, most)) {
      this.robotTopics.push(this.connect(name, this.robotTopics.length));
    }
    return joining.length <= most;
  }

  /** From now on the world has exactly these robots. */
  setRobots(robots: readonly string[]): void {
    this.expect(robots);
    this.robots = robots.length;
    for (const { publishOdometry, heard } of this.robotTopics.splice(this.robots)) {
      publishOdometry.destroy();
      heard.forEach((subscription) => subscription.destroy());
    }
  }

  private get bodies(): readonly BodyTopics[] {
    return [...this.robotTopics.slice(0, this.robots), this.lead];
  }

  /** @param robot its index; undefined: the lead vehicle */
  private connect(name: string, robot?: number): BodyTopics {
    const { node, onAction, onVelocity, stampedVelocity } = this.options;
    const velocity = (twist: Twist): void => this.hearVelocity(twist, robot);
    const heard: Subscription[] = [];
    if (robot !== undefined) {
      const action = topicOf(name, TOPICS.localAction);
      heard.push(node.subscribe(action, onAction));
    }
    if (onVelocity && stampedVelocity) {
      const topic = topicOf(name, TOPICS.twistStamped);
      heard.push(node.subscribe(topic, ({ twist }) => velocity(twist)));
    } else if (onVelocity) heard.push(node.subscribe(topicOf(name, TOPICS.twist), velocity));
    return { name, publishOdometry: node.publisher(topicOf(name, TOPICS.odometry)), heard };
  }

  private hearVelocity({ linear, angular }: Twist, robot?: number): void {
    const { faults, onVelocity } = this.options;
    // Agents of robots that join at the next boundary send zeros already.
    if (robot !== undefined && robot >= this.robots) return;
    const body = robot ?? this.robots;
    if (faults.get(body) !== "deaf") onVelocity?.(body, linear.x, angular.z);
  }

  sendClock(time: bigint): void {
    this.publishClock({ clock: toTime(time) });
  }

  /** @param twists [(n+1) * 2] forward m/s and yaw rate rad/s; absent: standing */
  sendOdometry(time: bigint, poses: Float64Array, twists?: Float64Array): void {
    const stamp = toTime(time);
    this.bodies.forEach(({ name, publishOdometry }, body) => {
      const told = this.told.of(body, poses, this.options.faults.get(body));
      if (told === undefined) return;
      const [x, y, yaw] = told;
      const [linear, angular] = twists?.subarray(2 * body) ?? [];
      publishOdometry(planarOdometry(stamp, name, { x, y, yaw }, linear, angular));
    });
  }

  /** Whether every body's cmd_vel and the global agent's command have a publisher. */
  agentsAreThere(): boolean {
    const { node } = this.options;
    return (
      node.countPublishers(TOPICS.globalCommand.name) > 0 &&
      this.bodies.every(({ name }) => node.countPublishers(topicOf(name, TOPICS.twist).name) > 0)
    );
  }
}
