/**
 * What the page's server and the page say to each other, and the one parser of each kind of
 * message. Runs in Node.js and in the browser: page and server share this file and nothing else.
 *
 * Text messages of the server are JSON objects told apart by `type`: a `snapshot` first; an `epoch`
 * report when an epoch's command is heard, and the same report again when its reward is known; `world`
 * when the world's state changes and once a second; `picture` of the policy at each command; `answer`
 * to a command of this page. Its binary messages are poses. The page says commands, told apart by
 * `do`, each answered under its `id`. Lengths in metres in the `map` frame (z up, x and y on the
 * floor), angles in radians, simulated time in seconds.
 */
import * as z from "zod/mini";
import { en } from "zod/v4/locales";

z.config(en());

/** A message breaks the protocol; says which part and why. */
export class ProtocolError extends Error {}

/** Page and server must have the same version. */
export const PROTOCOL_VERSION = 14;

/** Robots of a swarm that a page shows at most. */
export const ROBOTS_LIMIT = 100_000;

/** Epoch reports that a snapshot carries at most: the newest. */
export const HISTORY_LIMIT = 500;

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

/** Faults of a robot: see Fault.msg. */
export const FAULTS = ["stall", "deaf", "mute", "slip", "frozen", "nan"] as const;
export type Fault = (typeof FAULTS)[number];
export const MODES = ["sample", "filter"] as const;

/** What a world may be asked: see WorldState.msg. */
export const CONTROLS = ["pause", "step", "reset", "speed", "population", "fault"] as const;

/** Why `world` cannot do a command; undefined: it can. */
export function lackOf({ world, controls }: WorldState, command: string): string | undefined {
  const control = CONTROLS.find((name) => name === command.replace("resume", "pause"));
  if (control === undefined || controls.includes(control)) return undefined;
  return `${world ? `this world (${world})` : "a world of which nothing is heard"} has no ${control}`;
}

/** An integer from 0 up. */
const count = z.int().check(z.nonnegative());
const notNegative = z.number().check(z.nonnegative());
const positive = z.number().check(z.positive());

/** What is counted of an epoch, at its command and again when its reward is known. */
export const epochTold = z.object({
  type: z.literal("epoch"),
  epoch: count,
  /** null: not known yet. */
  reward: z.nullable(z.number()),
  /** Mean over the epochs counted so far; null: none yet. */
  meanReward: z.nullable(z.number()),
  epochsCounted: count,
  missedEpochs: count,
});
export type EpochTold = z.infer<typeof epochTold>;

export const epochReport = z.extend(epochTold, {
  /** s_g, index into `leadSpots`. */
  globalState: count,
  /** a_g; where the lead vehicle is sent, index into `leadSpots`. */
  globalAction: count,
  /** Indices of the robots asked. */
  sampled: z.array(count),
  /** The law of the local states that the decision is based on; sums to 1. */
  belief: z.array(notNegative),
  /** The belief's covariance is this times (diag(belief) - belief beliefᵀ). */
  beliefVariance: notNegative,
  sampledHistogram: z.array(count),
  /** Zeros: not known. */
  trueHistogram: z.array(count),
  missing: count,
  emergencyStop: z.boolean(),
});
export type EpochReport = z.infer<typeof epochReport>;

/** m */
const place = z.object({ name: z.string(), x: z.number(), y: z.number() });

/** Everything that does not change from epoch to epoch, and the epochs so far. */
const snapshot = z.object({
  type: z.literal("snapshot"),
  version: z.literal(PROTOCOL_VERSION, {
    error: ({ input }) =>
      `the server speaks version ${JSON.stringify(input)} of the protocol, this page ${PROTOCOL_VERSION}: reload the page`,
  }),
  /** Whether the page that hears this showed the token. */
  canCommand: z.boolean(),
  scenario: z.string(),
  zones: z.array(z.extend(place, { radius: positive })),
  /** Names of the local states: of each kind of robots one for each zone, in the order of `zones`. */
  localStates: z.array(z.string()),
  /** The global states, and where the lead vehicle stands for each. */
  leadSpots: z.array(place),
  globalActions: z.array(z.string()),
  /** m */
  robotRadius: positive,
  /** m */
  leadRadius: positive,
  /** Names of the robots; a robot's index is its place here and in pose frames. */
  robots: z.array(z.string()).check(z.maxLength(ROBOTS_LIMIT)),
  /** Length of an epoch, s of simulated time. */
  epochSeconds: positive,
  references: z.partial(z.object({ random: z.number(), blind: z.number(), full: z.number() })),
  /** The newest epochs, oldest first, at most HISTORY_LIMIT. */
  history: z.array(epochReport).check(z.maxLength(HISTORY_LIMIT)),
});
export type Snapshot = z.infer<typeof snapshot>;

