/** A swarm whose robots always drive, and a peer that hears their velocities. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RESET_SERVICE } from "../../src/ros/topics";
import { writeCarousel } from "./carousel";
import { endOfBound, secondsOfProduct } from "./lateness";
import { type EventOf, type HeardCommand, monotonic, Peer } from "./peer";
import type { Own } from "./shared";
import { startSwarm, type Swarm } from "./swarm";

export const ROBOTS = 30;
/** From a fault until every velocity is zero, s: by the agents' watchdogs, by an emergency stop. */
export const WATCHDOG_BOUND = 0.5;
export const STOP_BOUND = 0.1;
/** Robots must stand for so long, s. */
export const WATCHED = 1.5;
/** Wall time of an epoch, s. */
export const EPOCH = 2;
/** Simulated seconds a second. */
const SPEED = 3;
/** At least so many bodies move at the same time before something stops them. */
const MOVING = 15;
/** An epoch that began no longer ago still has most of its drives before it, s. */
const JUST_BEGUN = 0.4;
/** Robots drive again within this time after a test; otherwise the swarm is started anew, s. */
const MENDED_S = 20;
/** Robots drive within this time of a swarm's start, s. */
const STARTED_S = 60;

export const isMoving = ({ linear, angular }: EventOf<"velocity">): boolean =>
  linear !== 0 || angular !== 0;

export class MovingSwarm {
  private constructor(
    readonly swarm: Swarm,
    readonly peer: Peer,
  ) {}

  /** @param more options of the peer */
  static async start(
    own: Own,
    more: readonly string[] = [],
    world: "motion" | "mujoco" = "motion",
  ): Promise<MovingSwarm> {
    const folder = mkdtempSync(join(tmpdir(), "carousel-"));
    own({ end: async () => rmSync(folder, { recursive: true, force: true }) });
    const swarm = own(
      await startSwarm({
        scenario: writeCarousel(folder),
        world,
        robots: ROBOTS,
        tableSize: 2,
        epoch: EPOCH * SPEED,
        speed: SPEED,
      }),
    );
    const options = ["--robots", `${ROBOTS}`, "--velocities"];
    const peer = own(new Peer(swarm.environment, [...options, ...more]));
    const run = new MovingSwarm(swarm, peer);
    await run.moving(0, STARTED_S);
    return run;
  }

  /**
   * What was killed is started, what was stopped goes on, a stop is released, and robots are on
   * their way again.
   */
  async mend(): Promise<void> {
    this.swarm.heal();
    if (this.newestCommand.emergency_stop) await this.peer.call(RESET_SERVICE);
    await this.moving(monotonic() - JUST_BEGUN, MENDED_S);
  }

  get newestCommand(): HeardCommand {
    return this.peer.of("command").at(-1)!.message;
  }

  /**
   * Waits for an epoch that begins after `since`, and in it until many bodies move at the same time:
   * a body that has come to a stand again does not count. Robots that begin to drive will do so for
   * a while, so what is done next is done while they move.
   */
  async moving(since = monotonic(), seconds?: number): Promise<void> {
    const old = this.peer.of("command").findLast(({ time }) => time < since)?.message.epoch;
    const isNew = ({ message }: EventOf<"command">): boolean => message.epoch !== old;
    const { time } = await this.peer.first("command", since, isNew, seconds);
    const bodies = new Set<string>();
    const areMany = (heard: EventOf<"velocity">): boolean => {
      if (isMoving(heard)) bodies.add(heard.body);
      else bodies.delete(heard.body);
      return bodies.size >= MOVING;
    };
    await this.peer.first("velocity", time, areMany, seconds);
  }

  /**
   * Seconds from `start` until every body was told to stand that was moving then, or has moved since;
   * Infinity where the newest velocity of one, at `end`, is not zero. Some must be moving at `start`.
   */
  secondsToZero(start: number, end: number): number {
    // In the order in which they were sent: they may be heard in another one.
    const heard = this.peer
      .of("velocity", start - 1)
      .filter(({ time }) => time <= end)
      .sort((a, b) => a.time - b.time);
    expect(new Set(heard.map(({ body }) => body)).size).toBe(ROBOTS + 1);
    const before = heard.filter(({ time }) => time <= start);
    const newest = new Map(before.map((told) => [told.body, told]));
    const moving = [...newest.values()].filter(isMoving);
    expect(moving.length).toBeGreaterThan(0);
    const stoodAt = new Map(moving.map(({ body }) => [body, Infinity]));
    for (const told of heard.slice(before.length)) {
      if (isMoving(told)) stoodAt.set(told.body, Infinity);
      else if (stoodAt.get(told.body) === Infinity) stoodAt.set(told.body, told.time);
    }
    return Math.max(...stoodAt.values()) - start;
  }

  /** The velocities of each body whose newest one is not zero. */
  private wordsOf(start: number, end: number): string {
    const told = this.peer.of("velocity", start - 1).filter(({ time }) => time <= end);
    const last = new Map(told.map((heard) => [heard.body, heard]));
    return told
      .filter(({ body }) => isMoving(last.get(body)!))
      .map(
        ({ body, time, linear, angular }) =>
          `${body} ${(time - start).toFixed(3)} ${linear} ${angular}`,
      )
      .join("\n");
  }

  /** Waits until every body has a velocity at or after `time`. */
  async heardUntil(time: number): Promise<void> {
    const bodies = new Set<string>();
    await this.peer.first("velocity", time, ({ body }) => bodies.add(body).size === ROBOTS + 1);
  }

  async expectZeroWithin(bound: number, start: number, what: string): Promise<void> {
    await this.heardUntil(start + WATCHED);
    // Processes may have waited for a core meanwhile.
    const end = endOfBound(start, WATCHED);
    await this.heardUntil(end);
    const seconds = this.secondsToZero(start, end);
    if (seconds === Infinity) console.log(this.wordsOf(start, end));
    const stood = start + seconds;
    const product = secondsOfProduct(
      `${what}: every cmd_vel zero`,
      start,
      stood,
      this.pathOfZero(),
    );
    expect(product).toBeLessThan(bound);
  }

  /** The processes that a zero velocity waits for. */
  private pathOfZero(): number[] {
    return [this.peer.pid, ...["local_agents_0", "lead_agent"].map((name) => this.swarm.pid(name))];
  }
}
