/**
 * Transitions as a recording has them, of whatever world it is: robots tell their states with their
 * actions, and commands the lead vehicle's. What makes a swarm try everything is a policy that explores.
 */
import { createReadStream } from "node:fs";
import { McapStreamReader } from "@mcap/core";
import { InvalidInputError, reasonOf } from "../base/errors";
import { histogramCount } from "../game/histogram";
import { type Game, sizesOf, type TablePair } from "../game/model";
import { commandProblem } from "../nodes/command_check";
import { codecOf } from "../ros/codec";
import {
  type GlobalCommand,
  type MessageTypes,
  type LocalAction,
  nanoseconds,
} from "../ros/messages";
import { type Topic, TOPICS } from "../ros/topics";

/** Samples of each transition, [sG][aG][sG'] and [sL][sG][aL][sL']. */
export interface Counts {
  readonly globalCounts: Float64Array;
  readonly localCounts: Float64Array;
}

/** Of one epoch: its command, and what each robot did. */
interface Epoch {
  command?: GlobalCommand;
  readonly actions: Map<string, LocalAction>;
}

export class RecordedWorld implements Counts {
  readonly globalCounts: Float64Array;
  readonly localCounts: Float64Array;
  private epochs = new Map<number, Epoch>();
  /** Starts of shifts, ns: what led there is no transition, as all bodies were placed anew. */
  readonly shifts = new Set<bigint>();
  private newest = -1;

  constructor(private readonly game: Game) {
    this.globalCounts = new Float64Array(game.globalTransition.length);
    this.localCounts = new Float64Array(game.localTransition.length);
  }

  private at(epoch: number): Epoch {
    const known = this.epochs.get(epoch) ?? { actions: new Map<string, LocalAction>() };
    this.epochs.set(epoch, known);
    return known;
  }

  /** @throws InvalidInputError where it is of another game */
  hearCommand(command: GlobalCommand): void {
    const problem = commandProblem(command, sizesOf(this.game));
    if (problem)
      throw new InvalidInputError(`the recording is not of ${this.game.name}: ${problem}`);
    // The swarm was started anew.
    if (command.epoch < this.newest) this.count();
    this.newest = command.epoch;
    const epoch = this.at(command.epoch);
    const before = epoch.command?.session === command.session && epoch.command;
    // Robots that were stopped for a part of the epoch stood, whatever its newest copy says.
    const emergency_stop = command.emergency_stop || (before && before.emergency_stop);
    epoch.command = { ...command, emergency_stop };
  }

  hearAction(action: LocalAction): void {
    const { sL, sG, aL } = sizesOf(this.game);
    const isOfGame = action.state < sL && action.global_state < sG && action.action < aL;
    if (isOfGame) this.at(action.epoch).actions.set(action.agent_id, action);
  }

  /** Counts what was heard, from each epoch to the next. */
  count(): void {
    const { sL, sG, aG, aL } = sizesOf(this.game);
    for (const [epoch, { command: from, actions }] of this.epochs) {
      const next = this.epochs.get(epoch + 1);
      const to = next?.command;
      if (!from || !next || !to || from.emergency_stop) continue;
      if (this.shifts.has(nanoseconds(to.decision_time))) continue;
      this.globalCounts[(from.global_state * aG + from.action) * sG + to.global_state]++;
      for (const [robot, { state, global_state, action }] of actions) {
        const after = next.actions.get(robot)?.state;
        const row = (state * sG + global_state) * aL + action;
        if (after !== undefined) this.localCounts[row * sL + after]++;
      }
    }
    this.epochs = new Map();
  }
}

const on = <Type extends keyof MessageTypes>(
  { type }: Topic<Type>,
  hear: (message: MessageTypes[Type]) => void,
) => [type as string, (bytes: Uint8Array): void => hear(codecOf(type).decode(bytes))] as const;

/**
 * @param file MCAP, as the recorder or rosbag2 writes it
 * @throws InvalidInputError where it cannot be read, or is of another game
 */
export async function readRecording(file: string, game: Game): Promise<Counts> {
  const world = new RecordedWorld(game);
  const reader = new McapStreamReader();
  const hear = new Map([
    on(TOPICS.globalCommand, (command) => world.hearCommand(command)),
    on(TOPICS.localAction, (action) => world.hearAction(action)),
    on(TOPICS.population, ({ shift }) => world.shifts.add(nanoseconds(shift))),
  ]);
  const [schemas, channels] = [new Map<number, string>(), new Map<number, string>()];
  const read = (): void => {
    for (let record = reader.nextRecord(); record; record = reader.nextRecord()) {
      if (record.type === "Schema") schemas.set(record.id, record.name);
      if (record.type === "Channel") channels.set(record.id, schemas.get(record.schemaId) ?? "");
      if (record.type === "Message") hear.get(channels.get(record.channelId) ?? "")?.(record.data);
    }
  };
  try {
    for await (const bytes of createReadStream(file)) {
      reader.append(bytes as Buffer);
      read();
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(
      `the recording ${file} cannot be read: ${reasonOf(error)}; give an MCAP file without compression`,
    );
  }
  world.count();
  return world;
}

/**
 * A pair by which a swarm tries everything: robots act uniformly, and the lead vehicle by whom it asks, so
 * that every action comes in every s_g.
 */
export function explorer(game: Game): TablePair {
  const { sL, sG, aG, aL } = sizesOf(game);
  let tableSize = 1;
  while (sL > 1 && histogramCount(sL, tableSize) < aG) tableSize++;
  const entries = sG * histogramCount(sL, tableSize);
  return {
    tableSize,
    localPolicy: new Float32Array(sL * sG * aL).fill(1 / aL),
    globalPolicy: Uint8Array.from({ length: entries }, (_, i) => i % aG),
    globalValues: new Float32Array(entries),
  };
}
