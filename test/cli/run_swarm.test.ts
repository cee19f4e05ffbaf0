import { watchStart } from "../../src/cli/run_swarm";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const watched = (robots: number) => {
  const failures: string[] = [];
  return { failures, watch: watchStart(robots, (why) => failures.push(why)) };
};

test("a start that nobody watches ends without a first command, later with many robots", () => {
  const [few, many] = [watched(9), watched(2000)];
  jest.advanceTimersByTime(62_000);
  expect(many.failures).toEqual([]);
  expect(few.failures).toEqual([
    expect.stringMatching(/^no command was given within 60 s, so the swarm was stopped/),
  ]);
});

test("a start that was ended says nothing more", () => {
  const { failures, watch } = watched(9);
  jest.advanceTimersByTime(9000);
  watch.end();
  jest.advanceTimersByTime(100_000);
  expect(failures).toEqual([]);
});

test("a start whose world is paused before the first command waits until it goes on", () => {
  const { failures, watch } = watched(9);
  watch.hear({ type: "paused", paused: true });
  jest.advanceTimersByTime(200_000);
  expect(failures).toEqual([]);
  watch.hear({ type: "paused", paused: false });
  jest.advanceTimersByTime(59_000);
  expect(failures).toEqual([]);
  jest.advanceTimersByTime(2000);
  expect(failures).toHaveLength(1);
});
