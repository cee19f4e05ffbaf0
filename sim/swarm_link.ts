/** What the page asks of the global agent over ROS: stop, release, new parameter values. */
import { z } from "zod";
import { reasonOf } from "../src/base/errors";
import { toTime } from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import { RESET_SERVICE, TOPICS } from "../src/ros/topics";
import type { CommandResult } from "./protocol";

/** rcl_interfaces/ParameterType */
const TYPE = { integer: 2, string: 4 } as const;

const triggered = z.object({ success: z.boolean(), message: z.string() });
const changed = z.object({
  results: z.array(z.object({ successful: z.boolean(), reason: z.string() })).length(1),
});

export class SwarmLink {
  private readonly publishStop;

  constructor(private readonly node: RosNode) {
    this.publishStop = node.publisher(TOPICS.emergencyStop);
  }

  stop(): void {
    this.publishStop({ header: { stamp: toTime(0n), frame_id: "" }, source: "the page" });
  }

  async release(): Promise<CommandResult> {
    return this.ask("std_srvs/srv/Trigger", RESET_SERVICE, {}, (response) => {
      const { success, message } = triggered.parse(response);
      return { done: success, message };
    });
  }

  async set(name: string, value: number | string): Promise<CommandResult> {
    const typed =
      typeof value === "string"
        ? { type: TYPE.string, string_value: value }
        : { type: TYPE.integer, integer_value: BigInt(value) };
    const request = { parameters: [{ name, value: typed }] };
    const type = "rcl_interfaces/srv/SetParameters";
    return this.ask(type, "/global_agent/set_parameters", request, (response) => {
      const [{ successful, reason }] = changed.parse(response).results;
      return { done: successful, message: successful ? `${name} is ${value}` : reason };
    });
  }

  private async ask(
    type: string,
    service: string,
    request: object,
    told: (response: unknown) => CommandResult,
  ): Promise<CommandResult> {
    try {
      return told(await this.node.call(type, service, request));
    } catch (error) {
      return { done: false, message: reasonOf(error) };
    }
  }
}