const worldState = z.object({
  type: z.literal("world"),
  /** Which: see WorldState.msg; "": none was heard. */
  world: z.string(),
  /** Nothing came of it since then, Unix time, ms; null: it is heard. */
  silentSince: z.nullable(count),
  /** What of `CONTROLS` it has. */
  controls: z.array(z.enum(CONTROLS)),
  paused: z.boolean(),
  /** Simulated seconds a second that are asked for; 0: as fast as it goes. */
  speed: notNegative,
  /** Simulated seconds a second that were reached over the last seconds; null: not known yet. */
  realTimeFactor: z.nullable(notNegative),
  /** k asked for and what decisions are based on; null: no command yet, or not known. */
  sampleSize: z.nullable(count),
  observation: z.nullable(z.enum(MODES)),
  emergencyStop: z.boolean(),
  faults: z.array(z.object({ robot: count, fault: z.enum(FAULTS) })),
});
export type WorldState = z.infer<typeof worldState>;

/** Whether a world that has reached `factor` is slow for the speed asked for. */
export const isSlow = (factor: number | null, speed: number): boolean =>
  factor !== null && factor < 0.9 * speed;

/**
 * π_g in the s_g and around the belief of the command of an epoch. actions[s_l][j]: the action where a
 * share of j / last j of all robots is in s_l and the others are spread as believed; none where the
 * policy is not known.
 */
const picture = z.object({
  type: z.literal("picture"),
  epoch: count,
  /** s_g, index into `leadSpots`. */
  globalState: count,
  actions: z.array(z.array(count)),
  /** Of a policy by vectors: the number, from 1 on, of the best for s_g, of how many, and its a_g. */
  plan: z.nullable(z.object({ number: count, of: count, action: count })),
  /** What the lead vehicle or a robot gains by deviating alone, in words; null: not known. */
  gaps: z.nullable(z.object({ global: z.string(), local: z.string() })),
  /** What the pair earns at least, and what none exceeds or gains, in sentences; none where not known. */
  bounds: z.array(z.string()),
});
export type PolicyPicture = z.infer<typeof picture>;

const answer = z.object({
  type: z.literal("answer"),
  /** The command's. */
  id: count,
  done: z.boolean(),
  /** What was done, or why not and what to do. */
  message: z.string(),
});
export type Answer = z.infer<typeof answer>;
/** An answer before it is addressed. */
export type CommandResult = Pick<Answer, "done" | "message">;

const serverMessage = z.discriminatedUnion("type", [
  snapshot,
  epochReport,
  worldState,
  picture,
  answer,
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** The message in `text`, or a ProtocolError. Unknown fields are ignored. */
export const parseServerMessage = (text: string): ServerMessage => parsed(serverMessage, text);

/** Faults to set; "none" repairs. */
export const FAULT_CHOICES = ["none", ...FAULTS] as const;
export type FaultChoice = (typeof FAULT_CHOICES)[number];

const robots = count.check(z.maximum(ROBOTS_LIMIT));

const command = z.discriminatedUnion("do", [
  z.object({ do: z.enum(["pause", "resume", "step", "stop", "release"]) }),
  /** Simulated seconds a second. */
  z.object({ do: z.literal("speed"), factor: z.number().check(z.minimum(0.01), z.maximum(1000)) }),
  /** The robots placed anew by this seed, the statistics from zero. */
  z.object({ do: z.literal("reset"), seed: count.check(z.maximum(2 ** 31 - 1)) }),
  /** k of the next epochs. */
  z.object({ do: z.literal("sampleSize"), size: robots }),
  /** n from the next epoch on. */
  z.object({ do: z.literal("population"), robots }),
  z.object({ do: z.literal("observation"), mode: z.enum(MODES) }),
  z.object({ do: z.literal("fault"), robot: count, fault: z.enum(FAULT_CHOICES) }),
]);
export type PageCommand = z.infer<typeof command>;

const pageMessage = z.object({ type: z.literal("command"), id: count, command });
export type PageMessage = z.infer<typeof pageMessage>;

export const parsePageMessage = (text: string): PageMessage => parsed(pageMessage, text);

/** The message in `text` by its schema, without unknown fields, or a ProtocolError. */
function parsed<T>(schema: z.ZodMiniType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("a message is not JSON");
  }
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const { path, message } = error.issues[0];
  throw new ProtocolError(`${path.join(".") || "message"}: ${message}`);
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
