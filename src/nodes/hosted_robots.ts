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

/** Robots that one process serves at most. */
export const MOST_HOSTED = 1000;

export class HostedRobots {
  private readonly leave: (() => void)[] = [];
  private joining: NodeJS.Immediate | undefined;
  private cancelLeaving = (): void => undefined;

  constructor(private readonly options: HostedOptions) {
    while (this.leave.length < options.robots) this.joinNext();
  }

  /** Who joins does so at once, to be there when it holds; who leaves does when it holds. */
  hear({ header, population }: Population): string | undefined {
    const { first, robots, population: started, clock, safely } = this.options;
    const isLast = first + robots === started;
    const count = Math.max(0, Math.min(isLast ? Infinity : robots, population - first));
    if (count > MOST_HOSTED) {
      return `${count} robots would be served by one process, which bears ${MOST_HOSTED}; end whoever else publishes there`;
    }
    clearImmediate(this.joining);
    this.cancelLeaving();
    this.joinUpTo(count);
    this.cancelLeaving = clock.at(nanoseconds(header.stamp), () =>
      this.leave.splice(count).forEach((leave) => safely(leave)),
    );
    return undefined;
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
