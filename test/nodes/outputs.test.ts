/**
 * What moves a body: velocities, and goals beside a navigator that takes them as Nav2 takes goal_pose.
 */
import type { Point } from "../../src/game/arena";
import { planarOdometry, planarPose, toTime, type TwistStamped } from "../../src/ros/messages";
import { stepTowards } from "../support/navigator";
import { COMMAND, command, odometry, running, setup } from "./played_body";

const PERIOD_MS = 100;
const SPEED = 1;
const POST = { x: 3, y: 0, radius: 1 };
const TARGET = { x: 100, y: 0 };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const goalBody = (safety = {}, idle?: () => string | undefined) =>
  setup(running(), undefined, { output: "goal", ...safety }, idle);

type Played = ReturnType<typeof goalBody>;

/** Where the newest goal is. */
function newest({ goals }: Played) {
  const { header, pose } = goals.at(-1)!;
  expect(header.frame_id).toBe("map");
  return planarPose(pose.position, pose.orientation)!;
}

/** Drives by itself towards the newest goal, round a post, some time after it heard of it. */
class Navigator {
  readonly pose = { x: 0, y: 0, yaw: 0 };
  goal: Point = this.pose;
  private steps = 0;
  private readonly heard: { at: number; goal: Point }[] = [];
  private taken = 0;

  /** @param lateSteps from a goal's message to its effect; @param ends at this x it is stuck, m */
  constructor(
    private readonly played: Played,
    private readonly lateSteps: number,
    private readonly ends = Infinity,
  ) {}

  private step(): void {
    const { goals } = this.played;
    this.steps++;
    for (; this.taken < goals.length; this.taken++) {
      const { x, y } = goals[this.taken].pose.position;
      this.heard.push({ at: this.steps + this.lateSteps, goal: { x, y } });
    }
    for (const { at, goal } of this.heard) if (at === this.steps) this.goal = goal;
    if (this.pose.x < this.ends)
      stepTowards(this.pose, this.goal, POST, (SPEED * PERIOD_MS) / 1000);
  }

  /** Time passes: a step and its odometry, a copy of the command, two looks of the watchdog. */
  go(seconds: number, epoch: number | undefined, more: Parameters<typeof command>[1] = {}): void {
    const { body, say } = this.played;
    for (let i = 0; i < seconds * (1000 / PERIOD_MS); i++) {
      jest.advanceTimersByTime(PERIOD_MS);
      this.step();
      if (epoch !== undefined) say(COMMAND, command(epoch, more));
      const ms = BigInt(10_000 + this.steps * PERIOD_MS);
      say("odom", planarOdometry(toTime(ms * 1_000_000n), "robot_0", this.pose));
      body.check();
      body.check();
    }
  }
}

/** A body on its way at x = 1 m. */
function onItsWay(safety = {}, idle?: () => string | undefined) {
  const played = goalBody(safety, idle);
  const navigator = new Navigator(played, 0);
  navigator.go(1, 0);
  expect(newest(played)).toMatchObject(TARGET);
  expect(navigator.pose.x).toBeGreaterThan(0.5);
  return { ...played, navigator };
}

test("each decision is one goal, with the heading of the way, and no velocity is sent", () => {
  const { goals, navigator, sent } = onItsWay();
  const before = goals.length;
  navigator.go(1, 0);
  expect(goals).toHaveLength(before);
  navigator.go(1, 1);
  expect(goals).toHaveLength(before + 1);
  navigator.go(0.1, 2);
  const { pose } = goals.at(-1)!;
  const { x, y } = navigator.pose;
  expect(y).toBeGreaterThan(0.5);
  const { yaw } = planarPose(pose.position, pose.orientation)!;
  expect(yaw).toBeCloseTo(Math.atan2(-y, TARGET.x - x));
  expect(sent).toEqual([]);
});

test("a robot that is on its target need not turn for the goal's heading", () => {
  const played = goalBody();
  for (const [epoch, away] of [0.01, 0.06].entries()) {
    const pose = { x: TARGET.x, y: -away, yaw: 0.3 };
    const hear = (seconds: number): void =>
      void played.say("odom", planarOdometry({ sec: seconds, nanosec: 0 }, "robot_0", pose));
    hear(10 + 2 * epoch);
    played.say(COMMAND, command(epoch));
    hear(11 + 2 * epoch);
    expect(newest(played)).toMatchObject(TARGET);
    expect(newest(played).yaw).toBeCloseTo(away < 0.05 ? 0.3 : Math.PI / 2);
  }
});

const STOPS: readonly (readonly [string, (way: ReturnType<typeof onItsWay>) => void])[] = [
  ["an emergency stop", ({ body }) => body.hearStop("a test")],
  ["a stop in a command", ({ navigator }) => navigator.go(0.1, 0, { emergency_stop: true })],
  ["commands that end", ({ navigator }) => navigator.go(0.6, undefined)],
  ["a second source of goals", ({ two, body }) => (two.add("goal_pose"), body.check())],
  ["its end", ({ body }) => body.leave()],
  ["a halt from the terminal", ({ body }) => body.stand()],
  ["being carried", ({ navigator }) => ((navigator.pose.x += 20), navigator.go(0.1, 0))],
  [
    "being carried out of the arena",
    ({ navigator }) => ((navigator.pose.x += 5000), navigator.go(0.1, 0)),
  ],
  [
    "odometry that ends",
    ({ body }) => (jest.advanceTimersByTime(450), body.check(), jest.advanceTimersByTime(50)),
  ],
  [
    "a pose that is not known any more",
    ({ say }) => (say("odom", odometry(11.05, NaN)), jest.advanceTimersByTime(450)),
  ],
];

