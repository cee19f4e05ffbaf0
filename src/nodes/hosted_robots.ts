/** Lets robots of one process join and leave as the simulator's population changes. */
import type { RosClock } from "../ros/clock";
import { nanoseconds, type Population } from "../ros/messages";

export interface HostedOptions {
  readonly clock: RosClock;
  /** Index of the process's first robot. */
  readonly first: number;
  /** Robots that the process starts with. */
  readonly robots: number;
  /** The swarm's robots at the start: the process with the last of them serves all later ones. */
  readonly population: number;
  /** Adds the robot with this index; returns what removes it. */
  readonly join: (index: number) => () => void;
  /** Runs a callback and catches what it throws. */
  readonly safely: (work: () => void) => void;
}

export const MOST_HOSTED = 1000;

export class HostedRobots {
  private readonly leave: (() => void)[] = [];
  private joining: NodeJS.Immediate | undefined;
  private cancelLeaving = (): void => undefined;
  private isTold = false;

  constructor(private readonly options: HostedOptions) {
    while (this.leave.length < options.robots) this.joinNext();
  }

  /** Robots that join do so at once, to be ready; robots that leave do so at the message's stamp. */
  hear({ header, population }: Pick<Population, "header" | "population">): string | undefined {
    const { first, robots, population: started } = this.options;
    const isLast = first + robots === started;
    const count = Math.max(0, Math.min(isLast ? Infinity : robots, population - first));
    if (count > MOST_HOSTED) {
      return `${count} robots would be served by one process, which bears ${MOST_HOSTED}; end whatever else publishes there`;
    }
    this.isTold = true;
    this.become(count, nanoseconds(header.stamp));
    return undefined;
  }

  /** Nobody tells the number any more: it is as at the start. */
  forget(): void {
    if (this.isTold) this.become(this.options.robots, 0n);
    this.isTold = false;
  }

  /** @param from ROS time from which further robots leave, ns */
  private become(count: number, from: bigint): void {
    clearImmediate(this.joining);
    this.cancelLeaving();
    this.joinUpTo(count);
    this.cancelLeaving = this.options.clock.at(from, () =>
      this.leave.splice(count).forEach((leave) => this.options.safely(leave)),
    );
  }

  /** One a turn of the event loop: the other robots' commands and watchdogs must not wait. */
  private joinUpTo(count: number): void {
    if (this.leave.length >= count) return;
    this.joinNext();
    this.joining = setImmediate(() => this.options.safely(() => this.joinUpTo(count)));
  }

  private joinNext(): void {
    this.leave.push(this.options.join(this.options.first + this.leave.length));
  }
}
