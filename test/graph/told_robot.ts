/** A robot that is told by a test where it is, and every fault of that. */
import { z } from "zod";
import { loadScenario } from "../../src/game/scenario_file";
import { codecOf } from "../../src/ros/codec";
import {
  type Odometry,
  planarOdometry,
  planarQuaternion,
  type PoseWithCovarianceStamped,
  type TFMessage,
  toTime,
} from "../../src/ros/messages";
import { TOPICS, topicOf } from "../../src/ros/topics";
import { stepTowards } from "../support/navigator";
import { type EventOf, monotonic, type Peer } from "./peer";

/** Odometry and the command's copies come this often, ms. */
export const PERIOD_MS = 100;
/** Odometry that is too slow comes once in so many periods. */
const SLOW = 5;
/** A robot is seen to stand for so long, s. */
const WATCHED = 1.2;
const [home, next] = loadScenario("dock_dispatch").arena.zones;
/** Where a robot's wheels began to count, m and rad: the pose topic alone knows. */
const ORIGIN = { x: 3, y: -2, yaw: 1 };

export const stamp = (seconds = 0) =>
  toTime(BigInt(Math.round((Date.now() / 1000 + seconds) * 1e9)));

export const moves = ({ linear, angular }: { linear: number; angular: number }): boolean =>
  linear !== 0 || angular !== 0;

function transform(
  frame_id: string,
  child_frame_id: string,
  ...[x, y, yaw]: readonly [number, number, number]
): TFMessage {
  const rotation = planarQuaternion(yaw);
  const header = { stamp: stamp(), frame_id };
  const transform = { translation: { x, y, z: 0 }, rotation };
  return { transforms: [{ header, child_frame_id, transform }] };
}

/** What the world does to a robot now. */
export interface Fault {
  odometry:
    | "true"
    | "silent"
    | "frozen"
    | "repeated"
    | "NaN"
    | "outside"
    | "future"
    | "old"
    | "slow"
    | "malformed";
  poses: "sent" | "silent" | "uncertain";
}

export const WELL: Fault = { odometry: "true", poses: "sent" };

const goalSchema = z
  .object({ pose: z.object({ position: z.object({ x: z.number(), y: z.number() }) }) })
  .transform(({ pose }) => pose.position);

/** A robot whose odometry and pose are what the test says. */
export class ToldRobot {
  readonly name: string;
  readonly pose = { x: home.x, y: home.y, yaw: 0 };
  fault = WELL;
  private stamped = stamp();
  private steps = 0;
  /** When it was last told an odometry and a pose that are well, by the peer's clock, s. */
  placedAt = 0;

  constructor(
    protected readonly peer: Peer,
    index: number,
    /** Whether a chain of transforms tells its place, instead of the pose topic. */
    readonly isInTf = false,
  ) {
    this.name = `robot_${index}`;
  }

  goHome(): void {
    Object.assign(this.pose, { x: home.x, y: home.y });
  }

  /** What it was told since, in order. */
  told(since: number): EventOf<"velocity">[] {
    return this.peer.of("velocity", since).filter(({ body }) => body === this.name);
  }

  async moves(since: number): Promise<void> {
    await this.peer.first("velocity", since, (told) => told.body === this.name && moves(told));
  }

  /** Seconds from `start` until it was told to stand for good; Infinity when it was not. */
  async secondsToZero(start: number): Promise<number> {
    await this.peer.first("velocity", start + WATCHED, ({ body }) => body === this.name);
    const told = this.told(start).filter(({ time }) => time < start + WATCHED);
    const last = told.findLastIndex(moves);
    return (told[last + 1]?.time ?? Infinity) - start;
  }

  /** /diagnostics tells of this robot. */
  async says(words: RegExp, since: number): Promise<void> {
    await this.peer.first(
      "diagnostic",
      since,
      ({ name, text }) => name.includes(this.name) && words.test(text),
    );
  }

