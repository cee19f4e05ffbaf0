/** Carries out commands of the page and of ROS services, and answers each. */
import { z } from "zod";
import { reasonOf } from "../src/base/errors";
import { toTime } from "../src/ros/messages";
import {
  PAUSE_SERVICE,
  RESET_SERVICE,
  STEP_SERVICE,
  TOPICS,
  WORLD_RESET_SERVICE,
} from "../src/ros/topics";
import type { LoopContext } from "./world_topics";
import { type PageCommand, FAULT_CHOICES, type FaultChoice, type CommandResult } from "./protocol";

/** A stop is repeated until a command confirms it: discovery may not be complete. */
const STOP_PERIOD_MS = 100;
const STOP_TRIES = 20;

/** rcl_interfaces/ParameterType */
const TYPE = { integer: 2, string: 4 } as const;

const triggered = z.object({ success: z.boolean(), message: z.string() });
const changed = z.object({
  results: z.array(z.object({ successful: z.boolean(), reason: z.string() })).length(1),
});

export class Steering {
  private readonly publishStop;

  constructor(private readonly world: Pick<LoopContext, "node" | "controls" | "run">) {
    const { node, run } = world;
    this.publishStop = node.publisher(TOPICS.emergencyStop);
    const asked = async (command: PageCommand) => {
      const { done: success, message } = await this.obey(command);
      return { success, message };
    };
    node.service("SetBool", PAUSE_SERVICE, (paused) => asked({ do: paused ? "pause" : "resume" }));
    node.service("Trigger", STEP_SERVICE, () => asked({ do: "step" }));
    node.service("Trigger", WORLD_RESET_SERVICE, () =>
      asked({ do: "reset", seed: node.parameters.seed }),
    );
    node.subscribe(TOPICS.fault, async ({ robot, fault: name }) => {
      const fault = FAULT_CHOICES.find((choice) => choice === name);
      const index = run.robots.indexOf(robot);
      if (fault === undefined || index < 0) {
        return `robot ${JSON.stringify(robot)} with fault ${JSON.stringify(name)} is not known; give a robot of the swarm, and one of ${FAULT_CHOICES.join(", ")}`;
      }
      const { done, message } = await this.obey({ do: "fault", robot: index, fault });
      return done ? undefined : message;
    });
  }

  /** Carries a command out, or answers why not. Never rejects. */
  async obey(command: PageCommand): Promise<CommandResult> {
    try {
      return { done: true, message: await this.act(command) };
    } catch (error) {
      return { done: false, message: reasonOf(error) };
    }
  }

  /** What was done; throws where it is refused. */
  private act(command: PageCommand): string | Promise<string> {
    const { controls } = this.world;
    switch (command.do) {
      case "pause":
      case "resume":
        controls.pause(command.do === "pause");
        return controls.paused ? "time stands" : "time goes on";
      case "step":
        if (!controls.paused) throw new Error("time is not standing; pause first");
        controls.isStepping = true;
        return "time goes on until the next epoch";
      case "stop":
        return this.stop();
      case "release":
        return this.release();
      case "speed":
        this.set("speed", command.factor);
        return `speed is ${command.factor}`;
      case "population":
        this.set("population", command.robots);
        return `from the next epoch on there are ${command.robots} robots`;
      case "reset":
        this.set("seed", command.seed);
        controls.isResetting = true;
        return "at the end of this epoch the robots are placed anew, and statistics start from zero";
      case "sampleSize":
        return this.setOfSwarm("sample_size", command.size);
      case "observation":
        return this.setOfSwarm("observation", command.mode);
      case "fault":
        return this.setFault(command.robot, command.fault);
    }
  }

  private async stop(): Promise<string> {
    for (let i = 0; i < STOP_TRIES; i++) {
      this.publishStop({ header: { stamp: toTime(0n), frame_id: "" }, source: "the page" });
      await new Promise((resolve) => setTimeout(resolve, STOP_PERIOD_MS));
      if (this.world.controls.emergencyStop)
        return "emergency stop: the global agent repeats it to all";
    }
    throw new Error(
      "the stop was sent to all, but no command of the global agent confirms it; check whether it runs",
    );
  }

  private async release(): Promise<string> {
    const response = await this.world.node.call("std_srvs/srv/Trigger", RESET_SERVICE, {});
    const { success, message } = triggered.parse(response);
    if (!success) throw new Error(message);
    return message;
  }

  /** Sets a parameter of the global agent. */
  private async setOfSwarm(name: string, value: number | string): Promise<string> {
    const typed =
      typeof value === "string"
        ? { type: TYPE.string, string_value: value }
        : { type: TYPE.integer, integer_value: BigInt(value) };
    const response = await this.world.node.call(
      "rcl_interfaces/srv/SetParameters",
      "/global_agent/set_parameters",
      { parameters: [{ name, value: typed }] },
    );
    const [{ successful, reason }] = changed.parse(response).results;
    if (!successful) throw new Error(reason);
    return `${name} is ${value}`;
  }

  /** Sets a parameter of the simulator. */
  private set(name: "speed" | "population" | "seed", value: number): void {
    const reason = this.world.node.set(name, value);
    if (reason !== undefined) throw new Error(reason);
  }

  private setFault(robot: number, fault: FaultChoice): string {
    const { controls, run } = this.world;
    const name = run.robots[robot];
    if (name === undefined) throw new Error(`there is no robot ${robot}`);
    if (run.options.fidelity === "abstract")
      throw new Error("robots break in the motion world only");
    controls.setFault(robot, fault);
    return fault === "none" ? `${name} is well` : `${name}: ${fault}`;
  }
}
