/** A body agent under system time: stamps that are old, that stand still, and that come in bursts. */
import fc from "fast-check";
import { RosClock } from "../../src/ros/clock";
import { planarOdometry, toTime } from "../../src/ros/messages";
import { COMMAND, command, setup } from "./played_body";
import { randomGame } from "../games";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Odometry stamped so many s from now. */
const odometry = (x: number, later = 0) =>
  planarOdometry(toTime(BigInt(Math.round(Date.now() + 1000 * later)) * 1_000_000n), "robot_0", {
    x,
    y: 0,
    yaw: 0,
  });

/** A command sent so many s ago. */
const sentAgo = (epoch: number, seconds = 0) => {
  const stamp = toTime(BigInt(Math.round(Date.now() - 1000 * seconds)) * 1_000_000n);
  return command(epoch, { header: { stamp, frame_id: "map" } });
};

/** A body that already drives. */
function driving(safety = {}) {
  const played = setup(new RosClock(false), () => undefined, safety);
  for (let i = 0; i < 10; i++) {
    jest.advanceTimersByTime(100);
    played.say(COMMAND, sentAgo(0));
    played.say("odom", odometry(i / 100));
  }
  expect(played.sent.at(-1)!.linear.x).toBeGreaterThan(1);
  return played;
}

/** Repeats a command and odometry for 0.5 s; returns the last speed and the refusals. */
function goOn(
  { body, sent, say }: ReturnType<typeof setup>,
  next: () => ReturnType<typeof odometry>,
  tell = () => sentAgo(0),
) {
  const refusals = new Set<string | undefined>();
  for (let i = 0; i < 10; i++) {
    jest.advanceTimersByTime(50);
    refusals.add(say(COMMAND, tell()));
    refusals.add(say("odom", next()));
    body.check();
  }
  return { speed: sent.at(-1)!.linear.x, refusals: [...refusals].filter(Boolean).join("\n") };
}

test("odometry that repeats one stamp while time goes on does not count: the body stands within 0.5 s", () => {
  const played = driving();
  const stuck = odometry(0.1);
  expect(goOn(played, () => stuck).speed).toBe(0);
  expect(played.body.diagnosis.look()).toMatchObject({
    level: "error",
    message:
      "standing: no odometry that is new; check that its source runs, stamps each message anew and sends at least every 0.4 s (cmd_vel_timeout)",
  });
});

test("a source that repeats one stamp of a clock that is ahead does not count either", () => {
  const played = driving();
  const stuck = odometry(0.1, 5);
  goOn(played, () => stuck);
  expect(goOn(played, () => stuck).speed).toBe(0);
  expect(played.body.diagnosis.look().level).toBe("error");
});

test("a world whose time stands may repeat its instant for as long as it likes", () => {
  const clock = new RosClock(true);
  clock.hear({ sec: 10, nanosec: 0 });
  const played = setup(clock);
  const instant = planarOdometry({ sec: 10, nanosec: 0 }, "robot_0", { x: 0, y: 0, yaw: 0 });
  goOn(played, () => instant);
  expect(played.body.diagnosis.look().level).toBe("ok");
});

test("with max_stamp_age, odometry and commands stamped earlier are refused with their age, and it stands", () => {
  const late = driving({ max_stamp_age: 0.5 });
  let x = 0.1;
  const ofOdometry = goOn(late, () => odometry((x += 0.01), -0.6));
  expect(ofOdometry.speed).toBe(0);
  expect(ofOdometry.refusals).toMatch(/^it is stamped 0\.60 s ago \(max_stamp_age is 0\.5\)/);
  const delayed = driving({ max_stamp_age: 0.5 });
  const ofCommands = goOn(
    delayed,
    () => odometry((x += 0.01)),
    () => sentAgo(0, 0.7),
  );
  expect(ofCommands.speed).toBe(0);
  expect(ofCommands.refusals).toMatch(/^it is stamped 0\.70 s ago/);
  const fresh = driving({ max_stamp_age: 0.5 });
  expect(goOn(fresh, () => odometry((x += 0.01), -0.4)).speed).toBeGreaterThan(0);
});

test("odometry that is 8 s old is refused in system time without max_stamp_age too", () => {
  const late = driving();
  let x = 0.1;
  const told = goOn(late, () => odometry((x += 0.01), -8));
  expect(told.speed).toBe(0);
  expect(told.refusals).toMatch(/^it is stamped 8\.00 s ago .*set the clocks by each other/);
  expect(late.body.diagnosis.look().message).toMatch(/^standing: no odometry that is new/);
});

test("no sequence of odometry, however it is stamped and whenever it comes, breaks the limits", () => {
  const { maxSpeed, maxAcceleration, maxYawRate, maxYawAcceleration } = randomGame(
    { sG: 2, aG: 3, sL: 4, aL: 2 },
    1,
  ).arena.robot;
  const message = fc.record({
    wait: fc.nat(150),
    ahead: fc.double({ min: -0.3, max: 50, noNaN: true }),
    x: fc.double({ min: -5, max: 5, noNaN: true }),
    epoch: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(message, { minLength: 2, maxLength: 40 }), (messages) => {
      const { sent, say } = setup(new RosClock(false));
      let previous = { linear: 0, angular: 0, ms: -Infinity };
      let ahead = 0;
      for (const { wait, x, epoch, ...told } of messages) {
        jest.advanceTimersByTime(wait);
        say(COMMAND, sentAgo(epoch));
        ahead = Math.min(50, Math.max(ahead, told.ahead));
        const before = sent.length;
        say("odom", odometry(x, ahead));
        for (const { linear, angular } of sent.slice(before)) {
          const ms = performance.now();
          const seconds = (ms - previous.ms) / 1000 + 1e-9;
          expect(Math.abs(linear.x)).toBeLessThanOrEqual(maxSpeed);
          expect(Math.abs(angular.z)).toBeLessThanOrEqual(maxYawRate);
          // A stop is always allowed.
          if (linear.x !== 0 || angular.z !== 0) {
            const dv = Math.abs(linear.x - previous.linear);
            const dw = Math.abs(angular.z - previous.angular);
            expect(dv).toBeLessThanOrEqual(maxAcceleration * seconds);
            expect(dw).toBeLessThanOrEqual(maxYawAcceleration * seconds);
          }
          previous = { linear: linear.x, angular: angular.z, ms };
        }
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});
