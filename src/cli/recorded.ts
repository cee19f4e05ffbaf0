/**
 * Transitions as a recording has them, of whatever world it is: robots tell their states with their
 * actions, and commands the lead vehicle's. What makes a swarm try everything is a policy that explores.
 */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { McapStreamReader, type McapTypes } from "@mcap/core";
import { cut, InvalidInputError, reasonOf } from "../base/errors";
import { histogramCount } from "../game/histogram";
import { type Game, sizesOf, type TablePair } from "../game/model";
import { commandProblem } from "../nodes/command_check";
import { codecOf } from "../ros/codec";
import {
  type GlobalCommand,
  type MessageTypes,
  type LocalAction,
  type LocalPolicy,
  nanoseconds,
} from "../ros/messages";
import { type Topic, TOPICS } from "../ros/topics";
import { Counts } from "./counts";

/** Of one epoch: its command, and what each robot did. */
interface Epoch {
  command?: GlobalCommand;
  readonly actions: Map<string, LocalAction>;
}

export class RecordedWorld extends Counts {
  private epochs = new Map<number, Epoch>();
  /** Starts of shifts, ns: what led there is no transition, as all bodies were placed anew. */
  readonly shifts = new Set<bigint>();
  private newest = -1;

  private at(epoch: number): Epoch {
    const known = this.epochs.get(epoch) ?? { actions: new Map<string, LocalAction>() };
    this.epochs.set(epoch, known);
    return known;
  }

  /** @throws InvalidInputError */
  private refuse(problem: string): never {
    throw new InvalidInputError(
      `the recording is not of ${this.game.name}: ${problem}; give the scenario file that the swarm was started with`,
    );
  }

  /** @throws InvalidInputError where it is of another game */
  hearPolicy({ scenario_sha256: hash }: LocalPolicy): void {
    const hashes = `${cut(hash.slice(0, 12))}, and this is ${this.game.sha256.slice(0, 12)}`;
    if (hash !== this.game.sha256)
      this.refuse(`its policy is for the scenario ${hashes}: names, arrays or discount differ`);
  }

  /** @throws InvalidInputError where it is of another game */
  hearCommand(command: GlobalCommand): void {
    const problem = commandProblem(command, sizesOf(this.game));
    if (problem) this.refuse(problem);
    // The swarm was started anew.
    if (command.epoch < this.newest) this.end();
    this.newest = command.epoch;
    const epoch = this.at(command.epoch);
    const before = epoch.command?.session === command.session && epoch.command;
    // Robots that were stopped for a part of the epoch stood, whatever its newest copy says.
    const emergency_stop = command.emergency_stop || (before && before.emergency_stop);
    epoch.command = { ...command, emergency_stop };
  }

  /** @throws InvalidInputError where it is of another game */
  hearAction(action: LocalAction): void {
    const { sL, sG, aL } = sizesOf(this.game);
    if (action.state >= sL || action.global_state >= sG || action.action >= aL)
      this.refuse(
        `${cut(action.agent_id)} is in state ${action.state} with the lead in ${action.global_state} and does ${action.action}, and the scenario has ${sL}, ${sG} and ${aL}`,
      );
    this.at(action.epoch).actions.set(action.agent_id, action);
  }

  /** Counts what was heard, from each epoch to the next. What comes then is another run. */
  end(): void {
    for (const [epoch, { command: from, actions }] of this.epochs) {
      const next = this.epochs.get(epoch + 1);
      const to = next?.command;
      if (!from || !next || !to || from.emergency_stop || from.session !== to.session) continue;
      if (this.shifts.has(nanoseconds(to.decision_time))) continue;
      this.countGlobal(from.global_state, from.action, to.global_state);
      for (const [robot, { state, global_state, action }] of actions) {
        const after = next.actions.get(robot)?.state;
        if (after !== undefined) this.countLocal(state, global_state, action, after);
      }
    }
    this.epochs = new Map();
    this.shifts.clear();
    this.newest = -1;
  }
}

const on = <Type extends keyof MessageTypes>(
  { type }: Topic<Type>,
  hear: (message: MessageTypes[Type]) => void,
) => [type as string, (bytes: Uint8Array): void => hear(codecOf(type).decode(bytes))] as const;

/** The files of a recording: itself, or those of a rosbag2's folder. @throws Error */
function filesOf(recording: string): string[] {
  if (!statSync(recording).isDirectory()) return [recording];
  const names = readdirSync(recording).filter((name) => name.endsWith(".mcap"));
  if (names.length === 0) throw new Error("the folder has no .mcap file");
  // As rosbag2 numbers them.
  const compare = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
  return names.sort(compare).map((name) => join(recording, name));
}

/** @throws Error where it is no whole MCAP file */
async function readFile(file: string, world: RecordedWorld): Promise<void> {
  const hear = new Map([
    on(TOPICS.globalCommand, (command) => world.hearCommand(command)),
    on(TOPICS.localAction, (action) => world.hearAction(action)),
    on(TOPICS.localPolicy, (policy) => world.hearPolicy(policy)),
    on(TOPICS.population, ({ shift }) => world.shifts.add(nanoseconds(shift))),
  ]);
  const reader = new McapStreamReader();
  const schemas = new Map<number, string>();
  const channels = new Map<number, { readonly type: string; readonly topic: string }>();
  const take = (record: McapTypes.TypedMcapRecord): void => {
    if (record.type === "Schema") schemas.set(record.id, record.name);
    if (record.type === "Message") hear.get(channels.get(record.channelId)!.type)?.(record.data);
    if (record.type !== "Channel") return;
    const { id, topic } = record;
    const type = schemas.get(record.schemaId) ?? "";
    const same = [...channels.values()].find((one) => one.type === type) ?? record;
    if (type === TOPICS.globalCommand.type && same.topic !== topic)
      throw new Error(`it holds two swarms (${cut(same.topic)}, ${cut(topic)}); record one alone`);
    channels.set(id, { type, topic });
  };
  for await (const bytes of createReadStream(file)) {
    reader.append(bytes as Buffer);
    for (let record = reader.nextRecord(); record; record = reader.nextRecord()) take(record);
  }
  if (!reader.done())
    throw new Error(statSync(file).size > 0 ? "it ends too early" : "it is empty");
}

/**
 * @param recordings MCAP files, as the recorder or rosbag2 writes them, or folders of rosbag2
 * @throws InvalidInputError where one cannot be read, is of another game, or holds no transition
 */
export async function readRecordings(recordings: readonly string[], game: Game): Promise<Counts> {
  const world = new RecordedWorld(game);
  for (const recording of recordings) {
    const before = world.samples;
    try {
      for (const file of filesOf(recording)) await readFile(file, world);
    } catch (error) {
      if (error instanceof InvalidInputError) throw error;
      throw new InvalidInputError(
        `the recording ${recording} cannot be read: ${reasonOf(error)}; give a whole MCAP file without compression (mcap recover mends one whose recorder was killed)`,
      );
    }
    world.end();
    if (world.samples === before)
      throw new InvalidInputError(
        `the recording ${recording} holds no transition of a robot: that takes two epochs one after the other; record /global_agent/command and every robot's action for longer`,
      );
  }
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
