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
 * Free of any platform: the page and the server share this file and nothing else.
 */
import {
  type Fields,
  ProtocolError,
  count,
  fields,
  finite,
  list,
  notNegative,
  oneOf,
  point,
  positive,
  truth,
  word,
} from "./checked_values";
import { PROTOCOL_VERSION, ROBOTS_LIMIT } from "./pose_frame";

export { ProtocolError } from "./checked_values";
export {
  PROTOCOL_VERSION,
  ROBOTS_LIMIT,
  type PoseFrame,
  decodePoses,
  encodePoses,
} from "./pose_frame";

/** Epoch reports that a snapshot carries at most: the newest. */
export const HISTORY_LIMIT = 500;

/** Where the server accepts the page's WebSocket. */
export const SOCKET_PATH = "/live";

/** Everything that does not change from epoch to epoch, and the epochs so far. */
export interface Snapshot {
  type: "snapshot";
  version: number;
  /** The scenario's name. */
  scenario: string;
  fidelity: "motion" | "abstract";
  localStates: string[];
  globalStates: string[];
  globalActions: string[];
  localActions: string[];
  /** One for each local state, m. */
  zones: { x: number; y: number; radius: number }[];
  /** m */
  robotRadius: number;
  /** m */
  leadRadius: number;
  /** Where the lead vehicle stands for each global state, m. */
  leadSpots: { x: number; y: number }[];
  /** Names of the robots; a robot's index is its place here and in pose frames. */
  robots: string[];
  /** Length of an epoch, s of simulated time. */
  epochSeconds: number;
  /** Simulated seconds that a second of wall time is asked to take; 0: as fast as it goes. */
  speed: number;
  /** Mean reward per epoch that `evaluate` finds for this population. */
  references: { random?: number; blind?: number; full?: number };
  /** The newest epochs, oldest first, at most HISTORY_LIMIT. */
  history: EpochReport[];
}

/** One epoch. Sent when its command is heard and, under the same number, when it is rewarded. */
export interface EpochReport {
  type: "epoch";
  epoch: number;
  /** Simulated time of the decision, s. */
  simTime: number;
  /** s_g, index into `globalStates`. */
  globalState: number;
  /** a_g; where the lead vehicle is sent, index into `leadSpots`. */
  globalAction: number;
  /** Indices of the robots asked. */
  sampled: number[];
  /** The law of the local states that the decision is based on; sums to 1. */
  belief: number[];
  /** The belief's covariance is this times (diag(belief) - belief beliefᵀ). */
  beliefVariance: number;
  /** Robots of the sample in each local state. */
  sampledHistogram: number[];
  /** All robots in each local state. */
  trueHistogram: number[];
  /** null: not known yet. */
  reward: number | null;
  /** Mean over the epochs counted so far; null: none yet. */
  meanReward: number | null;
  epochsCounted: number;
  missedEpochs: number;
  /** Robots asked in this epoch that did not answer in time. */
  missing: number;
  emergencyStop: boolean;
}

/** The state of the world and of its controls. */
export interface WorldState {
  type: "world";
  /** Whether this page may command (it has shown the token). */
  canCommand: boolean;
  paused: boolean;
  /** Simulated seconds a second that are asked for; 0: as fast as it goes. */
  speed: number;
  /** Simulated seconds a second that were reached over the last seconds; null: not known yet. */
  realTimeFactor: number | null;
  /** k asked for and what decisions are based on; null: no command yet, or not known. */
  sampleSize: number | null;
  observation: "sample" | "filter" | null;
  emergencyStop: boolean;
  /** Robots (indices) that are broken on purpose. */
  faults: { robot: number; fault: Fault }[];
}

/** What can be broken: see Fault.msg. */
export const FAULTS = ["stall", "deaf", "mute", "slip", "frozen", "nan"] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * π_g around the belief of the newest command. actions[s_g][zone][j]: the action where a share of j /
 * tableSize of all robots is in `zone` and the others are spread as believed.
 */
export interface PolicyPicture {
  type: "picture";
  epoch: number;
  tableSize: number;
  actions: number[][][];
  /** The certificate: what the lead vehicle or a robot gains by deviating alone; null: not known. */
  gaps: { global: Gap; local: Gap } | null;
}

/** Reward of a whole return, and its 95 % interval. */
export interface Gap {
  gap: number;
  low: number;
  high: number;
}

/** What came of a command of this page. */
export interface Answer {
  type: "answer";
  /** The command's. */
  id: number;
  done: boolean;
  /** What was done, or why not and what to do. */
  message: string;
}

/** An answer without its address. */
export type Said = Pick<Answer, "done" | "message">;

export type ServerMessage = Snapshot | EpochReport | WorldState | PolicyPicture | Answer;

/** The message in `text`, or a ProtocolError. Unknown fields are ignored. */
export function parseServerMessage(text: string): ServerMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("a text message is not JSON");
  }
  const message = fields(value, "message");
  switch (message.type) {
    case "snapshot":
      return checkedSizes(parseSnapshot(message));
    case "epoch":
      return parseEpoch(message, "epoch");
    case "world":
      return parseWorld(message);
    case "picture":
      return parsePicture(message);
    case "answer":
      return {
        type: "answer",
        id: count(message.id, "id"),
        done: truth(message.done, "done"),
        message: word(message.message, "message"),
      };
    default:
      throw new ProtocolError(`unknown message type ${JSON.stringify(message.type)}`);
  }
}

