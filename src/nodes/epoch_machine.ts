/**
 * When an epoch is: the start of a session's first one, the boundaries, the epochs that are missed.
 * Pure: each function takes the state, what happened and when, and gives the new state. Stamps and
 * lengths are ROS time in ns.
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
  /** Why epochs were missed at the last change, for the log. */
  readonly said: readonly string[];
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
): EpochState {
  const boundary = ((now + length - 1n) / length) * length;
  const started = { ...state, length, boundary, said: [] };
  const acted = robots.filter((robot) => robot.acted);
  if (acted.length === 0) return started;
  const last = acted.reduce((a, b) => (b.epoch > a.epoch ? b : a));
  const passed = Number((boundary - nanoseconds(last.decision_time)) / length) - 1;
  const epoch = Math.max(state.epoch, last.epoch + 1);
  return skipUnseen({ ...started, epoch }, last.epoch + 1 + passed - epoch);
}

/**
 * An epoch starts, at the newest boundary that ROS time has reached.
 * @param length of the epochs from here on
 */
export function begin(state: EpochState, now: bigint, length: bigint): EpochState {
  const { boundary: due = now } = state;
  const wentBack = now < due;
  const passed = wentBack ? 0n : (now - due) / state.length;
  const before = wentBack ? (now / state.length) * state.length : due;
  const time = before + passed * state.length;
  const next = (time / length + 1n) * length;
  // After a change of length the first epoch of the new grid is not a short one.
  const boundary = 2n * (next - time) < length ? next + length : next;
  const late = "its command was not out before its end";
  const ended = state.open === undefined ? { ...state, said: [] } : miss(state, late);
  const skipped = skipUnseen(ended, Number(passed));
  const clockJumps = state.clockJumps + (wentBack ? 1 : 0);
  return { ...skipped, length, boundary, open: time, clockJumps };
}

/** The open epoch is decided. */
export const close = (state: EpochState): EpochState => ({
  ...state,
  epoch: state.epoch + 1,
  open: undefined,
  said: [],
});

/** The open epoch gets no command. */
export const miss = (state: EpochState, why: string): EpochState =>
  skip({ ...state, said: [] }, 1, `epoch ${state.epoch} is missed: ${why}`);

/** Boundaries that nobody saw are epochs too: shifts are counted by them. */
function skipUnseen(state: EpochState, epochs: number): EpochState {
  if (epochs <= 0) return state;
  const last = state.epoch + epochs - 1;
  const which = epochs === 1 ? `epoch ${last}` : `epochs ${state.epoch} to ${last}`;
  return skip(state, epochs, `${which} went by unseen`);
}

function skip(state: EpochState, epochs: number, why: string): EpochState {
  const [epoch, missed] = [state.epoch + epochs, state.missed + epochs];
  return { ...state, epoch, missed, open: undefined, said: [...state.said, why] };
}
