/** Robots of one process that join and leave as a simulator says how many there are. */
import type { RosClock } from "../ros/clock";
import { nanoseconds, type Population } from "../ros/messages";

export interface HostedOptions {
  readonly clock: RosClock;
  /** Index of the process's first robot. */
  readonly first: number;
  /** Robots that it is started with. */
  readonly robots: number;
  /** The swarm's robots at the start: whose process has the last ones has all that come after them. */
  readonly population: number;
  /** Lets a robot in, by its index; what it returns lets it go. */
  readonly join: (index: number) => () => void;
  /** Runs a callback whose throw ends that callback alone. */
  readonly safely: (work: () => void) => void;
}

export class HostedRobots {
  private readonly leave: (() => void)[] = [];
  private joining: NodeJS.Immediate | undefined;
  private cancelLeaving = (): void => undefined;

  constructor(private readonly options: HostedOptions) {
    while (this.leave.length < options.robots) this.joinNext();
  }

  /** Who joins does so at once, to be there when it holds; who leaves does when it holds. */
  hear({ header, population }: Population): void {
    const { first, robots, population: started, clock, safely } = this.options;
    const most = first + robots === started ? Infinity : robots;
    const count = Math.max(0, Math.min(most, population - first));
    clearImmediate(this.joining);
    this.cancelLeaving();
    this.joinUpTo(count);
    this.cancelLeaving = clock.at(nanoseconds(header.stamp), () =>
      safely(() => this.leave.splice(count).forEach((leave) => leave())),
    );
  }

  /** One at a time: the others' commands and watchdogs must not wait for all of them. */
  private joinUpTo(count: number): void {
    if (this.leave.length >= count) return;
    this.joinNext();
    this.joining = setImmediate(() => this.options.safely(() => this.joinUpTo(count)));
  }

  private joinNext(): void {
    this.leave.push(this.options.join(this.options.first + this.leave.length));
  }
}