function parseSnapshot(m: Fields): Snapshot {
  if (m.version !== PROTOCOL_VERSION) {
    throw new ProtocolError(
      `the server speaks version ${JSON.stringify(m.version)} of the protocol, this page ${PROTOCOL_VERSION}: reload the page`,
    );
  }
  const references = fields(m.references, "references");
  const reference = (name: string): number | undefined =>
    references[name] === undefined ? undefined : finite(references[name], `references.${name}`);
  return {
    type: "snapshot",
    version: PROTOCOL_VERSION,
    scenario: word(m.scenario, "scenario"),
    fidelity: oneOf(m.fidelity, ["motion", "abstract"] as const, "fidelity"),
    localStates: list(m.localStates, "localStates", word),
    globalStates: list(m.globalStates, "globalStates", word),
    globalActions: list(m.globalActions, "globalActions", word),
    localActions: list(m.localActions, "localActions", word),
    zones: list(m.zones, "zones", zone),
    robotRadius: positive(m.robotRadius, "robotRadius"),
    leadRadius: positive(m.leadRadius, "leadRadius"),
    leadSpots: list(m.leadSpots, "leadSpots", point),
    robots: list(m.robots, "robots", word),
    epochSeconds: positive(m.epochSeconds, "epochSeconds"),
    speed: notNegative(m.speed, "speed"),
    references: {
      random: reference("random"),
      blind: reference("blind"),
      full: reference("full"),
    },
    history: list(m.history, "history", (value, path) => parseEpoch(fields(value, path), path)),
  };
}

function zone(value: unknown, path: string): Snapshot["zones"][number] {
  return {
    ...point(value, path),
    radius: positive(fields(value, path).radius, `${path}.radius`),
  };
}

function checkedSizes(snapshot: Snapshot): Snapshot {
  const { zones, localStates, leadSpots, globalStates, robots, history } = snapshot;
  if (zones.length !== localStates.length) {
    throw new ProtocolError("zones: not one for each local state");
  }
  if (leadSpots.length !== globalStates.length) {
    throw new ProtocolError("leadSpots: not one for each global state");
  }
  if (robots.length > ROBOTS_LIMIT) throw new ProtocolError("robots: too many");
  if (history.length > HISTORY_LIMIT) throw new ProtocolError("history: too long");
  return snapshot;
}

/** What `read` makes of a value, or null for null. */
function orNull<T>(
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => T,
): T | null {
  return value === null ? null : read(value, path);
}

function parseWorld(m: Fields): WorldState {
  return {
    type: "world",
    canCommand: truth(m.canCommand, "canCommand"),
    paused: truth(m.paused, "paused"),
    speed: notNegative(m.speed, "speed"),
    realTimeFactor: orNull(m.realTimeFactor, "realTimeFactor", notNegative),
    sampleSize: orNull(m.sampleSize, "sampleSize", count),
    observation: orNull(m.observation, "observation", (value, path) =>
      oneOf(value, ["sample", "filter"] as const, path),
    ),
    emergencyStop: truth(m.emergencyStop, "emergencyStop"),
    faults: list(m.faults, "faults", (value, path) => {
      const { robot, fault } = fields(value, path);
      return {
        robot: count(robot, `${path}.robot`),
        fault: oneOf(fault, FAULTS, `${path}.fault`),
      };
    }),
  };
}

function parsePicture(m: Fields): PolicyPicture {
  return {
    type: "picture",
    epoch: count(m.epoch, "epoch"),
    tableSize: count(m.tableSize, "tableSize"),
    actions: list(m.actions, "actions", (zones, at) =>
      list(zones, at, (shares, path) => list(shares, path, count)),
    ),
    gaps: orNull(m.gaps, "gaps", (value, path) => {
      const { global, local } = fields(value, path);
      return { global: gap(global, `${path}.global`), local: gap(local, `${path}.local`) };
    }),
  };
}

function gap(value: unknown, path: string): Gap {
  const { gap, low, high } = fields(value, path);
  return {
    gap: finite(gap, `${path}.gap`),
    low: finite(low, `${path}.low`),
    high: finite(high, `${path}.high`),
  };
}

function parseEpoch(m: Fields, path: string): EpochReport {
  return {
    type: oneOf(m.type, ["epoch"] as const, `${path}.type`),
    epoch: count(m.epoch, `${path}.epoch`),
    simTime: finite(m.simTime, `${path}.simTime`),
    globalState: count(m.globalState, `${path}.globalState`),
    globalAction: count(m.globalAction, `${path}.globalAction`),
    sampled: list(m.sampled, `${path}.sampled`, count),
    belief: list(m.belief, `${path}.belief`, notNegative),
    beliefVariance: notNegative(m.beliefVariance, `${path}.beliefVariance`),
    sampledHistogram: list(m.sampledHistogram, `${path}.sampledHistogram`, count),
    trueHistogram: list(m.trueHistogram, `${path}.trueHistogram`, count),
    reward: orNull(m.reward, `${path}.reward`, finite),
    meanReward: orNull(m.meanReward, `${path}.meanReward`, finite),
    epochsCounted: count(m.epochsCounted, `${path}.epochsCounted`),
    missedEpochs: count(m.missedEpochs, `${path}.missedEpochs`),
    missing: count(m.missing, `${path}.missing`),
    emergencyStop: truth(m.emergencyStop, `${path}.emergencyStop`),
  };
}
