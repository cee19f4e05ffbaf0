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
import type { LoopContext } from "./loop_context";
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

const done = (message: string): CommandResult => ({ done: true, message });
const refused = (message: string): CommandResult => ({ done: false, message });

export class Steering {
  private readonly publishStop;

  constructor(private readonly world: Pick<LoopContext, "node" | "controls" | "run">) {
    const { node, run } = world;
    this.publishStop = node.publisher(TOPICS.emergencyStop);
    const answered = ({ done: success, message }: CommandResult) => ({ success, message });
    node.service("SetBool", PAUSE_SERVICE, (paused) => answered(this.pause(paused)));
    node.service("Trigger", STEP_SERVICE, () => answered(this.step()));
    node.service("Trigger", WORLD_RESET_SERVICE, () => answered(this.reset()));
    node.subscribe(TOPICS.fault, ({ robot, fault }) => {
      const known = FAULT_CHOICES.find((name) => name === fault);
      const index = run.robots.indexOf(robot);
      if (known === undefined || index < 0) {
        return `robot ${JSON.stringify(robot)} with fault ${JSON.stringify(fault)} is not known; give a robot of the swarm, and one of ${FAULT_CHOICES.join(", ")}`;
      }
      const said = this.setFault(index, known);
      return said.done ? undefined : said.message;
    });
  }

  /** Carries a command out, or answers why not. Never rejects. */
  async obey(command: PageCommand): Promise<CommandResult> {
    try {
      return await this.act(command);
    } catch (error) {
      return refused(reasonOf(error));
    }
  }

  private act(command: PageCommand): CommandResult | Promise<CommandResult> {
    const { node } = this.world;
    switch (command.do) {
      case "pause":
      case "resume":
        return this.pause(command.do === "pause");
      case "step":
        return this.step();
      case "stop":
        return this.stop();
      case "release":
        return this.release();
      case "speed":
        return this.set("speed", command.factor, `speed is ${command.factor}`);
      case "population": {
        const { robots } = command;
        return this.set("population", robots, `from the next epoch on there are ${robots} robots`);
      }
      case "reset": {
        const reason = node.set("seed", command.seed);
        return reason === undefined ? this.reset() : refused(reason);
      }
      case "sampleSize":
        return this.setOfSwarm("sample_size", command.size);
      case "observation":
        return this.setOfSwarm("observation", command.mode);
      case "fault":
        return this.setFault(command.robot, command.fault);
    }
  }

  private async stop(): Promise<CommandResult> {
    for (let i = 0; i < STOP_TRIES; i++) {
      this.publishStop({ header: { stamp: toTime(0n), frame_id: "" }, source: "the page" });
      await new Promise((resolve) => setTimeout(resolve, STOP_PERIOD_MS));
      if (this.world.controls.emergencyStop)
        return done("emergency stop: the global agent repeats it to all");
    }
    return refused(
      "the stop was sent to all, but no command of the global agent confirms it; check whether it runs",
    );
  }

  private async release(): Promise<CommandResult> {
    const response = await this.world.node.call("std_srvs/srv/Trigger", RESET_SERVICE, {});
    const { success, message } = triggered.parse(response);
    return { done: success, message };
  }

  /** Sets a parameter of the global agent. */
  private async setOfSwarm(name: string, value: number | string): Promise<CommandResult> {
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
    return successful ? done(`${name} is ${value}`) : refused(reason);
  }

  private pause(paused: boolean): CommandResult {
    this.world.controls.pause(paused);
    return done(paused ? "time stands" : "time goes on");
  }

  private step(): CommandResult {
    const { controls } = this.world;
    if (!controls.paused) return refused("time is not standing; pause first");
    controls.isStepping = true;
    return done("time goes on until the next epoch");
  }

  private reset(): CommandResult {
    this.world.controls.isResetting = true;
    return done(
      "at the end of this epoch the robots are placed anew, and statistics start from zero",
    );
  }

  private set(name: "speed" | "population", value: number, said: string): CommandResult {
    const reason = this.world.node.set(name, value);
    return reason === undefined ? done(said) : refused(reason);
  }

  private setFault(robot: number, fault: FaultChoice): CommandResult {
    const { controls, run } = this.world;
    const name = run.robots[robot];
    if (name === undefined) return refused(`there is no robot ${robot}`);
    if (run.options.fidelity === "abstract")
      return refused("robots break in the motion world only");
    controls.setFault(robot, fault);
    return done(fault === "none" ? `${name} is well` : `${name}: ${fault}`);
  }
}
