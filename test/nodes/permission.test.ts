import { type Heartbeat, Permission, SESSION_ALONE_MS } from "../../src/nodes/permission";

const TIMEOUT = 400;
const STOP = /emergency stop/;
const CONFLICT = /two global agents/;
const NO_COMMAND =
  "no command from the global agent; check that it runs, is active and sends at least every 0.4 s (cmd_vel_timeout)";

const beat = (given: Partial<Heartbeat> = {}): Heartbeat => ({
  session: 1,
  emergency_stop: false,
  resets: 0,
  ...given,
});

/** A permission that has odometry at any time asked about. */
function permission(armed = true) {
  const tested = new Permission(TIMEOUT, armed);
  return {
    tested,
    command: (ms: number, given?: Partial<Heartbeat>) => tested.hearCommand(ms, beat(given)),
    reason: (ms: number) => {
      tested.hearOdometry(ms);
      return tested.reasonToStand(ms);
    },
  };
}

test("before anything is heard, and with a command alone, the body stands", () => {
  const tested = new Permission(TIMEOUT, true);
  expect(tested.reasonToStand(0)).toBe(NO_COMMAND);
  tested.hearCommand(0, beat());
  // The first command may be a dead global agent's last one, delivered late.
  expect(tested.reasonToStand(0)).toBe(NO_COMMAND);
  tested.hearCommand(TIMEOUT + 1, beat());
  expect(tested.reasonToStand(TIMEOUT + 1)).toBe(NO_COMMAND);
  tested.hearCommand(0, beat());
  tested.hearCommand(0, beat());
  expect(tested.reasonToStand(0)).toMatch(/^no odometry that is new/);
  tested.hearOdometry(0);
  expect(tested.reasonToStand(0)).toBeUndefined();
});

test("each watchdog bites once its source is older than the timeout, and not at it", () => {
  const tested = new Permission(TIMEOUT, true);
  tested.hearOdometry(100);
  tested.hearCommand(-1, beat());
  tested.hearCommand(0, beat());
  expect(tested.reasonToStand(TIMEOUT)).toBeUndefined();
  expect(tested.reasonToStand(TIMEOUT + 1)).toBe(NO_COMMAND);
  tested.hearCommand(TIMEOUT, beat());
  expect(tested.reasonToStand(100 + TIMEOUT)).toBeUndefined();
  expect(tested.reasonToStand(100 + TIMEOUT + 1)).toMatch(/^no odometry that is new/);
});

test("a stop holds through further commands until resets rise", () => {
  const { tested, command, reason } = permission();
  command(0, { resets: 2 });
  tested.hearStop();
  expect(tested.stopped).toBe(true);
  command(10, { resets: 2 });
  expect(reason(10)).toMatch(STOP);
  command(20, { resets: 3 });
  expect(reason(20)).toBeUndefined();
});

test("a stop told by a command sticks when later commands no longer tell it", () => {
  const { command, reason } = permission();
  command(0, { emergency_stop: true });
  command(10);
  expect(reason(10)).toMatch(STOP);
  command(20, { resets: 1 });
  expect(reason(20)).toBeUndefined();
});

test("higher resets do not release while the command still says stop", () => {
  const { command, reason } = permission();
  command(0, { emergency_stop: true });
  command(10, { emergency_stop: true, resets: 1 });
  expect(reason(10)).toMatch(STOP);
});

test("a stop heard after a reset needs a reset of its own", () => {
  const { tested, command, reason } = permission();
  command(0);
  tested.hearStop();
  command(10, { resets: 1 });
  tested.hearStop();
  command(20, { resets: 1 });
  expect(reason(20)).toMatch(STOP);
  command(30, { resets: 2 });
  expect(reason(30)).toBeUndefined();
});

test("a global agent that starts anew releases nothing by the resets it starts with", () => {
  const { tested, command, reason } = permission();
  command(0, { resets: 5 });
  tested.hearStop();
  command(5000, { session: 2, resets: 9 });
  expect(reason(5000)).toMatch(STOP);
  command(5100, { session: 2, resets: 10 });
  expect(reason(5100)).toBeUndefined();
});

test("a stop heard before any command is released by a rise from the first command's resets", () => {
  const { tested, command, reason } = permission();
  tested.hearStop();
  command(0, { resets: 4 });
  expect(reason(0)).toMatch(STOP);
  command(10, { resets: 5 });
  expect(reason(10)).toBeUndefined();
});

test("a body that does not start armed waits for a reset", () => {
  const { command, reason } = permission(false);
  command(0, { resets: 1 });
  expect(reason(0)).toMatch(STOP);
  command(10, { resets: 2 });
  expect(reason(10)).toBeUndefined();
});

test("two sessions within one timeout stop the body until one alone was heard for long enough", () => {
  const { command, reason } = permission();
  command(0);
  command(TIMEOUT, { session: 2 });
  expect(reason(TIMEOUT)).toMatch(CONFLICT);
  // Session 1 is forgotten after its own timeout; from then on 2 is alone.
  for (let ms = TIMEOUT + 100; ms < TIMEOUT + SESSION_ALONE_MS; ms += 100) {
    command(ms, { session: 2 });
    expect(reason(ms)).toMatch(CONFLICT);
  }
  command(TIMEOUT + SESSION_ALONE_MS, { session: 2 });
  expect(reason(TIMEOUT + SESSION_ALONE_MS)).toBeUndefined();
});

test("while both sessions go on the body never moves", () => {
  const { command, reason } = permission();
  for (let ms = 0; ms < 10_000; ms += 50) {
    command(ms, { session: 1 + ((ms / 50) % 2) });
    if (ms > 0) expect(reason(ms)).toMatch(CONFLICT);
  }
});

test("a session that comes after the other's timeout is no conflict", () => {
  const { command, reason } = permission();
  command(0);
  command(TIMEOUT + 1, { session: 2 });
  command(TIMEOUT + 2, { session: 2 });
  expect(reason(TIMEOUT + 2)).toBeUndefined();
});
