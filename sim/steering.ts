/** Commands to the world and to the swarm, from the page and from ROS: one answer to each. */
import { reasonOf } from "../src/game/scenario";
import type { RosNode } from "../src/ros/node";
import { PAUSE_SERVICE, STEP_SERVICE, TOPICS, WORLD_RESET_SERVICE } from "../src/ros/topics";
import type { Controls } from "./controls";
import type { Command } from "./page_protocol";
import type { SIMULATOR_PARAMETERS } from "./parameters";
import { FAULTS } from "./protocol";
import type { RunOptions } from "./run";
import type { Said, SwarmLink } from "./swarm_link";

/** The global agent waits for its sample for half an epoch at most, and for no more than this, s. */
const SAMPLE_TIMEOUT = 1;

export interface Steered {
  readonly node: RosNode<typeof SIMULATOR_PARAMETERS>;
  readonly controls: Controls;
  readonly swarm: SwarmLink;
  readonly options: Pick<RunOptions, "robots" | "fidelity" | "epochNs">;
}

const done = (message: string): Said => ({ done: true, message });
const refused = (message: string): Said => ({ done: false, message });

export class Steering {
  constructor(private readonly steered: Steered) {
    const { node, controls } = steered;
    const answered = ({ done: success, message }: Said) => ({ success, message });
    node.boolService(PAUSE_SERVICE, (paused) => answered(this.pause(paused)));
    node.triggerService(STEP_SERVICE, () => answered(this.step()));
    node.triggerService(WORLD_RESET_SERVICE, () => answered(this.reset()));
    node.subscribe(TOPICS.fault, ({ robot, fault }) => {
      const known = (["none", ...FAULTS] as const).find((name) => name === fault);
      const index = steered.options.robots.indexOf(robot);
      if (known === undefined || index < 0) {
        return `robot ${JSON.stringify(robot)} with fault ${JSON.stringify(fault)} is not known; give a robot of the swarm, and one of none, ${FAULTS.join(", ")}`;
      }
      controls.setFault(index, known);
      return undefined;
    });
  }

  /** Obeys a command, or says why not. Never rejects. */
  async obey(command: Command): Promise<Said> {
    try {
      return await this.act(command);
    } catch (error) {
      return refused(reasonOf(error));
    }
  }

  private act(command: Command): Said | Promise<Said> {
    const { swarm, node } = this.steered;
    switch (command.do) {
      case "pause":
      case "resume":
        return this.pause(command.do === "pause");
      case "step":
        return this.step();
      case "stop":
        return swarm.stop();
      case "release":
        return swarm.release();
      case "speed":
        return this.setSpeed(command.factor);
      case "reset": {
        const reason = node.set("seed", command.seed);
        return reason === undefined ? this.reset() : refused(reason);
      }
      case "sampleSize":
        return swarm.set("sample_size", command.size);
      case "observation":
        return swarm.set("observation", command.mode);
      case "fault":
        return this.setFault(command.robot, command.fault);
    }
  }

  private pause(paused: boolean): Said {
    this.steered.controls.pause(paused);
    return done(paused ? "time stands" : "time goes on");
  }

  private step(): Said {
    return this.steered.controls.step()
      ? done("time goes on until the next epoch")
      : refused("time is not standing; pause first");
  }

  private reset(): Said {
    this.steered.controls.reset();
    return done(
      "at the end of this epoch the robots are placed anew, and statistics start from zero",
    );
  }

  private async setSpeed(factor: number): Promise<Said> {
    const { node, swarm, options } = this.steered;
    if (options.fidelity === "abstract") {
      return refused("the abstract world goes as fast as the nodes answer");
    }
    const reason = node.set("speed", factor);
    if (reason !== undefined) return refused(reason);
    const epoch = Number(options.epochNs) / 1e9;
    const timeout = await swarm.set("sample_timeout", Math.min(SAMPLE_TIMEOUT, epoch / 2 / factor));
    return timeout.done
      ? done(`speed is ${factor}`)
      : done(
          `speed is ${factor}, and the global agent keeps its sample_timeout: ${timeout.message}`,
        );
  }

  private setFault(robot: number, fault: Extract<Command, { do: "fault" }>["fault"]): Said {
    const { controls, options } = this.steered;
    const name = options.robots[robot];
    if (name === undefined) return refused(`there is no robot ${robot}`);
    if (options.fidelity === "abstract") return refused("robots break in the motion world only");
    controls.setFault(robot, fault);
    return done(fault === "none" ? `${name} is well` : `${name}: ${fault}`);
  }
}
