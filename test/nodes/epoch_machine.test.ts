import { begin, close, type EpochState, miss, start } from "../../src/nodes/epoch_machine";
import { fromSeconds, toTime } from "../../src/ros/messages";

const LENGTH = fromSeconds(6);
const fresh: EpochState = { epoch: 0, length: LENGTH, missed: 0, clockJumps: 0, said: [] };

/** A robot's state: that it acted on `epoch`, which started at `seconds`; else that it never did. */
const robot = (epoch?: number, seconds = 0) => ({
  acted: epoch !== undefined,
  epoch: epoch ?? 0,
  decision_time: toTime(fromSeconds(seconds)),
});

/** A session starts, of whose robots these were heard. */
const startAt = (seconds: number, heard = [robot(), robot()], state = fresh): EpochState =>
  start(state, fromSeconds(seconds), LENGTH, heard);

/** The boundary comes, and ROS time is at `seconds`. */
const beginAt = (state: EpochState, seconds: number, length = 6): EpochState =>
  begin(state, fromSeconds(seconds), fromSeconds(length));

/** All asked have answered. */
const decide = (state: EpochState): EpochState => close(state);

const boundaryOf = ({ boundary }: EpochState): number => Number(boundary) / 1e9;

test("the first epoch starts at the next boundary of ROS time", () => {
  const state = startAt(7);
  expect(boundaryOf(state)).toBe(12);
  expect(state.said).toEqual([]);
  expect(state).toMatchObject({ epoch: 0, missed: 0 });
  expect(state.open).toBeUndefined();
  expect(boundaryOf(startAt(12))).toBe(12);
});

describe("after a restart", () => {
  test("numbers go on above the last epoch acted on, with the boundaries passed since", () => {
    const step = startAt(100, [robot(9, 60), robot(8, 54), robot()]);
    expect(step).toMatchObject({ epoch: 16, missed: 6 });
    expect(step.said).toEqual(["epochs 10 to 15 went by unseen"]);
    expect(boundaryOf(step)).toBe(102);
  });

  test("robots that acted at a later time only set the number", () => {
    expect(startAt(1, [robot(9, 600)])).toMatchObject({ epoch: 10, missed: 0 });
  });

  test("numbers never go back", () => {
    const known = { ...fresh, epoch: 40 };
    expect(startAt(61, [robot(9, 60)], known).epoch).toBe(40);
  });
});

describe("at a boundary", () => {
  const scheduled = startAt(1);

  test("the epoch's sample is asked and the next boundary is one length on", () => {
    const step = beginAt(scheduled, 6.25);
    expect(step.said).toEqual([]);
    expect(boundaryOf(step)).toBe(12);
    expect(step).toMatchObject({ epoch: 0, open: fromSeconds(6), missed: 0 });
  });

  test("an epoch that is still open is missed", () => {
    const step = beginAt(beginAt(scheduled, 6), 12);
    expect(step.said).toEqual(["epoch 0 is missed: its command was not out before its end"]);
    expect(step).toMatchObject({ epoch: 1, open: fromSeconds(12), missed: 1 });
  });

  test("boundaries that nobody saw are missed epochs", () => {
    const one = beginAt(decide(beginAt(scheduled, 6)), 18.5);
    expect(one.said).toEqual(["epoch 1 went by unseen"]);
    const step = beginAt(decide(beginAt(scheduled, 6)), 30.5);
    expect(step.said).toEqual(["epochs 1 to 3 went by unseen"]);
    expect(step).toMatchObject({ epoch: 4, open: fromSeconds(30), missed: 3 });
    expect(boundaryOf(step)).toBe(36);
  });

  test("after ROS time went back, numbers go on at the boundaries of the new time", () => {
    const back = beginAt(decide(beginAt(scheduled, 6)), 3);
    expect(back).toMatchObject({ epoch: 1, open: 0n, clockJumps: 1, missed: 0 });
    expect(boundaryOf(back)).toBe(6);
    expect(beginAt(decide(back), 6)).toMatchObject({ epoch: 2, clockJumps: 1, missed: 0 });
  });

  test("another length holds from here on, and the first epoch of the new grid is no short one", () => {
    const at12 = decide(beginAt(decide(beginAt(scheduled, 6)), 12));
    expect(boundaryOf(beginAt(at12, 18, 4))).toBe(20);
    expect(boundaryOf(beginAt(at12, 18, 5))).toBe(25);
    const late = beginAt({ ...at12, boundary: fromSeconds(18) }, 30, 4);
    // Boundaries passed unseen are counted by the length that held.
    expect(late).toMatchObject({ open: fromSeconds(30), missed: 2, length: fromSeconds(4) });
  });
});

describe("an open epoch", () => {
  const open = beginAt(startAt(1), 6);

  test("is decided", () => {
    const state = close(open);
    expect(state.said).toEqual([]);
    expect(state).toMatchObject({ epoch: 1, open: undefined, missed: 0 });
  });

  test("is missed, and it is said why", () => {
    const step = miss(open, "nobody looked");
    expect(step.said).toEqual(["epoch 0 is missed: nobody looked"]);
    expect(step).toMatchObject({ epoch: 1, open: undefined, missed: 1 });
  });
});
