import { COMMAND, command, odometry, running, setup } from "./played_body";

test("a body that is told to drive drives, with a running clock", () => {
  const { sent, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(11, 0));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
});

test("with simulated time and no /clock it never moves", () => {
  const { sent, say } = setup();
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(11, 0));
  expect(sent.at(-1)!.linear.x).toBe(0);
});

test("odometry from the far future is refused with what to do, and the next true one is heard", () => {
  const { sent, say } = setup(running());
  expect(say("odom", odometry(1000, 0))).toMatch(/990 s ahead of the ROS clock; set its source/);
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(11, 0));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
});

test("after time went back, odometry is heard again; a late message is passed over", () => {
  const clock = running();
  const { body, say } = setup(clock);
  say("odom", odometry(10, 1));
  say("odom", odometry(8, 2));
  expect(body.pose!.x).toBe(1);
  clock.hear({ sec: 3, nanosec: 0 });
  say("odom", odometry(3, 2));
  expect(body.pose!.x).toBe(2);
});

test("a body that was put elsewhere forgets where it was going", () => {
  const { body, sent, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(11, 20));
  expect(body.target).toBeUndefined();
  expect(sent.at(-1)!.linear.x).toBe(0);
});

test("a body that was put elsewhere is sent zero at once, also before its next velocity is due", () => {
  const { sent, say } = setup(running(), undefined, { max_rate: 5 });
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(10.2, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  say("odom", odometry(10.25, 20));
  expect(sent.at(-1)!.linear.x).toBe(0);
});

test("a body that cannot act on its command says why it stands", () => {
  const idle: string[] = [];
  const { body, sent, say } = setup(running(), undefined, {}, () => idle[0]);
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  idle.push("its policy is missing");
  say("odom", odometry(10.2, 0.01));
  expect(sent.at(-1)!.linear.x).toBe(0);
  expect(body.trouble()).toBe(idle[0]);
});

test("out of the arena a body stands, and goes on once it is back", () => {
  const { body, sent, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  // Carried there, it forgets its target; the test gives it another.
  say("odom", odometry(10.1, 5000));
  body.target = { x: 100, y: 0 };
  say("odom", odometry(10.2, 5000.01));
  expect(sent.at(-1)!.linear.x).toBe(0);
  expect(body.diagnosis.look()).toMatchObject({
    level: "error",
    message: "standing: out of the arena; bring the body back into it by hand",
  });
  say("odom", odometry(10.3, 0));
  body.target = { x: 100, y: 0 };
  say("odom", odometry(10.4, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  expect(body.trouble()).toBeUndefined();
});

test("out of the arena it has no zone and takes no decision", () => {
  const { body, decisions, left, say } = setup(running());
  say("odom", odometry(10, 5000));
  // A pending decision is dropped too.
  expect(left).toHaveLength(1);
  say(COMMAND, command(0));
  expect(body.zone).toBeUndefined();
  expect(decisions).toEqual([]);
  say("odom", odometry(10.1, 0));
  say(COMMAND, command(0));
  expect(body.zone).toBeDefined();
  expect([decisions, body.target]).toEqual([[], undefined]);
  say(COMMAND, command(1));
  expect(decisions).toEqual([1]);
});

test("an error in a callback makes a driving body stand and is told, until odometry is handled well", () => {
  let fails = false;
  const { body, sent, say } = setup(running(), () => {
    if (fails) throw new Error("no room");
  });
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(10.1, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  fails = true;
  expect(() => say("odom", odometry(10.2, 0.02))).toThrow("no room");
  expect(sent.at(-1)!.linear.x).toBe(0);
  expect(body.diagnosis.look()).toMatchObject({
    level: "error",
    message: "standing: it failed (no room); the node's log says where",
  });
  fails = false;
  say("odom", odometry(10.3, 0.02));
  say(COMMAND, command(1));
  say("odom", odometry(10.4, 0.02));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  expect(body.trouble()).toBeUndefined();
});

test("a body that leaves stands, whatever odometry still comes", () => {
  const { body, sent, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(10.1, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  const before = sent.length;
  body.leave();
  say(COMMAND, command(1));
  say("odom", odometry(10.2, 0.02));
  say("odom", odometry(10.3, 0.03));
  // One may be lost on its way.
  expect(sent.slice(before).map(({ linear }) => linear.x)).toEqual([0, 0, 0]);
});

test("a body that drove is told zero at each odometry for 0.5 s, then every 0.3 s", () => {
  jest.useFakeTimers();
  const { body, sent, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(10.05, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  const before = sent.length;
  body.hearStop("the test");
  for (let i = 1; i <= 40; i++) {
    jest.advanceTimersByTime(50);
    say("odom", odometry(10.05 + i / 20, 0.01));
    body.check();
  }
  // 19 times by odometry and watchdog in 0.5 s, then 5 times in 1.5 s; and once more when it leaves.
  expect(sent.length - before).toBe(24);
  body.leave();
  jest.useRealTimers();
  expect(sent.slice(before).map(({ linear }) => linear.x)).toEqual(Array(25).fill(0));
});

test("odometry that is frozen under fresh stamps makes a body stand until it changes or another epoch", () => {
  jest.useFakeTimers();
  const { body, sent, say } = setup(running());
  const frozenAt = (x: number, from: number): number[] =>
    [...Array(10).keys()].map((i) => {
      jest.advanceTimersByTime(100);
      say(COMMAND, command(0));
      say("odom", odometry(from + i / 10, x));
      return sent.at(-1)!.linear.x;
    });
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  const speeds = frozenAt(0, 10.1);
  expect(speeds[0]).toBeGreaterThan(0);
  expect(speeds.slice(5)).toEqual([0, 0, 0, 0, 0]);
  expect(body.diagnosis.look()).toMatchObject({
    level: "warn",
    message: expect.stringMatching(/does not change/) as string,
  });
  jest.advanceTimersByTime(100);
  say("odom", odometry(11.1, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  expect(frozenAt(0.01, 11.2).at(-1)).toBe(0);
  // Another epoch allows another, shorter try.
  jest.advanceTimersByTime(100);
  say(COMMAND, command(1));
  const again = [12.3, 12.4, 12.5, 12.6].map((seconds) => {
    say("odom", odometry(seconds, 0.01));
    jest.advanceTimersByTime(100);
    return sent.at(-1)!.linear.x > 0;
  });
  jest.useRealTimers();
  expect(again).toEqual([true, true, true, false]);
});

test("two sessions heard in turn make one decision each, not one a repeat", () => {
  const { decisions, say } = setup(running());
  say(COMMAND, command(5));
  say(COMMAND, command(3, { session: 2 }));
  say(COMMAND, command(5));
  say(COMMAND, command(3, { session: 2 }));
  expect(decisions).toEqual([5, 3]);
});

test("a command that is refused stops all the same when it says so", () => {
  const { body, say } = setup(running());
  expect(say(COMMAND, command(0, { action: 200, emergency_stop: true }))).toMatch(/names .* 200/);
  expect(body.permission.stopped).toBe(true);
});

test.each([COMMAND, "odom"])("while %s has two sources a driving body stands", (topic) => {
  const { body, sent, say, two } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(11, 0));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  two.add(topic);
  say(topic, topic === COMMAND ? command(1) : odometry(11.1, 0.5));
  expect(sent.at(-1)!.linear.x).toBe(0);
  expect(body.trouble()).toBe(`two sources of ${topic}`);
  expect([body.pose!.x, body.permission.stopped]).toEqual([0, false]);
  say(COMMAND, command(1, { emergency_stop: true }));
  expect(body.permission.stopped).toBe(true);
  two.clear();
  expect(body.trouble()).toMatch(/emergency stop/);
});

test("refused odometry is its source's word, as it may be the true one; a refused command is not", () => {
  const { say, spoke } = setup(running());
  expect(say("odom", odometry(10, NaN))).toMatch(/its pose is not finite/);
  expect(spoke).toContain("odom");
  expect(say(COMMAND, command(0, { action: 200 }))).toMatch(/names .* 200/);
  expect(spoke).not.toContain(COMMAND);
});

test("while another node publishes its cmd_vel too a body sends zero, and goes on afterwards", () => {
  const { body, sent, two, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  say("odom", odometry(10.1, 0));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
  two.add("cmd_vel");
  body.check();
  expect(sent.at(-1)!.linear.x).toBe(0);
  say("odom", odometry(10.2, 0));
  expect(sent.at(-1)!.linear.x).toBe(0);
  expect(body.trouble()).toBe("two sources of cmd_vel");
  two.clear();
  say("odom", odometry(10.3, 0.01));
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
});

test("while /clock has two sources a body stands", () => {
  const clock = running();
  const { body, sent, say } = setup(clock);
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  clock.problem = () => "two sources of /clock";
  say("odom", odometry(11, 0));
  expect(body.trouble()).toBe("two sources of /clock");
  expect(sent.at(-1)!.linear.x).toBe(0);
});

test("odometry at 200 Hz is answered at max_rate, with no less than the limits allow", () => {
  const { sent, say } = setup(running(), () => void states.push(true));
  const states: boolean[] = [];
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  const [sentBefore, statesBefore] = [sent.length, states.length];
  for (let i = 1; i <= 400; i++) say("odom", odometry(10 + i / 200, i / 1e4));
  expect(states.length - statesBefore).toBeCloseTo(60, -0.5);
  expect(sent.length - sentBefore).toBeCloseTo(60, -0.5);
  expect(sent.at(-1)!.linear.x).toBeGreaterThan(0);
});

test("a base that does not get cmd_vel is not called blocked", () => {
  jest.useFakeTimers();
  const { body, say, velocityTo } = setup(running());
  const problem = "nobody takes /robot_0/cmd_vel; start who does, by that name";
  Object.assign(velocityTo, { problem, isAlone: true });
  for (let i = 0; i < 10; i++) {
    jest.advanceTimersByTime(100);
    say(COMMAND, command(0));
    say("odom", odometry(10 + i / 10, 0));
  }
  const message = `standing: ${problem}`;
  expect(body.diagnosis.look()).toMatchObject({ level: "error", message });
  jest.useRealTimers();
});

test("a world that gives odometry once an epoch needs no cmd_vel", () => {
  const { body, say, velocityTo } = setup(running());
  Object.assign(velocityTo, { problem: "nobody takes /robot_0/cmd_vel", isAlone: true });
  say(COMMAND, command(0));
  say("odom", odometry(10, 0));
  say("odom", odometry(16, 5));
  expect(body.diagnosis.look()).toMatchObject({ level: "ok", message: "free to move" });
});

test.each([
  ["odom", /^standing: no odometry that is new: nobody sends it$/],
  [COMMAND, /^standing: no command from the global agent: nobody sends it$/],
])("where %s does not come it says what is known of why", (topic, words) => {
  const { body, say, problems } = setup(running());
  say(topic === "odom" ? COMMAND : "odom", topic === "odom" ? command(0) : odometry(10, 0));
  problems.set(topic, "nobody sends it");
  expect(body.diagnosis.look().message).toMatch(words);
});

test("odometry twice a second: while it stands it says how often it must come, and goes on", () => {
  jest.useFakeTimers();
  const { body, say } = setup(running(), () => undefined, { cmd_vel_timeout: 0.3 });
  const told = Array.from({ length: 100 }, (_, i) => {
    jest.advanceTimersByTime(100);
    say(COMMAND, command(0));
    if (i % 5 === 0) say("odom", odometry(10 + i / 10, i / 100));
    return body.diagnosis.look();
  }).slice(20);
  jest.useRealTimers();
  expect([...new Set(told.map(({ level, message }) => `${level}: ${message}`))]).toEqual([
    "warn: it stood a moment ago: no odometry that is new; check that its source runs, stamps each message anew and sends at least every 0.3 s (cmd_vel_timeout)",
    "error: standing: no odometry that is new; check that its source runs, stamps each message anew and sends at least every 0.3 s (cmd_vel_timeout)",
  ]);
});
