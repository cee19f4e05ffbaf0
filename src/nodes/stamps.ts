/** Whether a message's stamp can be acted on. Stamps and ROS time in ns. */
import { fromSeconds } from "../ros/messages";

/** Odometry stamped further ahead of the ROS clock than this is refused, ns. */
const MOST_AHEAD_NS = fromSeconds(60);
/** ROS time that has advanced by no more than this is taken as standing still, ns. */
const STANDING_NS = fromSeconds(0.05);
/** A state that says nothing new is repeated after this long, ROS time, and wall time. */
const REPEAT_S = 0.5;
const REPEAT_MS = 400;

const secondsOf = (ns: bigint): number => Number(ns) / 1e9;

/** Why a stamp is too old to be acted on; undefined: it is not (`maxAge`, s; 0: not tested). */
export function ageProblem(stamp: bigint, now: bigint, maxAge: number): string | undefined {
  const age = secondsOf(now - stamp);
  if (maxAge === 0 || age <= maxAge) return undefined;
  return `it is stamped ${age.toFixed(2)} s ago (max_stamp_age is ${maxAge}); set the clocks by each other, or look at what delays it`;
}

/** Why odometry is refused by its stamp; undefined: it is not. */
export function odometryProblem(stamp: bigint, now: bigint): string | undefined {
  if (stamp <= now + MOST_AHEAD_NS) return undefined;
  return `it is stamped ${secondsOf(stamp - now)} s ahead of the ROS clock; set its source's clock`;
}

/**
 * Whether odometry is stale: it has the stamp of the one before though ROS time has advanced. A
 * world that is paused repeats its odometry too, but then ROS time stands as well.
 * @param since ROS time of that stamp, or of its arrival where the stamp is ahead
 */
export const isRepeat = (stamp: bigint, newest: bigint, since: bigint, now: bigint): boolean =>
  stamp === newest && now > since + STANDING_NS;

/** Bounds how often something is done, by the stamps of what arrives, ns. */
export class RateLimit {
  private last: bigint | undefined;
  private next = 0n;
  private readonly period: bigint;

  /** @param rate times a second at most, on average */
  constructor(rate: number) {
    this.period = fromSeconds(1 / rate);
  }

  /** Whether it is done now. What repeats a stamp, or goes back in time, is always. */
  isDue(stamp: bigint): boolean {
    const isLater = this.last !== undefined && stamp > this.last;
    if (isLater && stamp < this.next) return false;
    const isOnTime = isLater && stamp - this.next < this.period;
    this.next = (isOnTime ? this.next : stamp) + this.period;
    this.last = stamp;
    return true;
  }
}

/** Bounds how often what says nothing new is repeated. */
export class Repeats {
  private said: string | undefined;
  private stamp = 0n;
  private sentMs = 0;

  /**
   * Whether it is sent now: it says something new, or a decision could soon find the last too old.
   * @param stamp of what is said, ns
   * @param nowMs of the steady clock
   * @param maxAge above which a decision does not count it, s
   */
  isDue(news: string, stamp: bigint, nowMs: number, maxAge: number): boolean {
    const seconds = secondsOf(stamp - this.stamp);
    const isFresh = seconds >= 0 && seconds < Math.min(maxAge / 2, REPEAT_S);
    if (news === this.said && isFresh && nowMs - this.sentMs < REPEAT_MS) return false;
    [this.said, this.stamp, this.sentMs] = [news, stamp, nowMs];
    return true;
  }
}
