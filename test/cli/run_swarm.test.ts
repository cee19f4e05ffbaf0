import { watchStart } from "../../src/cli/run_swarm";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const watched = (robots: number, isBounded: boolean) => {
  const said: string[] = [];
  const failures: string[] = [];
  const watch = watchStart(
    { robots, isBounded },
    (line) => said.push(line),
    (why) => failures.push(why),
  );
  return { said, failures, watch };
};

test("a start without a first command says so, and ends where nobody watches it", () => {
  const [open, bounded, large] = [watched(9, false), watched(9, true), watched(2000, true)];
  jest.advanceTimersByTime(12_000);
  for (const { said } of [open, bounded, large]) {
    expect(said).toEqual([
      expect.stringMatching(/^no command was given within 10 s; the messages/),
    ]);
  }
  jest.advanceTimersByTime(50_000);
  expect(open.failures).toEqual([]);
  expect(large.failures).toEqual([]);
  expect(bounded.failures).toEqual([
    expect.stringMatching(/^no command was given within 60 s, so the swarm was stopped/),
  ]);
});

test("a start with its first command says nothing more", () => {
  const { said, failures, watch } = watched(9, true);
  jest.advanceTimersByTime(9000);
  watch.end();
  jest.advanceTimersByTime(100_000);
  expect([said, failures]).toEqual([[], []]);
});

test("a start whose world is paused before the first command waits until it goes on", () => {
  const { said, failures, watch } = watched(9, true);
  watch.hear({ type: "paused", paused: true });
  jest.advanceTimersByTime(200_000);
  expect([said, failures]).toEqual([[], []]);
  watch.hear({ type: "paused", paused: false });
  jest.advanceTimersByTime(59_000);
  expect(failures).toEqual([]);
  jest.advanceTimersByTime(2000);
  expect(failures).toHaveLength(1);
});
