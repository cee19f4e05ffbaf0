/**
 * When an epoch is: the start of a session's first one, the boundaries, the epochs that are missed.
 * Pure: each function takes the state, what happened and when, and gives the new state with what is
 * to be done. Stamps and lengths are ROS time in ns.
 */
import { listed } from "../base/errors";
import { type AgentState, nanoseconds } from "../ros/messages";

/** The first epoch waits this long for its whole sample to be heard, ms of wall time. */
const FIRST_SAMPLE_MS = 10_000;
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
  /** What the first epoch waits for, and what to do; undefined: nothing. */
  readonly waiting?: string;
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
  /** Nobody of the first sample answered: ask others. */
  | { readonly do: "askOthers" }
  /** Ask the sample of this epoch, or decide the epoch by what came. */
  | { readonly do: "ask" | "decide"; readonly epoch: number; readonly time: bigint };

export interface EpochStep {
  readonly state: EpochState;
  readonly effects: readonly EpochEffect[];
}

export interface Readiness {
  readonly clockRuns: boolean;
  readonly hasPolicy: boolean;
  readonly hasLead: boolean;
  /** Why its state is not heard, where that is known. */
  readonly leadProblem?: string;
  /** Robots found, and robots of the whole swarm. */
  readonly robots: number;
  readonly population: number;
  /** Names of those that are not there, as far as they are known; empty: they are not. */
  readonly absent: readonly string[];
  /** The first epoch begins without them. */
  readonly isComplete: boolean;
  /** Robots asked, the states of those that answered, and the wall time since, ms. */
  readonly asked: number;
  readonly heard: readonly Pick<AgentState, "acted" | "epoch" | "decision_time">[];
  readonly waitedMs: number;
  /** Why some robots are not asked, where they are not. */
  readonly kindProblem?: string;
}

/** What must be there before any robot is asked, and is not; undefined: nothing is missing. */
export function missingBeforeSample(
  there: Pick<Readiness, "clockRuns" | "hasPolicy" | "hasLead" | "leadProblem">,
): string | undefined {
  if (!there.clockRuns)
    return "no time on /clock; start what publishes it, or set use_sim_time to false";
  if (!there.hasPolicy)
    return "no policy; start the learner, or set policy_file and call reload_policy";
  if (there.hasLead) return undefined;
  return `the lead vehicle's state is not heard${because(there.leadProblem)}; start lead_agent`;
}

const because = (why: string | undefined): string => (why ? `: ${why}` : "");

/**
 * Starts the session's first epoch if it can. A swarm that starts waits for all its robots; one that
 * has acted before goes on with those there.
 * @param length of the epochs from here on
 */
export function start(state: EpochState, now: bigint, length: bigint, there: Readiness): EpochStep {
  const { asked, heard, robots, population } = there;
  const wait = (waiting: string): EpochStep => still({ ...state, waiting });
  const missing = missingBeforeSample(there);
  if (missing) return wait(missing);
  const came = `waiting for the states of ${asked} robots: ${heard.length} came${there.kindProblem ? `; ${there.kindProblem}` : ""}`;
  if (heard.length < asked && there.waitedMs < FIRST_SAMPLE_MS) return wait(came);
  if (heard.length === 0) return also(wait(came), { do: "askOthers" });
  const acted = heard.filter((robot) => robot.acted);
  if (robots < population && acted.length === 0 && !there.isComplete) {
    const absent = listed(there.absent, "robots");
    const who =
      absent && `; not there: ${absent}; start them, or set start_timeout to begin without them`;
    return wait(`waiting for ${population} robots: ${robots} are there${who}`);
  }
  const boundary = ((now + length - 1n) / length) * length;
  const resumed = resume({ ...state, length, boundary, waiting: undefined }, boundary, acted);
  return also(resumed, { do: "schedule", boundary });
}

/** Numbers go on above those that the robots have acted on, with the boundaries passed since. */
function resume(state: EpochState, boundary: bigint, acted: Readiness["heard"]): EpochStep {
  if (acted.length === 0) return still(state);
  const last = acted.reduce((a, b) => (b.epoch > a.epoch ? b : a));
  const passed = Number((boundary - nanoseconds(last.decision_time)) / state.length) - 1;
  const epoch = Math.max(state.epoch, last.epoch + 1);
  return skipUnseen({ ...state, epoch }, last.epoch + 1 + passed - epoch);
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
  const abandoned = state.open === undefined ? still(state) : abandon(state, late);
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

/** Decides the open epoch when all asked have answered, or by what came when the time is up. */
export function takeAnswers(
  state: EpochState,
  answers: Pick<Readiness, "hasLead" | "leadProblem"> &
    Readonly<Record<"areAllIn" | "isTimeUp", boolean>>,
): EpochStep {
  const { open: time, epoch } = state;
  const { hasLead, areAllIn, isTimeUp } = answers;
  if (time === undefined || !(isTimeUp || (hasLead && areAllIn))) return still(state);
  if (hasLead) {
    const decided = { ...state, epoch: epoch + 1, open: undefined };
    return also(still(decided), { do: "decide", epoch, time });
  }
  const why = `the lead vehicle's state did not come in time${because(answers.leadProblem)}`;
  return abandon(state, `${why}; look at lead_agent`);
}

const abandon = (state: EpochState, why: string): EpochStep =>
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