  /** It moves as it was told last, unless its odometry is stuck, and is told where it is. */
  step(): void {
    const { odometry, poses } = this.fault;
    const asked = this.told(0).at(-1);
    if (odometry === "true" && asked) {
      this.pose.yaw += (asked.angular * PERIOD_MS) / 1000;
      this.pose.x += (asked.linear * Math.cos(this.pose.yaw) * PERIOD_MS) / 1000;
      this.pose.y += (asked.linear * Math.sin(this.pose.yaw) * PERIOD_MS) / 1000;
    }
    if (odometry === "silent" || (odometry === "slow" && this.steps++ % SLOW !== 0)) return;
    const bytes = codecOf(TOPICS.odometry.type).encode(this.odometry());
    const told = odometry === "malformed" ? bytes.subarray(0, bytes.length / 2) : bytes;
    this.peer.publishBytes(topicOf(this.name, TOPICS.odometry), told);
    if (poses !== "silent" && this.isInTf) this.peer.publishBytes(TOPICS.transform, this.link());
    else if (poses !== "silent") {
      this.peer.publishBytes(topicOf(this.name, TOPICS.pose), this.located());
    }
    if (this.fault === WELL) this.placedAt = monotonic();
  }

  /** Where it is, or seems to be. */
  private place(): typeof this.pose {
    const x = { NaN, outside: 5000 };
    return { ...this.pose, x: x[this.fault.odometry as keyof typeof x] ?? this.pose.x };
  }

  /** As its wheels tell it. */
  private odometry(): Odometry {
    const { odometry } = this.fault;
    const ahead = { future: 600, old: -8 }[odometry as string] ?? 0;
    if (odometry !== "repeated") this.stamped = stamp(ahead);
    const { x, y, yaw } = this.place();
    const [dx, dy] = [x - ORIGIN.x, y - ORIGIN.y];
    const [c, s] = [Math.cos(ORIGIN.yaw), Math.sin(ORIGIN.yaw)];
    const wheels = { x: c * dx + s * dy, y: c * dy - s * dx, yaw: yaw - ORIGIN.yaw };
    return planarOdometry(this.stamped, this.name, wheels);
  }

  /** map -> its map, for /tf_static: once. */
  staticLink(): TFMessage {
    return transform("map", `${this.name}/map`, ORIGIN.x, 0, 0);
  }

  /** Its map -> its odometry. */
  private link(): TFMessage {
    return transform(`${this.name}/map`, `${this.name}/odom`, 0, ORIGIN.y, ORIGIN.yaw);
  }

  /** What a localizer tells. */
  private located(): PoseWithCovarianceStamped {
    const { header, pose: truth } = planarOdometry(stamp(), this.name, this.place());
    const covariance = Float64Array.from(truth.covariance);
    covariance[7] = this.fault.poses === "uncertain" ? 4 : 0.01;
    return { header: { ...header, frame_id: "map" }, pose: { ...truth, covariance } };
  }
}

/** On the way from the home to the next zone. */
const POST = { x: (home.x + next.x) / 2, y: (home.y + next.y) / 2, radius: 0.5 };
/** It takes up a goal so late, s. */
const LATE_S = 0.3;
const SPEED = 1;

/** A robot whose navigator takes goals, and obeys them late and round a post. The peer hears them. */
export class GuidedRobot extends ToldRobot {
  readonly goalTopic = topicOf(this.name, TOPICS.goal);

  /** Goals that it was sent. */
  goals(since = 0) {
    return this.peer
      .of("heard", since)
      .filter(({ topic }) => topic === this.goalTopic.name)
      .map(({ message, time }) => ({ ...goalSchema.parse(message), time }));
  }

  /** How far it is from there, m. */
  to({ x, y }: { x: number; y: number }): number {
    return Math.hypot(this.pose.x - x, this.pose.y - y);
  }

  override step(): void {
    const taken = this.goals().findLast(({ time }) => time < monotonic() - LATE_S);
    if (taken) stepTowards(this.pose, taken, POST, (SPEED * PERIOD_MS) / 1000);
    super.step();
  }
}
