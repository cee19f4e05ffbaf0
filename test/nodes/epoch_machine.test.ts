import {
  begin,
  type EpochState,
  type EpochStep,
  type Readiness,
  start,
  takeAnswers,
} from "../../src/nodes/epoch_machine";
import { fromSeconds, toTime } from "../../src/ros/messages";

const LENGTH = fromSeconds(6);
const fresh: EpochState = { epoch: 0, length: LENGTH, missed: 0, clockJumps: 0 };

/** A robot's state: that it acted on `epoch`, which started at `seconds`; else that it never did. */
const robot = (epoch?: number, seconds = 0) => ({
  acted: epoch !== undefined,
  epoch: epoch ?? 0,
  decision_time: toTime(fromSeconds(seconds)),
});

/** All that a session's first epoch needs: two robots of two, both asked and heard. */
const ready: Readiness = {
  clockRuns: true,
  hasPolicy: true,
  hasLead: true,
  robots: 2,
  population: 2,
  absent: [],
  isComplete: false,
  asked: 2,
  heard: [robot(), robot()],
  waitedMs: 0,
};

const startAt = (seconds: number, there: Partial<Readiness> = {}, state = fresh): EpochStep =>
  start(state, fromSeconds(seconds), LENGTH, { ...ready, ...there });

/** The boundary comes, and ROS time is at `seconds`. */
const beginAt = (state: EpochState, seconds: number, length = 6): EpochStep =>
  begin(state, fromSeconds(seconds), fromSeconds(length));

/** All asked have answered. */
const decide = ({ state }: EpochStep): EpochState =>
  takeAnswers(state, { hasLead: true, areAllIn: true, isTimeUp: false }).state;

const boundaryOf = ({ state }: EpochStep): number => Number(state.boundary) / 1e9;
const skipsOf = ({ effects }: EpochStep): string[] =>
  effects.flatMap((effect) => (effect.do === "skip" ? effect.why : []));

