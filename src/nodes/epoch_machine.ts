/**
 * When an epoch is: the start of a session's first one, the boundaries, the epochs that are missed.
 * Pure: each function takes the state, what happened and when, and gives the new state with what is
 * to be done. Stamps and lengths are ROS time in ns.
 */
import { type AgentState, nanoseconds } from "../ros/messages";

/** What the first epoch waits for is logged after this time, ms of wall time. */
export const NOTABLE_WAIT_MS = 10_000;

export interface EpochState {
  /** Number of the open epoch; where none is open, of the next. */
  readonly epoch: number;
  readonly length: bigint;
  /** Start of the next epoch; undefined: the session's first one waits. */
  readonly boundary?: bigint;
  /** Start of the epoch whose command is not out yet; undefined: none is open. */
  readonly open?: bigint;
  /** Epochs whose command was not out in time, since the start. */
  readonly missed: number;
  /** Times that ROS time was found before the boundary that was due. */
  readonly clockJumps: number;
}

export type EpochEffect =
  /** Call `begin` when ROS time reaches this or goes back, and at no other time. */
  | { readonly do: "schedule"; readonly boundary: bigint }
  /** So many epochs get no command; `why` is for the log. */
  | { readonly do: "skip"; readonly epochs: number; readonly why: string }
  | { readonly do: "ask"; readonly epoch: number; readonly time: bigint };

export interface EpochStep {
  readonly state: EpochState;
  readonly effects: readonly EpochEffect[];
}

/** What a robot says of the epoch that it acted on last, if it did. */
type Acted = Pick<AgentState, "acted" | "epoch" | "decision_time">;

/**
 * A session's first epoch starts at the next boundary. Numbers go on above those that its robots have
 * acted on, with the boundaries passed since.
 * @param length of the epochs from here on
 */
export function start(
  state: EpochState,
  now: bigint,
  length: bigint,
  robots: readonly Acted[],
): EpochStep {
  const boundary = ((now + length - 1n) / length) * length;
  const started = { ...state, length, boundary };
  const acted = robots.filter((robot) => robot.acted);
  const schedule: EpochEffect = { do: "schedule", boundary };
  if (acted.length === 0) return also(still(started), schedule);
  const last = acted.reduce((a, b) => (b.epoch > a.epoch ? b : a));
  const passed = Number((boundary - nanoseconds(last.decision_time)) / length) - 1;
  const epoch = Math.max(state.epoch, last.epoch + 1);
  return also(skipUnseen({ ...started, epoch }, last.epoch + 1 + passed - epoch), schedule);
}

/**
 * An epoch starts, at the newest boundary that ROS time has reached.
 * @param length of the epochs from here on
 */
export function begin(state: EpochState, now: bigint, length: bigint): EpochStep {
  if (state.boundary === undefined) return still(state);
  const wentBack = now < state.boundary;
  const passed = wentBack ? 0n : (now - state.boundary) / state.length;
  const before = wentBack ? (now / state.length) * state.length : state.boundary;
  const time = before + passed * state.length;
  const next = (time / length + 1n) * length;
  // After a change of length the first epoch of the new grid is not a short one.
  const boundary = 2n * (next - time) < length ? next + length : next;
  const late = "its command was not out before its end";
  const abandoned = state.open === undefined ? still(state) : miss(state, late);
  const skipped = skipUnseen(abandoned.state, Number(passed));
  const { epoch } = skipped.state;
  const clockJumps = state.clockJumps + (wentBack ? 1 : 0);
  return {
    state: { ...skipped.state, length, boundary, open: time, clockJumps },
    effects: [
      { do: "schedule", boundary },
      ...abandoned.effects,
      ...skipped.effects,
      { do: "ask", epoch, time },
    ],
  };
}

/** The open epoch is decided. */
export const close = (state: EpochState): EpochStep =>
  still({ ...state, epoch: state.epoch + 1, open: undefined });

/** The open epoch gets no command. */
export const miss = (state: EpochState, why: string): EpochStep =>
  skip(state, 1, `epoch ${state.epoch} is missed: ${why}`);

/** Boundaries that nobody saw are epochs too: shifts are counted by them. */
function skipUnseen(state: EpochState, epochs: number): EpochStep {
  if (epochs <= 0) return still(state);
  const last = state.epoch + epochs - 1;
  const which = epochs === 1 ? `epoch ${last}` : `epochs ${state.epoch} to ${last}`;
  return skip(state, epochs, `${which} went by unseen`);
}

function skip(state: EpochState, epochs: number, why: string): EpochStep {
  const epoch = state.epoch + epochs;
  const skipped = { ...state, epoch, missed: state.missed + epochs, open: undefined };
  return also(still(skipped), { do: "skip", epochs, why });
}

const still = (state: EpochState): EpochStep => ({ state, effects: [] });

const also = ({ state, effects }: EpochStep, effect: EpochEffect): EpochStep => ({
  state,
  effects: [...effects, effect],
});
