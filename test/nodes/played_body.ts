/** A body agent on a fake node. */
import { sizesOf } from "../../src/game/model";
import { BodyAgent, type BodyOptions, type Shared } from "../../src/nodes/body_agent";
import type { SafetyParameters } from "../../src/nodes/parameters";
import { TransformTree } from "../../src/nodes/transforms";
import { RosClock } from "../../src/ros/clock";
import {
  fromSeconds,
  type GlobalCommand,
  type Odometry,
  planarOdometry,
  type PoseStamped,
  toTime,
  type Twist,
} from "../../src/ros/messages";
import { commandOf } from "../support/commands";
import { randomGame } from "../games";
import { playedNode, playedSoles } from "../support/played_node";

const game = randomGame({ sG: 2, aG: 3, sL: 4, aL: 2 }, 1);
const { sG } = sizesOf(game);

/** The test says what the agent hears and reads what it sent. */
export function setup(
  clock = new RosClock(true),
  onPose: () => void = () => undefined,
  safety: Partial<SafetyParameters> = {},
  idle?: () => string | undefined,
) {
  const hear = new Map<string, (message: unknown) => string | undefined>();
  const sent: Twist[] = [];
  const goals: PoseStamped[] = [];
  const decisions: number[] = [];
  const left: boolean[] = [];
  /** What is wrong with whoever takes cmd_vel. */
  const velocityTo: { isAlone: boolean; problem?: string } = { isAlone: false };
  const { two, spoke, problems, subscribeSole } = playedSoles<unknown>((topic, callback) =>
    hear.set(topic.name, callback),
  );
  const node = {
    subscribeSole,
    robot: "robot_0",
    name: "local_agent",
    callbackErrors: 0,
    parameters: {
      cmd_vel_timeout: 0.4,
      max_stamp_age: 0,
      max_rate: 30,
      arena_margin: 1000,
      start_armed: true,
      output: "cmd_vel",
      stamped_cmd_vel: false,
      pose_source: "odometry",
      initial_pose: [0, 0, 0],
      max_pose_deviation: 0.5,
      pose_timeout: 0,
      publish_tf: false,
      frame_prefix: "",
      markers_rate: 0,
      ...safety,
    },
    log: { warn: () => undefined },
    safely: (work: () => void) => work(),
    publisherSole: ({ name }: { name: string }) => {
      const source = {
        get problem() {
          return two.has(name) ? `two sources of ${name}` : undefined;
        },
      };
      const connection = velocityTo;
      const publish = (message: unknown): void =>
        void (name === "goal_pose" ? goals : (sent as unknown[])).push(message as never);
      return Object.assign(publish, { source, connection });
    },
  };
  let hearCommand: BodyAgent["hearCommand"] = () => undefined;
  const commands = node.subscribeSole({ name: COMMAND }, (message, areTwo) =>
    hearCommand(message as GlobalCommand, areTwo),
  ) as unknown as Shared["commands"];
  class PlayedBody extends BodyAgent {
    protected override onPose(): void {
      onPose();
    }
    protected override onOutside(): void {
      left.push(true);
    }
    protected override onDecision({ epoch }: GlobalCommand): void {
      decisions.push(epoch);
      this.target = { x: 100, y: 0 };
    }
    protected override get idle(): string | undefined {
      return idle?.();
    }
  }
  const body: BodyAgent = new PlayedBody({
    node: playedNode(node) as BodyOptions["node"],
    shared: { clock, commands, transforms: () => new TransformTree() },
    game,
    zones: game.arena.zones,
    limits: game.arena.robot,
  });
  hearCommand = body.hearCommand.bind(body);
  hear.set("/emergency_stop", () => void body.hearStop("the test"));
  return {
    body,
    /** Names of topics that two sources publish. */
    two,
    spoke,
    problems,
    velocityTo,
    sent,
    /** Of a body with `output: goal`. */
    goals,
    decisions,
    /** One entry per pose outside the arena. */
    left,
    /** Commands are said twice: a single one does not let a body move. */
    say: (topic: string, message: unknown) => {
      if (topic === COMMAND) hear.get(topic)!(message);
      return hear.get(topic)!(message);
    },
  };
}

export const odometry = (seconds: number, x: number): Odometry =>
  planarOdometry(toTime(fromSeconds(seconds)), "robot_0", { x, y: 0, yaw: 0 });

export const command = (epoch: number, more: Partial<GlobalCommand> = {}): GlobalCommand =>
  commandOf(sizesOf(game), { epoch, global_state: sG - 1, ...more });

export const COMMAND = "/global_agent/command";

export function running(): RosClock {
  const clock = new RosClock(true);
  clock.hear({ sec: 10, nanosec: 0 });
  return clock;
}