describe("the first epoch", () => {
  test("starts at the next boundary of ROS time", () => {
    const { state, effects } = startAt(7);
    expect(effects).toEqual([{ do: "schedule", boundary: fromSeconds(12) }]);
    expect(state).toMatchObject({ epoch: 0, waiting: undefined, missed: 0 });
    expect(state.open).toBeUndefined();
    expect(boundaryOf(startAt(12))).toBe(12);
  });

  test.each<[Partial<Readiness>, RegExp]>([
    [{ clockRuns: false, hasPolicy: false }, /^no time on \/clock; start what publishes it/],
    [{ hasPolicy: false, hasLead: false }, /^no policy; start the learner/],
    [{ hasLead: false, heard: [] }, /^the lead vehicle's state is not heard; start lead_agent/],
    [{ heard: [robot()], waitedMs: 9000 }, /^waiting for the states of 2 robots: 1 came/],
    [{ population: 5 }, /^waiting for 5 robots: 2 are there$/],
    [
      { population: 9, absent: [1, 2, 3, 4, 5, 6].map((i) => `robot_${i}`) },
      /are there; not there: 6 robots \(robot_1 to robot_6\); start them, or set start_timeout/,
    ],
  ])("waits and says for what: %#", (there, words) => {
    const { state, effects } = startAt(7, there);
    expect(state.waiting).toMatch(words);
    expect(state.boundary).toBeUndefined();
    expect(effects).toEqual([]);
  });

  test("begins without robots that were waited for long enough", () => {
    expect(boundaryOf(startAt(7, { population: 5, isComplete: true }))).toBe(12);
  });

  test("goes on after 10 s with those that answered, and asks others where nobody did", () => {
    expect(boundaryOf(startAt(7, { heard: [robot()], waitedMs: 10_000 }))).toBe(12);
    const { state, effects } = startAt(7, { heard: [], waitedMs: 10_000 });
    expect(effects).toEqual([{ do: "askOthers" }]);
    expect(state.boundary).toBeUndefined();
  });
});

describe("after a restart", () => {
  test("numbers go on above the last epoch acted on, with the boundaries passed since", () => {
    const acted = [robot(9, 60), robot(8, 54), robot()];
    const step = startAt(100, { heard: acted, asked: 3, robots: 3 });
    expect(step.state).toMatchObject({ epoch: 16, missed: 6 });
    expect(skipsOf(step)).toEqual(["epochs 10 to 15 went by unseen"]);
    expect(boundaryOf(step)).toBe(102);
  });

  test("a swarm that has acted does not wait for the robots that are gone", () => {
    expect(startAt(61, { heard: [robot(9, 60)], asked: 1, population: 5 }).state).toMatchObject({
      epoch: 10,
      missed: 0,
    });
  });

  test("robots that acted at a later time only set the number", () => {
    expect(startAt(1, { heard: [robot(9, 600)], asked: 1 }).state).toMatchObject({
      epoch: 10,
      missed: 0,
    });
  });

  test("numbers never go back", () => {
    const known = { ...fresh, epoch: 40 };
    expect(startAt(61, { heard: [robot(9, 60)], asked: 1 }, known).state.epoch).toBe(40);
  });

  test("a session that ended takes no boundary", () => {
    const { state, effects } = beginAt(fresh, 6);
    expect(state).toBe(fresh);
    expect(effects).toEqual([]);
  });
});

describe("at a boundary", () => {
  const { state: scheduled } = startAt(1);

  test("the epoch's sample is asked and the next boundary is one length on", () => {
    const step = beginAt(scheduled, 6.25);
    expect(step.effects).toEqual([
      { do: "schedule", boundary: fromSeconds(12) },
      { do: "ask", epoch: 0, time: fromSeconds(6) },
    ]);
    expect(step.state).toMatchObject({ epoch: 0, open: fromSeconds(6), missed: 0 });
  });

  test("an epoch that is still open is missed", () => {
    const step = beginAt(beginAt(scheduled, 6).state, 12);
    expect(skipsOf(step)).toEqual(["epoch 0 is missed: its command was not out before its end"]);
    expect(step.state).toMatchObject({ epoch: 1, open: fromSeconds(12), missed: 1 });
  });

  test("boundaries that nobody saw are missed epochs", () => {
    const one = beginAt(decide(beginAt(scheduled, 6)), 18.5);
    expect(skipsOf(one)).toEqual(["epoch 1 went by unseen"]);
    const step = beginAt(decide(beginAt(scheduled, 6)), 30.5);
    expect(skipsOf(step)).toEqual(["epochs 1 to 3 went by unseen"]);
    expect(step.state).toMatchObject({ epoch: 4, open: fromSeconds(30), missed: 3 });
    expect(boundaryOf(step)).toBe(36);
  });

  test("after ROS time went back, numbers go on at the boundaries of the new time", () => {
    const back = beginAt(decide(beginAt(scheduled, 6)), 3);
    expect(back.state).toMatchObject({ epoch: 1, open: 0n, clockJumps: 1, missed: 0 });
    expect(boundaryOf(back)).toBe(6);
    expect(beginAt(decide(back), 6).state).toMatchObject({ epoch: 2, clockJumps: 1, missed: 0 });
  });

  test("another length holds from here on, and the first epoch of the new grid is no short one", () => {
    const at12 = decide(beginAt(decide(beginAt(scheduled, 6)), 12));
    expect(boundaryOf(beginAt(at12, 18, 4))).toBe(20);
    expect(boundaryOf(beginAt(at12, 18, 5))).toBe(25);
    const late = beginAt({ ...at12, boundary: fromSeconds(18) }, 30, 4);
    // Boundaries passed unseen are counted by the length that held.
    expect(late.state).toMatchObject({ open: fromSeconds(30), missed: 2, length: fromSeconds(4) });
  });
});

describe("an open epoch", () => {
  const { state: open } = beginAt(startAt(1).state, 6);
  const answered = { hasLead: true, areAllIn: true, isTimeUp: false };

  test("is decided when all have answered, or by what came when the time is up", () => {
    const decided = { do: "decide", epoch: 0, time: fromSeconds(6) };
    expect(takeAnswers(open, answered).effects).toEqual([decided]);
    expect(takeAnswers(open, answered).state).toMatchObject({ epoch: 1, open: undefined });
    const some = { ...answered, areAllIn: false };
    expect(takeAnswers(open, some)).toEqual({ state: open, effects: [] });
    expect(takeAnswers(open, { ...some, isTimeUp: true }).effects).toEqual([decided]);
  });

  test("is missed without the lead vehicle's state", () => {
    const alone = { ...answered, hasLead: false };
    expect(takeAnswers(open, alone)).toEqual({ state: open, effects: [] });
    const step = takeAnswers(open, { ...alone, isTimeUp: true });
    expect(skipsOf(step)).toEqual([expect.stringMatching(/^epoch 0 is missed: the lead vehicle/)]);
    expect(step.state).toMatchObject({ epoch: 1, open: undefined, missed: 1 });
  });

  test("says why the lead vehicle's state did not count, where that is known", () => {
    const leadProblem = "it is stale, stamped 8.0 s ago";
    const step = takeAnswers(open, { ...answered, hasLead: false, leadProblem, isTimeUp: true });
    expect(skipsOf(step)).toEqual([expect.stringMatching(/did not come in time.*it is stale, st/)]);
  });

  test("takes no answers once it is decided", () => {
    const { state } = takeAnswers(open, answered);
    expect(takeAnswers(state, answered)).toEqual({ state, effects: [] });
  });
});
