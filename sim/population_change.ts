/**
 * The robots asked for while the world runs (parameter `population`): who serves them is told at once,
 * and they are there, or gone, from the epoch boundary told on.
 */
import { toTime } from "../src/ros/messages";
import { TOPICS } from "../src/ros/topics";
import type { LoopContext } from "./loop_context";
import { robotNames } from "./run";
import type { WorldTopics } from "./world_topics";

/** Robots whose topics are made in one go. */
const AT_ONCE = 10;

export class PopulationChange {
  private readonly publish;
  private told: number;

  constructor(
    private readonly world: Pick<LoopContext, "node" | "run" | "parameters" | "controls">,
    private readonly ros: WorldTopics,
  ) {
    this.told = world.run.robots.length;
    this.publish = world.node.publisher(TOPICS.population);
    this.tell(0n);
  }

  /** Looks whether another number is asked for. @param boundary the next one, ns */
  follow(boundary: bigint): void {
    const { population } = this.world.parameters;
    // Some at a time: the others' odometry must not wait for all of them.
    if (population === this.told || !this.ros.expect(robotNames(population), AT_ONCE)) return;
    this.told = population;
    this.tell(boundary);
  }

  /** At a boundary, between two epochs: has the run and its topics follow; whether there was need. */
  take(): boolean {
    const { run, controls } = this.world;
    if (this.told === run.robots.length) return false;
    run.resize(this.told);
    controls.forget(this.told);
    this.ros.setRobots(run.robots);
    return true;
  }

  private tell(from: bigint): void {
    this.publish({ header: { stamp: toTime(from), frame_id: "" }, population: this.told });
  }
}
