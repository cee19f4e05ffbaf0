/** What people ask of the world: pause, one step and reset by services, faults of robots by a topic. */
import type { RosNode } from "../src/ros/node";
import { PAUSE_SERVICE, STEP_SERVICE, TOPICS, WORLD_RESET_SERVICE } from "../src/ros/topics";
import { type Fault, FAULT_CHOICES, type FaultChoice } from "./protocol";
import type { Run } from "./run";

/** What was asked, read by the world's loop. */
export class WorldControls {
  readonly faults = new Map<number, Fault>();
  paused = false;
  /** A paused world runs to its next epoch. */
  isStepping = false;
  /** The robots are placed anew at the end of the epoch, and the statistics start from zero. */
  isResetting = false;

  /** @param onChange called after what the page shows has changed */
  constructor(private readonly onChange: () => void = () => undefined) {}

  get runs(): boolean {
    return !this.paused || this.isStepping;
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.isStepping = false;
    this.onChange();
  }

  setFault(robot: number, fault: FaultChoice): void {
    if (fault === "none") this.faults.delete(robot);
    else this.faults.set(robot, fault);
    this.onChange();
  }

  /** Forgets faults of robots from this index on: they have left. */
  forget(robots: number): void {
    for (const robot of this.faults.keys()) if (robot >= robots) this.faults.delete(robot);
    this.onChange();
  }
}

export function steer(
  node: Pick<RosNode, "service" | "subscribe">,
  controls: WorldControls,
  run: Run,
): void {
  node.service("SetBool", PAUSE_SERVICE, (paused) => {
    controls.pause(paused);
    return { success: true, message: paused ? "time stands" : "time goes on" };
  });
  node.service("Trigger", STEP_SERVICE, () => {
    if (!controls.paused) return { success: false, message: "time is not standing; pause first" };
    controls.isStepping = true;
    return { success: true, message: "time goes on until the next epoch" };
  });
  node.service("Trigger", WORLD_RESET_SERVICE, () => {
    controls.isResetting = true;
    const message =
      "at the end of this epoch the robots are placed anew, and statistics start from zero";
    return { success: true, message };
  });
  node.subscribe(TOPICS.fault, ({ robot, fault: name }) => {
    const fault = FAULT_CHOICES.find((choice) => choice === name);
    const index = run.robots.indexOf(robot);
    if (fault === undefined || index < 0) {
      return `robot ${JSON.stringify(robot)} with fault ${JSON.stringify(name)} is not known; give a robot of the swarm, and one of ${FAULT_CHOICES.join(", ")}`;
    }
    if (run.options.fidelity === "abstract") return "robots break in the motion world only";
    controls.setFault(index, fault);
    return undefined;
  });
}
