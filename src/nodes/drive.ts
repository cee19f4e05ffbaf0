/**
 * Unicycle go-to-point, pure: pose and target in, one velocity command out. Lengths in metres,
 * angles in radians, pose and target in one and the same frame (`map`).
 *
 * Made for odometry at 10 Hz and a delay of up to 0.2 s between a pose and the wheels' answer to it:
 * it aims from where the robot will be one period later if it obeys its previous command, and
 * brakes with a reserve.
 */
import { type BodyLimits, type Point, wrapAngle } from "../game/arena";

export interface DriveCommand {
  /** Forward, m/s. */
  readonly linear: number;
  /** Counter-clockwise, rad/s. */
  readonly angular: number;
}

export interface Pose extends Point {
  readonly yaw: number;
}

export const STOP: DriveCommand = { linear: 0, angular: 0 };

/** The robot rolls out once it is this near; it then stands within 0.03 m. */
const ARRIVED_M = 0.02;
/** Nearer than this it may back up instead of turning round. */
const BACK_UP_M = 0.3;
/** Facing away from the target by more than this it turns on the spot. */
const TURN_IN_PLACE_RAD = Math.PI / 4;
/** Share of the body's deceleration that braking plans with; the rest is reserve. */
const BRAKE_SHARE = 0.75;
/** Delays that braking plans with: of the way and of the turn. */
const LINEAR_DELAY_S = 0.25;
const ANGULAR_DELAY_S = 0.3;
/** A longer gap between commands counts as this much. */
const LONGEST_PERIOD_S = 0.2;

/**
 * The next command on the way to `target`.
 * @param pose newest known pose, m and rad
 * @param target where to stand, m; the final heading is free
 * @param limits the body's speeds (m/s, rad/s) and accelerations (m/s², rad/s²); every command
 *   keeps the speed limits and differs from `previous` by no more than the acceleration limits
 *   allow in `dt`
 * @param previous the command sent last (STOP at first)
 * @param dt seconds since then
 * @returns STOP where any number is not finite: a stop is always allowed
 */
export function driveTo(
  pose: Pose,
  target: Point,
  limits: BodyLimits,
  previous: DriveCommand,
  dt: number,
): DriveCommand {
  // A sum is finite only if each term is (or the sum overflows, which is no drivable place either).
  const total = pose.x + pose.y + pose.yaw + target.x + target.y + dt;
  if (!Number.isFinite(total + previous.linear + previous.angular)) return STOP;
  const period = clamp(dt, 0, LONGEST_PERIOD_S);
  const linear = clamp(previous.linear, -limits.maxSpeed, limits.maxSpeed);
  const angular = clamp(previous.angular, -limits.maxYawRate, limits.maxYawRate);
  const wanted = wantedSpeeds(pose, target, limits, linear, angular, period);
  const dv = limits.maxAcceleration * period;
  const dw = limits.maxYawAcceleration * period;
  return {
    linear: clamp(wanted.linear, linear - dv, linear + dv),
    angular: clamp(wanted.angular, angular - dw, angular + dw),
  };
}

/** The speeds the way ahead asks for, within the speed limits but not yet the acceleration limits. */
function wantedSpeeds(
  pose: Pose,
  target: Point,
  limits: BodyLimits,
  linear: number,
  angular: number,
  period: number,
): DriveCommand {
  if (length(target.x - pose.x, target.y - pose.y) < ARRIVED_M) return STOP;
  const heading = pose.yaw + (angular * period) / 2;
  const dx = target.x - pose.x - linear * period * Math.cos(heading);
  const dy = target.y - pose.y - linear * period * Math.sin(heading);
  const distance = length(dx, dy);
  if (distance < ARRIVED_M) return STOP;
  let error = wrapAngle(Math.atan2(dy, dx) - pose.yaw - angular * period);
  let direction = 1;
  if (distance < BACK_UP_M && Math.abs(error) > Math.PI / 2) {
    direction = -1;
    error = wrapAngle(error + Math.PI);
  }
  const off = Math.abs(error);
  const facing = off < TURN_IN_PLACE_RAD ? Math.cos((error * Math.PI) / 2 / TURN_IN_PLACE_RAD) : 0;
  const speed = brakingSpeed(distance, limits.maxAcceleration, LINEAR_DELAY_S);
  const turn = brakingSpeed(off, limits.maxYawAcceleration, ANGULAR_DELAY_S);
  return {
    linear: direction * facing * Math.min(limits.maxSpeed, speed),
    angular: Math.sign(error) * Math.min(limits.maxYawRate, turn),
  };
}

/** The v with v·delay + v²/(2·b) = way: braking at b after the delay ends at the target. */
function brakingSpeed(way: number, maxDeceleration: number, delay: number): number {
  const b = BRAKE_SHARE * maxDeceleration;
  return b * (Math.sqrt(delay * delay + (2 * way) / b) - delay);
}

const clamp = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, value));

const length = (dx: number, dy: number): number => Math.sqrt(dx * dx + dy * dy);
