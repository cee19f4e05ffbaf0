/** Lets robots of one process join and leave as the simulator's population changes. */
import type { RosClock } from "../ros/clock";
import { nanoseconds, type Population } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { LOCAL_AGENT_PARAMETERS } from "../ros/generated/parameters";

/** Robots that one process bears. */
const [, MOST_HOSTED] = LOCAL_AGENT_PARAMETERS.robots.range;

export class HostedRobots {
  private readonly leave: (() => void)[] = [];
  private joining: NodeJS.Immediate | undefined;
  private cancelLeaving = (): void => undefined;

  /**
   * @param node says with which robots the process starts, and how many the swarm has then: the process
   *   with the last of them serves all later ones
   * @param join adds the robot with this index; returns what removes it
   */
  constructor(
    private readonly node: Pick<RosNode<typeof LOCAL_AGENT_PARAMETERS>, "safely" | "parameters">,
    private readonly clock: RosClock,
    private readonly join: (index: number) => () => void,
  ) {
    while (this.leave.length < node.parameters.robots) this.joinNext();
  }

  /** Robots that join do so at once, to be ready; robots that leave do so at the message's stamp. */
  hear({ header, population }: Pick<Population, "header" | "population">): string | undefined {
    const { robot_index: first, robots, population: started } = this.node.parameters;
    const isLast = first + robots === started;
    const count = Math.max(0, Math.min(isLast ? Infinity : robots, population - first));
    if (count > MOST_HOSTED) {
      return `${count} robots would be served by one process, which bears ${MOST_HOSTED}; end whatever else publishes there`;
    }
    this.become(count, nanoseconds(header.stamp));
    return undefined;
  }

  /** Nobody tells the number any more: it is as at the start. */
  forget(): void {
    this.become(this.node.parameters.robots, 0n);
  }

  /** @param from ROS time from which further robots leave, ns */
  private become(count: number, from: bigint): void {
    clearImmediate(this.joining);
    this.cancelLeaving();
    this.joinUpTo(count);
    this.cancelLeaving = this.clock.at(from, () =>
      this.leave.splice(count).forEach((leave) => this.node.safely(leave)),
    );
  }

  /** One a turn of the event loop: the other robots' commands and watchdogs must not wait. */
  private joinUpTo(count: number): void {
    if (this.leave.length >= count) return;
    this.joinNext();
    this.joining = setImmediate(() => this.node.safely(() => this.joinUpTo(count)));
  }

  private joinNext(): void {
    this.leave.push(this.join(this.node.parameters.robot_index + this.leave.length));
  }
}
