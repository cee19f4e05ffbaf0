/**
 * The world's topics: /clock, odometry and the population out, cmd_vel in. Commands and actions are
 * heard for the ledger only; nothing else of the world leaves it.
 *
 * Robots may join or leave while the world runs (parameter `population`). The change is announced at
 * once and takes effect at the next epoch boundary, so that their agents can start before it. With
 * it goes when shifts begin, which the world alone knows.
 */
import { steadyMs } from "../src/ros/clock";
import {
  type GlobalCommand,
  type LocalAction,
  type Odometry,
  odometryFrame,
  planarOdometry,
  planarQuaternion,
  toTime,
  type Time,
  type Twist,
} from "../src/ros/messages";
import type { Publish, RosNode, Subscription } from "../src/ros/node";
import { TOPICS, topicOf } from "../src/ros/topics";
import type { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import type { ParameterSpecs, ParameterValues } from "../src/ros/parameters";
import type { RealTimeFactor } from "./pace";
import type { Fault } from "./protocol";
import { robotNames, type Run } from "./run";
import type { WorldControls } from "./world_controls";
import type { WorldDriver } from "./world_driver";
import type { WorldShown } from "./world_shown";

const LEAD = "lead";
/** The population is told again after this long, ms of wall time. */
const REPEAT_MS = 1000;
/** Robots that join get topics so many at once: odometry of the others must not wait for all. */
const AT_ONCE = 10;

/** Parameters of every world. */
export type LoopParameters = ParameterSpecs &
  Pick<typeof SIMULATOR_PARAMETERS, "population" | "seed" | "stamped_cmd_vel">;

/** What the world's loop, its topics, the page and the simulator share. */
export interface LoopContext<S extends LoopParameters = typeof SIMULATOR_PARAMETERS> {
  readonly node: RosNode<S>;
  readonly run: Run;
  readonly parameters: ParameterValues<S>;
  readonly controls: WorldControls;
  readonly factor: RealTimeFactor;
  readonly shown: Pick<WorldShown, "poses">;
  readonly onOver: () => void;
}

interface BodyTopics {
  readonly name: string;
  /** Undefined: the world is another process. */
  readonly publishOdometry: Publish<Odometry> | undefined;
  readonly heard: readonly Subscription[];
}

export class WorldTopics {
  /** False: another process is the world, and tells time, odometry and frames. */
  private readonly isOwn: boolean;
  private readonly publishClock;
  private readonly publishStatic;
  private readonly publishPopulation;
  /** Poses of bodies when they froze. */
  private readonly frozen = new Map<number, Float64Array>();
  /** The robots' topics, in order, including robots that join at the next boundary. */
  private readonly robotTopics: BodyTopics[] = [];
  private readonly lead: BodyTopics;
  private robots = 0;
  /** The population that was told, from when it holds (ns), with which shift, and when. */
  private told: { robots: number; from: bigint; shift?: LoopContext["run"]["shift"]; atMs: number };

  constructor(
    private readonly context: LoopContext<LoopParameters>,
    private readonly driver: WorldDriver,
    onCommand: (command: GlobalCommand) => void,
    private readonly onAction: (action: LocalAction) => void,
  ) {
    const { node, run } = context;
    this.isOwn = driver.boundary === undefined;
    this.publishClock = this.isOwn ? node.publisher(TOPICS.clockSent) : undefined;
    this.publishStatic = this.isOwn ? node.publisher(TOPICS.staticTransformSent) : undefined;
    this.publishPopulation = node.publisher(TOPICS.population);
    this.lead = this.connect(LEAD);
    this.setRobots(run.robots);
    this.told = { robots: this.robots, from: 0n, atMs: 0 };
    this.tellPopulation();
    node.subscribe(TOPICS.globalCommand, onCommand);
  }

  /** Announces another population from the next epoch `boundary` (ns) on, once its topics are there. */
  followPopulation(boundary: bigint): void {
    // Again and again: whoever was told something else by mistake hears what is true.
    if (steadyMs() - this.told.atMs >= REPEAT_MS) this.tellPopulation();
    const { population } = this.context.parameters;
    if (population === this.told.robots || !this.expect(robotNames(population), AT_ONCE)) return;
    Object.assign(this.told, { robots: population, from: boundary });
    this.tellPopulation();
  }

  /** Applies an announced change, between two epochs. Returns whether there was one. */
  takePopulation(): boolean {
    const { run, controls } = this.context;
    const { robots } = this.told;
    if (robots === run.robots.length) return false;
    run.resize(robots);
    controls.forget(robots);
    this.setRobots(run.robots);
    return true;
  }

  /** Announces the run's shift, if it is another than was told. */
  tellShift(): void {
    if (this.context.run.shift !== this.told.shift) this.tellPopulation();
  }

  private tellPopulation(): void {
    const { shift } = this.context.run;
    Object.assign(this.told, { shift, atMs: steadyMs() });
    this.publishPopulation({
      header: { stamp: toTime(this.told.from), frame_id: "" },
      population: this.told.robots,
      shift: toTime(shift.begin),
      next_shift: toTime(shift.next),
    });
  }

  /**
   * Creates topics of robots that join soon, at most `most` of them, so that discovery is done when
   * they do. Returns whether all have theirs.
   */
  private expect(robots: readonly string[], most = Infinity): boolean {
    const joining = robots.slice(this.robotTopics.length);
    for (const name of joining.slice(0, most)) {
      this.robotTopics.push(this.connect(name, this.robotTopics.length));
    }
    return joining.length <= most;
  }

  /** From now on the world has exactly these robots. */
  private setRobots(robots: readonly string[]): void {
    this.expect(robots);
    this.robots = robots.length;
    for (const { publishOdometry, heard } of this.robotTopics.splice(this.robots)) {
      publishOdometry?.destroy();
      heard.forEach((subscription) => subscription.destroy());
    }
    this.placeFrames();
  }

  /** Odometry begins at the map's origin: tools that draw it in the map are told so. */
  private placeFrames(): void {
    const stamp = toTime(0n);
    const transform = { translation: { x: 0, y: 0, z: 0 }, rotation: planarQuaternion(0) };
    const transforms = this.bodies.map(({ name }) => ({
      header: { stamp, frame_id: "map" },
      child_frame_id: odometryFrame(this.inTf(name)),
      transform,
    }));
    this.publishStatic?.({ transforms });
  }

  /** A body's name where all fleets share the names. */
  private inTf(name: string): string {
    return `${this.context.node.fleetPrefix}${name}`;
  }

  private get bodies(): readonly BodyTopics[] {
    return [...this.robotTopics.slice(0, this.robots), this.lead];
  }

  /** @param robot its index; undefined: the lead vehicle */
  private connect(name: string, robot?: number): BodyTopics {
    const { node, parameters } = this.context;
    const { onAction, driver } = this;
    const velocity = (twist: Twist, stamp?: Time): void => this.hearVelocity(twist, robot, stamp);
    const heard: Subscription[] = [];
    if (robot !== undefined) {
      const action = topicOf(name, TOPICS.localAction);
      heard.push(node.subscribe(action, onAction));
    }
    if (driver.setVelocity && parameters.stamped_cmd_vel) {
      const topic = topicOf(name, TOPICS.twistStamped);
      heard.push(node.subscribe(topic, ({ header, twist }) => velocity(twist, header.stamp)));
    } else if (driver.setVelocity)
      heard.push(node.subscribe(topicOf(name, TOPICS.twist), (twist) => velocity(twist)));
    const odometry = topicOf(name, TOPICS.odometrySent);
    const publishOdometry = this.isOwn ? node.publisher(odometry) : undefined;
    return { name, publishOdometry, heard };
  }

  private hearVelocity({ linear, angular }: Twist, robot?: number, stamp?: Time): void {
    // Agents of robots that join at the next boundary send zeros already.
    if (robot !== undefined && robot >= this.robots) return;
    const body = robot ?? this.robots;
    const isDeaf = this.context.controls.faults.get(body) === "deaf";
    if (!isDeaf) this.driver.setVelocity?.(body, linear.x, angular.z, stamp);
  }

  sendClock(time: bigint): void {
    this.publishClock?.({ clock: toTime(time) });
  }

  sendOdometry(time: bigint): void {
    const stamp = toTime(time);
    const { world } = this.driver;
    const poses = world.readOdometry?.() ?? world.poses;
    const { twists } = world;
    this.bodies.forEach(({ name, publishOdometry }, body) => {
      const fault = this.context.controls.faults.get(body);
      if (fault === "mute") return;
      const [x, y, yaw] = this.toldPose(body, poses, fault);
      const twist = twists?.subarray(2 * body);
      const variances = world.odometryVariances?.(body);
      publishOdometry?.(planarOdometry(stamp, this.inTf(name), { x, y, yaw }, twist, variances));
    });
  }

  private toldPose(body: number, poses: Float64Array, fault?: Fault): Iterable<number> {
    if (fault === "nan") return [NaN, NaN, NaN];
    if (fault !== "frozen") this.frozen.delete(body);
    else if (!this.frozen.has(body)) this.frozen.set(body, poses.slice(3 * body, 3 * body + 3));
    return this.frozen.get(body) ?? poses.subarray(3 * body);
  }

  /** Whether every body's cmd_vel and the global agent's command have a publisher. */
  agentsAreThere(): boolean {
    const { node } = this.context;
    return (
      node.countPublishers(TOPICS.globalCommand.name) > 0 &&
      this.bodies.every(({ name }) => node.countPublishers(topicOf(name, TOPICS.twist).name) > 0)
    );
  }
}
