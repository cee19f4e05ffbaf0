/** Recordings of dock_dispatch that a test plays message by message. */
import { codecOf } from "../../src/ros/codec";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { fromSeconds, type GlobalCommand, type MessageTypes, toTime } from "../../src/ros/messages";
import { Recording } from "../../src/ros/recording";
import { type Topic, TOPICS, topicOf } from "../../src/ros/topics";
import { robotNames } from "../../sim/run";
import { commandOf } from "./commands";

export const game = loadScenario("dock_dispatch");
export const ROBOTS = robotNames(20);
const EPOCH_S = 6;
const HEADER = { stamp: toTime(0n), frame_id: "map" };

/** A recording that is written message by message. */
export function playedRecording(file: string) {
  const written = new Recording(file, {}, fail);
  const write = <Type extends keyof MessageTypes>(
    topic: Topic<Type>,
    message: MessageTypes[Type],
  ): void => written.write(topic, codecOf(topic.type).encode(message), 0n);
  /** An epoch: a_g in s_g, and each robot's state and action. */
  const play = (
    epoch: number,
    [global_state, action]: readonly [number, number],
    robots: readonly (readonly [number, number])[],
    more: Partial<GlobalCommand> = {},
  ): void => {
    const decision_time = toTime(fromSeconds(epoch * EPOCH_S));
    const command = commandOf(sizesOf(game), {
      epoch,
      global_state,
      action,
      decision_time,
      ...more,
    });
    write(TOPICS.globalCommand, command);
    // Its copies are the same epoch's.
    write(TOPICS.globalCommand, command);
    robots.forEach(([state, does], i) =>
      write(topicOf(ROBOTS[i], TOPICS.localAction), {
        ...{ header: HEADER, epoch, agent_id: ROBOTS[i], state, global_state, action: does },
        policy_sha256: "",
      }),
    );
  };
  const shift = (begin: number): void =>
    write(TOPICS.population, {
      ...{ header: HEADER, population: 20, next_shift: toTime(0n) },
      shift: toTime(fromSeconds(begin * EPOCH_S)),
    });
  return { write, play, shift, close: () => written.close() };
}

function fail(why: string): never {
  throw new Error(why);
}
