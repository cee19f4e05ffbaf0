import { Shifts } from "../../src/nodes/shifts";
import { toTime } from "../../src/ros/messages";

const told = (shift: number, next: number) => ({
  shift: toTime(BigInt(shift)),
  next_shift: toTime(BigInt(next)),
});
/** Whether a shift begins with each of these epochs; [epoch, start in ns]. */
const beginnings = (shifts: Shifts, ...epochs: readonly [number, number][]): boolean[] =>
  epochs.map(([epoch, time]) => shifts.begins(epoch, BigInt(time)));

test("where no world tells, shifts are counted from epoch 0", () => {
  const shifts = new Shifts(3);
  expect(beginnings(shifts, [0, 10], [2, 12], [3, 13], [7, 17], [8, 18])).toEqual([
    ...[true, false, true, true, false],
  ]);
  expect(beginnings(new Shifts(undefined), [0, 10], [1e6, 11])).toEqual([true, false]);
});

test("shifts begin when the world says, whatever the epoch's number", () => {
  const shifts = new Shifts(50);
  shifts.hear(told(0, 0));
  expect(beginnings(shifts, [7, 100])).toEqual([true]);
  // The world heard that command.
  shifts.hear(told(100, 150));
  expect(beginnings(shifts, [8, 110], [11, 140], [12, 150], [13, 160])).toEqual([
    ...[false, false, true, false],
  ]);
  shifts.hear(told(150, 200));
  expect(beginnings(shifts, [14, 170])).toEqual([false]);
  // A reset is told before the epoch at which it holds.
  shifts.hear(told(190, 240));
  expect(beginnings(shifts, [15, 180], [16, 190], [17, 200], [18, 240])).toEqual([
    ...[false, true, false, true],
  ]);
});

test.each([[[told(0, 0)]], [[]]])("a world that starts anew begins a shift, told %j", (first) => {
  const shifts = new Shifts(50);
  [told(0, 0), told(100, 600)].forEach((message) => shifts.hear(message));
  expect(beginnings(shifts, [0, 100], [1, 110])).toEqual([true, false]);
  first.forEach((message) => shifts.hear(message));
  expect(beginnings(shifts, [2, 10])).toEqual([first.length > 0]);
  shifts.hear(told(10, 510));
  expect(beginnings(shifts, [3, 20], [30, 290])).toEqual([first.length === 0, false]);
});

test("a world whose first command was lost begins again with the next", () => {
  const shifts = new Shifts(50);
  shifts.hear(told(0, 0));
  expect(beginnings(shifts, [4, 100], [5, 110])).toEqual([true, false]);
  // It crashed before it heard one, and starts.
  expect(beginnings(shifts, [6, 10])).toEqual([true]);
});
