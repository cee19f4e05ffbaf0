/**
 * Robots that join or leave while the world runs (parameter `population`). The change is announced at
 * once and takes effect at the next epoch boundary, so that their agents can start before it. With
 * it goes when shifts begin, which the world alone knows.
 */
import { steadyMs } from "../src/ros/clock";
import { toTime } from "../src/ros/messages";
import { TOPICS } from "../src/ros/topics";
import type { LoopContext } from "./loop_context";
import { robotNames } from "./run";
import type { WorldTopics } from "./world_topics";

/** All is told again after this long, ms of wall time. */
const REPEAT_MS = 1000;
const AT_ONCE = 10;

export class PopulationChange {
  private readonly publish;
  private told: number;
  private toldShift: LoopContext["run"]["shift"] | undefined;
  /** Start of the epoch from which that number holds, ns. */
  private from = 0n;
  private toldMs = -Infinity;

  constructor(
    private readonly world: Pick<LoopContext, "node" | "run" | "parameters" | "controls">,
    private readonly ros: WorldTopics,
  ) {
    this.told = world.run.robots.length;
    this.publish = world.node.publisher(TOPICS.population);
    this.tell();
  }

  /** Announces a new number from the next epoch `boundary` (ns) on. */
  follow(boundary: bigint): void {
    // Again and again: whoever was told something else by mistake hears what is true.
    if (steadyMs() - this.toldMs >= REPEAT_MS) this.tell();
    const { population } = this.world.parameters;
    // A few at a time: odometry of the others must not wait for all of them.
    if (population === this.told || !this.ros.expect(robotNames(population), AT_ONCE)) return;
    this.told = population;
    this.from = boundary;
    this.tell();
  }

  /** Applies an announced change, between two epochs. Returns whether there was one. */
  take(): boolean {
    const { run, controls } = this.world;
    if (this.told === run.robots.length) return false;
    run.resize(this.told);
    controls.forget(this.told);
    this.ros.setRobots(run.robots);
    return true;
  }

  /** Announces the run's shift, if it is another than was told. */
  tellShift(): void {
    if (this.world.run.shift !== this.toldShift) this.tell();
  }

  private tell(): void {
    const { shift } = this.world.run;
    this.toldShift = shift;
    this.toldMs = steadyMs();
    this.publish({
      header: { stamp: toTime(this.from), frame_id: "" },
      population: this.told,
      shift: toTime(shift.begin),
      next_shift: toTime(shift.next),
    });
  }
}
