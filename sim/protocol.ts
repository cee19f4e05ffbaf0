/**
 * What the page's server and the page say to each other, and the one parser of each kind of
 * message. Runs in Node.js and in the browser: page and server share this file and nothing else.
 *
 * Text messages of the server are JSON objects told apart by `type`: a `snapshot` first; an `epoch`
 * report when an epoch's command is heard, and the same report again when its reward is known; `world`
 * when the world's state changes and once a second; `picture` of the policy at each command; `answer`
 * to a command of this page. Its binary messages are poses. The page says commands, told apart by
 * `do`, each answered under its `id`. Lengths in metres in the `map` frame (z up, x and y on the
 * floor), angles in radians, simulated time in seconds. Their fields: config/page.schema.yaml.
 */
import type { FromSchema } from "json-schema-to-ts";
import { discriminatedUnion, fromJSONSchema, type ZodObject, type ZodType } from "zod";
import { PROTOCOL } from "./generated/protocol";

/** A message breaks the protocol; says which part and why. */
export class ProtocolError extends Error {}

type Said = { [Kind in keyof typeof PROTOCOL]: FromSchema<(typeof PROTOCOL)[Kind]> };
export type Snapshot = Said["snapshot"];
export type EpochReport = Said["epoch"];
export type WorldState = Said["world"];
export type PolicyPicture = Said["picture"];
export type Answer = Said["answer"];
export type ServerMessage = Snapshot | EpochReport | WorldState | PolicyPicture | Answer;
export type PageMessage = Said["command"];
export type PageCommand = PageMessage["command"];
export type Fault = Said["fault"];
export type FaultChoice = "none" | Fault;
/** An answer before it is addressed. */
export type CommandResult = Pick<Answer, "done" | "message">;
/** What a run tells of an epoch. */
export type EpochTold = Pick<
  EpochReport,
  "type" | "epoch" | "reward" | "meanReward" | "epochsCounted" | "missedEpochs"
>;

const { version, robots, history } = PROTOCOL.snapshot.properties;
/** Page and server must have the same version. */
export const PROTOCOL_VERSION = version.const;
/** Robots of a swarm that a page shows at most. */
export const ROBOTS_LIMIT = robots.maxItems;
/** Epoch reports that a snapshot carries at most: the newest. */
export const HISTORY_LIMIT = history.maxItems;

export const FAULTS = PROTOCOL.fault.enum;
/** Faults to set; "none" repairs. */
export const FAULT_CHOICES = ["none", ...FAULTS] as const;
export const MODES = PROTOCOL.mode.enum;
/** What a world may be asked: see WorldState.msg. */
export const CONTROLS = PROTOCOL.control.enum;

/** Adds a report to `history`; it replaces those of its own and of later epochs (a restarted run). */
export function addReport(history: EpochReport[], report: EpochReport): void {
  while ((history.at(-1)?.epoch ?? -1) >= report.epoch) history.pop();
  history.push(report);
  if (history.length > HISTORY_LIMIT) history.shift();
}

/** Where the server accepts the page's WebSocket. */
export const SOCKET_PATH = "/live";
/**
 * Subprotocols that the page offers: its name, and this with the token behind it where it has one.
 * So the server knows who may command before it gives a place away.
 */
export const SOCKET_PROTOCOL = "alternating_marl";
export const TOKEN_PROTOCOL = "token.";

/** Why `world` cannot do a command; undefined: it can. */
export function lackOf({ world, controls }: WorldState, command: string): string | undefined {
  const control = CONTROLS.find((name) => name === command.replace("resume", "pause"));
  if (control === undefined || controls.includes(control)) return undefined;
  return `${world ? `this world (${world})` : "a world of which nothing is heard"} has no ${control}`;
}

/** Whether a world that has reached `factor` is slow for the speed asked for. */
export const isSlow = (factor: number | null, speed: number): boolean =>
  factor !== null && factor < 0.9 * speed;

/** The parser of objects of several kinds, told apart by `key`. */
const kinds = (key: string, schemas: readonly { readonly type: "object" }[]) =>
  discriminatedUnion(key, schemas.map((schema) => fromJSONSchema(schema as never)) as never);
const { snapshot, epoch, world, picture, answer, command } = PROTOCOL;
const serverMessage = kinds("type", [snapshot, epoch, world, picture, answer]);
const pageMessage = (fromJSONSchema(command as never) as ZodObject).extend({
  command: kinds("do", command.properties.command.oneOf),
});

/** The message in `text`, or a ProtocolError. */
export const parseServerMessage = (text: string): ServerMessage =>
  parsed(serverMessage, text) as ServerMessage;

/** The message in `text`, or a ProtocolError. */
export const parsePageMessage = (text: string): PageMessage =>
  parsed(pageMessage, text) as PageMessage;

function parsed(schema: ZodType, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("a message is not JSON");
  }
  const { data, error } = schema.safeParse(value, {
    error: ({ path, input }) =>
      path?.at(-1) === "version"
        ? `the server speaks version ${JSON.stringify(input)} of the protocol, this page ${PROTOCOL_VERSION}: reload the page`
        : undefined,
  });
  if (!error) return data;
  const [issue] = error.issues;
  // Of what may be null too: what is wrong where it is not.
  const { message } = (issue.code === "invalid_union" && issue.errors[0]?.[0]) || issue;
  throw new ProtocolError(`${issue.path.join(".") || "message"}: ${message}`);
}

/** All poses at one instant, in metres and radians. */
export interface PoseFrame {
  /** x (m), y (m), heading (rad) of each robot, then of the lead vehicle; [(n + 1) * 3]; NaN: not known. */
  poses: Float32Array;
  /** 1: the robot's wheels are locked in a dock; [n]. */
  locked: Uint8Array;
  /** Local state of each robot; [n]. */
  states: Uint8Array;
}

/**
 * A pose frame: x, y (m) and heading (rad) of each robot and last of the lead vehicle as f32, little
 * endian; then a byte a robot, 1 if locked; then a byte a robot, its local state. The frame is a new
 * array each time. Shapes as in `PoseFrame`.
 */
export function encodePoses(
  poses: ArrayLike<number>,
  locked: Uint8Array,
  states: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(4 * poses.length + locked.length + states.length);
  new Float32Array(frame.buffer, 0, poses.length).set(poses);
  frame.set(locked, 4 * poses.length);
  frame.set(states, 4 * poses.length + locked.length);
  return frame;
}

/** The frame that `encodePoses` wrote, or a ProtocolError. */
export function decodePoses(data: ArrayBuffer): PoseFrame {
  const robots = (data.byteLength - 12) / 14;
  if (!Number.isInteger(robots) || robots < 0) {
    throw new ProtocolError(`a pose frame of no number of robots has ${data.byteLength} bytes`);
  }
  const poses = new Float32Array(data, 0, 3 * (robots + 1));
  if (poses.some((value) => Math.abs(value) === Infinity)) {
    throw new ProtocolError("a pose frame holds a number that is not finite");
  }
  const locked = new Uint8Array(data, poses.byteLength, robots);
  const states = new Uint8Array(data, poses.byteLength + robots, robots);
  return { poses, locked, states };
}
