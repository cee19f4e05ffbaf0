/**
 * What the page says to the simulator's server: who it is (the token of the link that the start
 * printed), and commands, each answered under its `id`. JSON objects told apart by `type` and `do`.
 *
 * Free of any platform: the page and the server share this file too.
 */
import { ProtocolError, count, fields, finite, oneOf, word } from "./checked_values";
import { FAULTS, ROBOTS_LIMIT } from "./protocol";

/** What a robot can be made to have; none mends it. */
export const FAULT_CHOICES = ["none", ...FAULTS] as const;
export type FaultChoice = (typeof FAULT_CHOICES)[number];

/** What a person can ask of the world and of the swarm. */
export type Command =
  | { do: "pause" | "resume" | "step" | "stop" | "release" }
  /** Simulated seconds a second. */
  | { do: "speed"; factor: number }
  /** The robots placed anew by this seed, the statistics from zero. */
  | { do: "reset"; seed: number }
  /** k of the next epochs. */
  | { do: "sampleSize"; size: number }
  /** n from the next epoch on. */
  | { do: "population"; robots: number }
  | { do: "observation"; mode: "sample" | "filter" }
  /** Breaks a robot (its index) or mends it. */
  | { do: "fault"; robot: number; fault: FaultChoice };

export type PageMessage =
  { type: "hello"; token: string } | { type: "command"; id: number; command: Command };

/** Speeds that can be asked for, simulated seconds a second. */
export const SPEEDS = { slowest: 0.01, fastest: 1000 } as const;

/** The message in `text`, or a ProtocolError. Unknown fields are ignored. */
export function parsePageMessage(text: string): PageMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("a message is not JSON");
  }
  const message = fields(value, "message");
  const type = oneOf(message.type, ["hello", "command"] as const, "type");
  if (type === "hello") return { type, token: word(message.token, "token") };
  return { type, id: count(message.id, "id"), command: parseCommand(message.command) };
}

function parseCommand(value: unknown): Command {
  const command = fields(value, "command");
  const what = oneOf(
    command.do,
    [
      ...(["pause", "resume", "step", "stop", "release"] as const),
      ...(["speed", "reset", "sampleSize", "population", "observation", "fault"] as const),
    ],
    "command.do",
  );
  switch (what) {
    case "speed":
      return { do: what, factor: speed(command.factor) };
    case "reset":
      return { do: what, seed: upTo(2 ** 31 - 1, command.seed, "command.seed") };
    case "sampleSize":
      return { do: what, size: upTo(ROBOTS_LIMIT, command.size, "command.size") };
    case "population":
      return { do: what, robots: upTo(ROBOTS_LIMIT, command.robots, "command.robots") };
    case "observation":
      return { do: what, mode: oneOf(command.mode, ["sample", "filter"] as const, "command.mode") };
    case "fault":
      return {
        do: what,
        robot: count(command.robot, "command.robot"),
        fault: oneOf(command.fault, FAULT_CHOICES, "command.fault"),
      };
    default:
      return { do: what };
  }
}

function speed(value: unknown): number {
  const factor = finite(value, "command.factor");
  if (factor < SPEEDS.slowest || factor > SPEEDS.fastest) {
    throw new ProtocolError(`command.factor: not from ${SPEEDS.slowest} to ${SPEEDS.fastest}`);
  }
  return factor;
}

function upTo(most: number, value: unknown, path: string): number {
  const number = count(value, path);
  if (number > most) throw new ProtocolError(`${path}: above ${most}`);
  return number;
}
