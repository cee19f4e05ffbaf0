/** Hands the page's commands on to the world and the agents over ROS, and answers each. */
import { z } from "zod";
import { reasonOf } from "../src/base/errors";
import { toTime } from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import {
  PAUSE_SERVICE,
  RESET_SERVICE,
  STEP_SERVICE,
  TOPICS,
  WORLD_RESET_SERVICE,
} from "../src/ros/topics";
import { type CommandResult, type FaultChoice, lackOf, type PageCommand } from "./protocol";
import type { PageStory } from "./page_story";

/** What goes out by a topic is repeated until it is seen to be so: discovery may not be complete. */
const LOOK_MS = 100;
const LOOKS = 20;

/** rcl_interfaces/ParameterType, and the field of a value. */
const TYPES = {
  integer: (value: number) => ({ type: 2, integer_value: BigInt(value) }),
  double: (value: number) => ({ type: 3, double_value: value }),
  string: (value: string) => ({ type: 4, string_value: value }),
};

const triggered = z.object({ success: z.boolean(), message: z.string() });
const changed = z.object({
  results: z.array(z.object({ successful: z.boolean(), reason: z.string() })).length(1),
});

export class PageSteering {
  private readonly publishStop;
  private readonly publishFault;

  constructor(
    private readonly node: Pick<RosNode, "publisher" | "call">,
    private readonly story: Pick<PageStory, "command" | "robots" | "state" | "world">,
  ) {
    this.publishStop = node.publisher(TOPICS.emergencyStop);
    this.publishFault = node.publisher(TOPICS.fault);
  }

  /** Carries a command out, or answers why not. Never rejects. */
  async obey(command: PageCommand): Promise<CommandResult> {
    try {
      const lack = lackOf(this.story.state(), command.do);
      if (lack !== undefined) throw new Error(lack);
      return { done: true, message: await this.act(command) };
    } catch (error) {
      return { done: false, message: reasonOf(error) };
    }
  }

  /** What was done; rejects where it is refused. */
  private async act(command: PageCommand): Promise<string> {
    const world = this.story.world?.node ?? "";
    switch (command.do) {
      case "pause":
      case "resume":
        return this.ask(PAUSE_SERVICE, "SetBool", { data: command.do === "pause" });
      case "step":
        return this.ask(STEP_SERVICE);
      case "stop":
        return this.stop();
      case "release":
        return this.ask(RESET_SERVICE);
      case "speed":
        return this.set(world, "speed", TYPES.double(command.factor));
      case "population":
        await this.set(world, "population", TYPES.integer(command.robots));
        return `from the next epoch on there are ${command.robots} robots`;
      case "reset":
        await this.set(world, "seed", TYPES.integer(command.seed));
        return this.ask(WORLD_RESET_SERVICE);
      case "sampleSize":
        return this.set("global_agent", "sample_size", TYPES.integer(command.size));
      case "observation":
        return this.set("global_agent", "observation", TYPES.string(command.mode));
      case "fault":
        return this.setFault(command.robot, command.fault);
    }
  }

  private async ask(service: string, kind = "Trigger", request = {}): Promise<string> {
    const response = await this.node.call(`std_srvs/srv/${kind}`, service, request);
    const { success, message } = triggered.parse(response);
    if (!success) throw new Error(message);
    return message;
  }

  private async set(node: string, name: string, value: object): Promise<string> {
    const request = { parameters: [{ name, value }] };
    const service = `/${node}/set_parameters`;
    const response = await this.node.call("rcl_interfaces/srv/SetParameters", service, request);
    const [{ successful, reason }] = changed.parse(response).results;
    if (!successful) throw new Error(reason);
    return `${name} is ${Object.values(value).at(-1)}`;
  }

  private async stop(): Promise<string> {
    const header = { stamp: toTime(0n), frame_id: "" };
    const send = (): void => this.publishStop({ header, source: "the page" });
    if (await this.comesTrue(() => this.story.command?.emergency_stop === true, send))
      return "emergency stop: the global agent repeats it to all";
    throw new Error(
      "the stop was sent to all, but no command of the global agent confirms it; check whether it runs",
    );
  }

  private async setFault(index: number, fault: FaultChoice): Promise<string> {
    const robot = this.story.robots[index];
    if (robot === undefined) throw new Error(`there is no robot ${index}`);
    const isTaken = (): boolean =>
      (this.story.world?.faults.find((one) => one.robot === robot)?.fault ?? "none") === fault;
    if (!(await this.comesTrue(isTaken, () => this.publishFault({ robot, fault }))))
      throw new Error(`the world did not say that ${robot} is so; its log may say why`);
    return fault === "none" ? `${robot} is well` : `${robot}: ${fault}`;
  }

  /** Whether it is so within some looks, before each of which `send` is done. */
  private async comesTrue(isSo: () => boolean, send: () => void): Promise<boolean> {
    for (let i = 0; i < LOOKS; i++) {
      send();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (isSo()) return true;
    }
    return false;
  }
}
