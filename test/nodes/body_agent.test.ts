import { sizesOf } from "../../src/game/model";
import { BodyAgent } from "../../src/nodes/body_agent";
import { RosClock } from "../../src/ros/clock";
import {
  type EmergencyStop,
  fromSeconds,
  type GlobalCommand,
  type Odometry,
  planarOdometry,
  toTime,
  type Twist,
} from "../../src/ros/messages";
import { commandOf } from "../support/commands";
import { randomGame } from "../games";

const game = randomGame({ sG: 2, aG: 3, sL: 4, aL: 2 }, 1);
const { sG } = sizesOf(game);

/** A body agent on a node that is no node: what it hears is said to it, what it sends is kept. */
function setup(clock = new RosClock(true)) {
  const hear = new Map<string, (message: unknown) => string | undefined>();
  const sent: Twist[] = [];
  const decisions: number[] = [];
  const node = {
    robot: "robot_0",
    name: "local_agent",
    callbackErrors: 0,
    log: { warn: () => undefined },
    safely: (work: () => void) => work(),
    publisher: () => (message: Twist) => void sent.push(message),
    subscribe: (topic: { name: string }, callback: (message: unknown) => string | undefined) =>
      void hear.set(topic.name, callback),
  };
  const body = new BodyAgent({
    node: node as never,
    clock,
    arena: game.arena,
    limits: game.arena.robot,
    safety: {
      cmd_vel_timeout: 0.4,
      max_stamp_age: 0,
      arena_margin: 1000,
      start_armed: true,
      stamped_cmd_vel: false,
      pose_source: "odometry",
      initial_pose: [0, 0, 0],
      max_pose_deviation: 0.5,
      pose_timeout: 0,
      publish_tf: false,
      frame_prefix: "",
    },
    sizes: sizesOf(game),
    onPose: () => undefined,
    onDecision: (command) => {
      decisions.push(command.epoch);
      body.target = { x: 100, y: 0 };
    },
  });
  hear.set(COMMAND, (message) => body.hearCommand(message as GlobalCommand));
  hear.set("/emergency_stop", (message) => void body.hearStop(message as EmergencyStop));
  return {
    body,
    sent,
    decisions,
    /** Commands are said twice: a single one lets nobody move. */
    say: (topic: string, message: unknown) => {
      if (topic === COMMAND) hear.get(topic)!(message);
      return hear.get(topic)!(message);
    },
  };
}

const odometry = (seconds: number, x: number): Odometry =>
  planarOdometry(toTime(fromSeconds(seconds)), "robot_0", { x, y: 0, yaw: 0 });

const command = (epoch: number, more: Partial<GlobalCommand> = {}): GlobalCommand =>
  commandOf(sizesOf(game), { epoch, global_state: sG - 1, ...more });

const COMMAND = "/global_agent/command";

function running(): RosClock {
  const clock = new RosClock(true);
  clock.hear({ sec: 10, nanosec: 0 });
  return clock;
}

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

test("out of the arena a body stands, and goes on once it is back", () => {
  const { body, sent, say } = setup(running());
  say("odom", odometry(10, 0));
  say(COMMAND, command(0));
  // Put there: what it was going to is forgotten, and commanded anew.
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
  expect(body.diagnosis.look()).toMatchObject({ level: "ok" });
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
  // Another epoch is another try, and a shorter one.
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
