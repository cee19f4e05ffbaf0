/** What ROS asks of the simulator: pause, step and reset by services, faults of robots by a topic. */
import { PAUSE_SERVICE, STEP_SERVICE, TOPICS, WORLD_RESET_SERVICE } from "../src/ros/topics";
import { FAULT_CHOICES } from "./protocol";
import type { LoopContext } from "./world_topics";

export function steer({
  node,
  controls,
  run,
}: Pick<LoopContext, "node" | "controls" | "run">): void {
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