test.each(STOPS)("%s makes its own pose the goal", (_, stop) => {
  const way = onItsWay();
  stop(way);
  way.body.check();
  const { x, y } = newest(way);
  expect(Math.hypot(x - way.navigator.pose.x, y - way.navigator.pose.y)).toBeLessThan(0.15);
});

test("a body that is not armed stays where it is, and is told so though nobody sent it anywhere", () => {
  const played = goalBody({ start_armed: false });
  const navigator = new Navigator(played, 0);
  navigator.go(2, 0);
  expect(played.goals).toHaveLength(1);
  expect(newest(played)).toEqual({ x: 0, y: 0, yaw: 0 });
  // Its agent was killed, and the navigator goes on to an older goal.
  navigator.goal = TARGET;
  navigator.go(0.1, 0);
  const { x } = navigator.pose;
  expect(newest(played).x).toBeCloseTo(x);
  navigator.go(1, 0);
  expect(navigator.pose.x).toBeCloseTo(x);
  expect(played.goals).toHaveLength(2);
});

test("a body whose pose was never known is sent nowhere", () => {
  const { body, goals, say } = goalBody();
  say(COMMAND, command(0));
  body.check();
  body.hearStop("a test");
  body.leave();
  expect(goals).toEqual([]);
});

test("a navigator that is late comes back to where it was told to stand; then it goes on round the post", () => {
  const played = goalBody();
  const { body, goals } = played;
  const navigator = new Navigator(played, 4);
  navigator.go(2, 0);
  expect(navigator.pose.x).toBeGreaterThan(1);
  const before = goals.length;
  navigator.go(0.1, 0, { emergency_stop: true });
  expect(navigator.pose.x - newest(played).x).toBeLessThan(0.15);
  navigator.go(4, 0, { emergency_stop: true });
  // Once at once; it was late, came back, and stood before it had to be told again.
  expect(goals).toHaveLength(before + 1);
  const { x } = navigator.pose;
  navigator.go(1, 0, { emergency_stop: true });
  expect(navigator.pose.x).toBeCloseTo(x);
  navigator.go(12, 1, { resets: 1 });
  expect(newest(played)).toMatchObject(TARGET);
  expect(navigator.pose.x).toBeGreaterThan(5);
  expect(body.trouble()).toBeUndefined();
});

test("a navigator that never arrives is sent again at each epoch, and is not called blocked", () => {
  const played = goalBody();
  const navigator = new Navigator(played, 3, 1.5);
  navigator.go(6, 0);
  const { length } = played.goals;
  for (const epoch of [1, 2, 3]) navigator.go(2, epoch);
  expect(played.goals).toHaveLength(length + 3);
  expect(newest(played)).toMatchObject(TARGET);
  expect(played.body.diagnosis.look()).toMatchObject({ level: "ok", message: "free to move" });
});

test("where no navigator is there it says so, and one that comes is told where to go", () => {
  const { body, goals, navigator, velocityTo } = onItsWay();
  const problem = "nobody takes /robot_0/goal_pose; start who does, by that name";
  Object.assign(velocityTo, { problem, isAlone: true });
  const before = goals.length;
  navigator.go(1, 0);
  expect(body.diagnosis.look()).toMatchObject({ level: "error", message: `standing: ${problem}` });
  expect(goals).toHaveLength(before);
  Object.assign(velocityTo, { problem: undefined, isAlone: false });
  navigator.go(0.1, 0);
  expect(goals.length).toBeGreaterThan(before);
  expect(goals.at(-1)!.pose.position).toMatchObject(TARGET);
});

test("a navigator that does not stop is told again once a second, where the body is then", () => {
  const played = goalBody();
  const navigator = new Navigator(played, 30);
  navigator.goal = TARGET;
  navigator.go(1, 0);
  const before = played.goals.length;
  navigator.go(2.5, 0, { emergency_stop: true });
  expect(played.goals).toHaveLength(before + 3);
  expect(navigator.pose.x - newest(played).x).toBeLessThan(0.6);
});

test("velocities are sent plain, or stamped with the body's frame", () => {
  for (const stamped_cmd_vel of [false, true]) {
    const { sent, say } = setup(running(), undefined, { stamped_cmd_vel, frame_prefix: "a/" });
    say("odom", odometry(10, 0));
    say(COMMAND, command(0));
    say("odom", odometry(10.1, 0));
    const { linear, angular } = stamped_cmd_vel
      ? (sent.at(-1) as unknown as TwistStamped).twist
      : sent.at(-1)!;
    expect([linear.x > 0, linear.y, linear.z, angular.x, angular.y]).toEqual([true, 0, 0, 0, 0]);
    const header = { stamp: { sec: 10, nanosec: 0 }, frame_id: "a/base_link" };
    expect("header" in sent.at(-1)!).toBe(stamped_cmd_vel);
    if (stamped_cmd_vel) expect(sent.at(-1)).toMatchObject({ header });
  }
});
