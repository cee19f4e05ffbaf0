/** Whether a message's stamp can be acted on. Stamps and ROS time in ns. */
import { fromSeconds } from "../ros/messages";

/** Stamps further ahead of the ROS clock than this are refused, s. */
const FUTURE = 60;
/** While ROS time is no further on than this, it stands, s. */
const STANDS = 0.05;

const secondsOf = (ns: bigint): number => Number(ns) / 1e9;

/** Why a stamp is too old to be acted on (`maxAge`, s; 0: not asked). */
export function ageProblem(stamp: bigint, now: bigint, maxAge: number): string | undefined {
  const age = secondsOf(now - stamp);
  if (maxAge === 0 || age <= maxAge) return undefined;
  return `it is stamped ${age.toFixed(2)} s ago (max_stamp_age is ${maxAge}); set the clocks by each other, or look at what delays it`;
}

/** Why odometry is refused by its stamp. */
export function odometryProblem(stamp: bigint, now: bigint): string | undefined {
  if (stamp <= now + fromSeconds(FUTURE)) return undefined;
  return `it is stamped ${secondsOf(stamp - now)} s ahead of the ROS clock; set its source's clock`;
}

/**
 * Whether odometry says nothing new: it has the stamp of the one before, and time has gone on. (A
 * world whose time stands still repeats its instant.)
 * @param since when that stamp was true, or was first heard where its clock is ahead
 */
export function isRepeat(stamp: bigint, newest: bigint, since: bigint, now: bigint): boolean {
  return stamp === newest && now > since + fromSeconds(STANDS);
}
