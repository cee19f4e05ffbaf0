/** What the loop asks of a world: its state, and how its time goes. */
import type { EpisodeStart } from "../src/game/episode";
import type { GlobalCommand, Time } from "../src/ros/messages";

/** The true state of a world; it stays valid until the next step. */
export interface SimulatedWorld {
  /** [(n+1) * 3] x m, y m, yaw rad in the map frame; the lead vehicle is the last. */
  readonly poses: Float64Array;
  /** The same as odometry has them; absent: the true ones. */
  readOdometry?(): Float64Array;
  /** Of odometry in x and in y, m², and of the heading, rad²; absent: none. */
  odometryVariances?(body: number): readonly [number, number];
  /** [(n+1) * 2] forward m/s and yaw rate rad/s; absent: all stand. */
  readonly twists?: Float64Array;
  /** [n] 1: wheels locked. */
  readonly locked: Uint8Array;
  /** [n] */
  localStates(): Uint8Array;
  globalState(): number;
  /** A new episode; where epochs end by time, nothing moves before the next one begins. */
  place?(start: EpisodeStart, until: "held"): void;
  /**
   * From now on there are these robots. Those that stay and the lead vehicle go on as they are; those
   * that come are in their zones of `start`. Absent, as `place`: that is not ours to say.
   */
  setRobots?(agentIds: readonly string[], start: EpisodeStart): void;
}

/** A world and how its time goes. Times are of simulated time where they are not in ms. */
export interface WorldDriver {
  readonly stepNs: bigint;
  /** Time before the first step. The first epoch begins at one epoch length. */
  readonly startNs: bigint;
  readonly odometryNs: bigint;
  /** Bodies are placed for a new episode this long before it begins; 0: at its first boundary. */
  readonly placingNs: bigint;
  /** Poses are told again after this long, ms of wall time. */
  readonly frameMs: number;
  /** /clock and odometry are repeated after this long, ms of wall time. */
  readonly repeatMs: number;
  /** Whether a message that is heard can make a step due. */
  readonly isLockstep?: true;
  readonly world: SimulatedWorld;
  /** Start of the epoch that it is, ns, where time is not the loop's to make; it is not told, then. */
  boundary?(): bigint;
  /** Of a world whose time others make. */
  hearCommand?(command: GlobalCommand): void;
  /** Whether the world may start; absent: at once. */
  isReady?(agentsAreThere: () => boolean): boolean;
  /** Steps to do now; absent, as the next two: others make the time. */
  due?(): number;
  /** Time stands until `due` is called again; in lockstep, what is awaited is awaited from now on. */
  hold?(): void;
  step?(): void;
  /** Body n is the lead vehicle; m/s, rad/s; stamp: of the command, if it has one; absent: cmd_vel is not heard. */
  setVelocity?(body: number, linear: number, angular: number, stamp?: Time): void;
  /** ROS time, ns, where it is not the loop's to make. */
  now?(): bigint;
}
