/** A swarm in motion whose robots never rest, and a peer that sees what stops them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeCarousel } from "./carousel";
import { type EventOf, type HeardCommand, monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

export const ROBOTS = 30;
/** From the fault until the last zero, s; by the robots' own watchdogs, and by a stop that is heard. */
export const WATCHDOG_BOUND = 0.5;
export const STOP_BOUND = 0.1;
/** How long robots are seen to stand, s. */
export const WATCHED = 1.5;
/** Wall time of an epoch, s. */
export const EPOCH = 2;
/** Simulated seconds a second. */
const SPEED = 3;
/** Robots commanded to move at least, when something is to stop them. */
const MOVING = 15;

export const isMoving = ({ linear, angular }: EventOf<"velocity">): boolean =>
  linear !== 0 || angular !== 0;

export class MovingSwarm {
  private constructor(
    readonly swarm: Swarm,
    readonly peer: Peer,
    private readonly folder: string,
  ) {}

  /** @param more options of the peer */
  static async start(more: readonly string[] = []): Promise<MovingSwarm> {
    const folder = mkdtempSync(join(tmpdir(), "carousel-"));
    const swarm = await startSwarm({
      scenario: writeCarousel(folder),
      fidelity: "motion",
      robots: ROBOTS,
      tableSize: 2,
      epoch: EPOCH * SPEED,
      speed: SPEED,
    });
    const options = ["--robots", `${ROBOTS}`, "--velocities", "--states", "--odometry"];
    const peer = new Peer(swarm.environment, [...options, ...more]);
    await peer.first("command");
    return new MovingSwarm(swarm, peer, folder);
  }

  async end(): Promise<void> {
    await this.peer.end();
    await this.swarm.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get newestCommand(): HeardCommand {
    return this.peer.of("command").at(-1)!.message;
  }

  /** Waits until several robots were commanded to move since now. */
  async moving(since = monotonic()): Promise<void> {
    const bodies = new Set<string>();
    await this.peer.first("velocity", since, (heard) => {
      if (isMoving(heard)) bodies.add(heard.body);
      return bodies.size >= MOVING;
    });
  }

  /**
   * Seconds from `start` until every body that was moving then was told to stand; Infinity when one
   * was not, or moved again before `end`.
   */
  secondsToZero(start: number, end: number): number {
    const newest = new Map<string, EventOf<"velocity">>();
    const stoodAt = new Map<string, number>();
    for (const heard of this.peer.of("velocity", start - 1)) {
      if (heard.time > end) continue;
      newest.set(heard.body, heard);
      if (isMoving(heard)) stoodAt.set(heard.body, Infinity);
      else if (stoodAt.get(heard.body) === Infinity) stoodAt.set(heard.body, heard.time);
    }
    expect(newest.size).toBe(ROBOTS + 1);
    expect(stoodAt.size).toBeGreaterThan(0);
    return Math.max(...stoodAt.values()) - start;
  }

  /** What each body that did not stand was told. */
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

  /** Waits until every body was heard at or after `time`. */
  async heardUntil(time: number): Promise<void> {
    const bodies = new Set<string>();
    await this.peer.first("velocity", time, ({ body }) => bodies.add(body).size === ROBOTS + 1);
  }

  async expectZeroWithin(bound: number, start: number, what: string): Promise<void> {
    await this.heardUntil(start + WATCHED);
    const seconds = this.secondsToZero(start, start + WATCHED);
    console.log(`${what}: every cmd_vel zero after ${seconds.toFixed(3)} s`);
    if (seconds === Infinity) console.log(this.wordsOf(start, start + WATCHED));
    expect(seconds).toBeLessThan(bound);
  }
}
