import { watchStart } from "../../src/cli/run_swarm";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const watched = (robots: number, isBounded: boolean) => {
  const said: string[] = [];
  const failures: string[] = [];
  const end = watchStart(
    { robots, isBounded },
    (line) => said.push(line),
    (why) => failures.push(why),
  );
  return { said, failures, end };
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
  const { said, failures, end } = watched(9, true);
  jest.advanceTimersByTime(9000);
  end();
  jest.advanceTimersByTime(100_000);
  expect([said, failures]).toEqual([[], []]);
});
