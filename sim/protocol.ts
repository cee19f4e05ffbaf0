/**
 * What the simulator's server says to the page, and the one parser of each kind of message. What
 * the page says is in page_protocol.ts.
 *
 * Text messages are JSON objects told apart by `type`: a `snapshot` first; an `epoch` report when
 * an epoch's command is heard, and the same report again when its reward is known; `world` when the
 * world's state changes and once a second; `picture` of the policy at each command; `answer` to a
 * command of this page. Binary messages are poses (pose_frame.ts). Lengths in metres in the `map`
 * frame (z up, x and y on the floor), angles in radians, simulated time in seconds.
 *
 * Runs in Node.js and in the browser: page and server share this file, page_protocol.ts and their
 * imports, and nothing else.
 */
import * as z from "zod/mini";
import { count, notNegative, parsed, positive } from "./checked_values";

export { ProtocolError } from "./checked_values";
export { type PoseFrame, decodePoses, encodePoses } from "./pose_frame";

/** Page and server must have the same version. */
export const PROTOCOL_VERSION = 8;

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

/** One epoch. Sent when its command is heard and, under the same number, when it is rewarded. */
export const epochReport = z.object({
  type: z.literal("epoch"),
  epoch: count,
  /** Simulated time of the decision, s. */
  simTime: z.number(),
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
  trueHistogram: z.array(count),
  /** null: not known yet. */
  reward: z.nullable(z.number()),
  /** Mean over the epochs counted so far; null: none yet. */
  meanReward: z.nullable(z.number()),
  epochsCounted: count,
  missedEpochs: count,
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
  fidelity: z.enum(["motion", "abstract"]),
  /** The local states. */
  zones: z.array(z.extend(place, { radius: positive })),
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

/** Reward of a whole return, and its 95 % interval. */
const gap = z.object({ gap: z.number(), low: z.number(), high: z.number() });
export type Gap = z.infer<typeof gap>;

/**
 * π_g around the belief of the newest command. actions[s_g][zone][j]: the action where a share of j / k
 * of all robots is in `zone` and the others are spread as believed; k is the table's.
 */
const picture = z.object({
  type: z.literal("picture"),
  actions: z.array(z.array(z.array(count))),
  /** The certificate: what the lead vehicle or a robot gains by deviating alone; null: not known. */
  gaps: z.nullable(z.object({ global: gap, local: gap })),
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
