/** The motion world in step with the wall clock: bodies driven by cmd_vel, epochs ended by time. */
import { steadyMs } from "../src/ros/clock";
import type { RosNode } from "../src/ros/node";
import type { Loop, PublishPoses } from "./loop";
import type { Run } from "./run";
import type { Imperfections } from "./world/imperfections";
import { MotionWorld } from "./world/motion";
import { WorldNode } from "./world_node";

/** Physics step and odometry period, ns of simulated time (50 Hz and 10 Hz). */
const STEP_NS = 20_000_000n;
const ODOMETRY_STEPS = 5n;
/** The loop looks at the wall clock this often, ms. */
const LOOP_MS = 5;
/** Page frames, ms. */
const FRAME_MS = 40;
/** Steps done in one go at most; a world that falls further behind slows down and never skips. */
const BURST = 25;
/** A shift ends this long before its last epoch does, so that no state of it counts in the next. */
const PLACING_NS = 1_000_000_000n;
/** A base without a command for this long stops its wheels, as controllers do (wall time), ms. */
const COMMAND_TIMEOUT_MS = 500;
/** Before all agents are there, time stands this long before the first boundary. */
const LEAD_TIME_NS = 500_000_000n;
/** Time runs this long after all agents were seen, or after the longest wait for them, ms. */
const SETTLE_MS = 700;
const LONGEST_WAIT_MS = 15_000;

export interface MotionRunOptions {
  /** Simulated seconds a second of wall time. */
  readonly speed: number;
  readonly imperfections: Imperfections;
}

/** `loadPhysics` must be done. */
export function runMotion(
  node: RosNode,
  run: Run,
  { speed, imperfections }: MotionRunOptions,
  publishPoses: PublishPoses,
  onOver: () => void,
): Loop {
  const { game, robots, seed, epochNs } = run.options;
  const leadTime = epochNs > LEAD_TIME_NS ? LEAD_TIME_NS : epochNs / 2n;
  let now = ((epochNs - leadTime) / STEP_NS) * STEP_NS;
  const world = new MotionWorld({
    arena: game.arena,
    agentIds: robots,
    seed,
    start: run.start(),
    startTime: Number(now) / 1e9,
    epoch: Number(epochNs) / 1e9,
    imperfections,
  });
  const commandedMs = new Float64Array(robots.length + 1);
  const ros = new WorldNode({
    node,
    game,
    robots,
    onCommand: (command) => void run.hearCommand(command),
    onAction: (action) => run.ledger.hearAction(action),
    onVelocity: (body, linear, angular) => {
      commandedMs[body] = steadyMs();
      world.setCommand(body, linear, angular);
    },
  });
  let over = false;

  const boundary = (): void => {
    run.closeEpoch(now, world.globalState(), world.localStates());
    if (run.isOver(now)) {
      over = true;
      onOver();
      return;
    }
    run.ledger.open((now / epochNs) * epochNs, world.globalState(), world.localStates());
  };
  const step = (): void => {
    world.step(Number(STEP_NS) / 1e9);
    now += STEP_NS;
    if (now % epochNs < STEP_NS) boundary();
    else if ((now + PLACING_NS) % epochNs < STEP_NS && run.nextEpisode()) {
      world.place(run.start(), "held");
    }
    if ((now / STEP_NS) % ODOMETRY_STEPS === 0n) {
      ros.sendClock(now);
      ros.sendOdometry(now, world.readOdometry(), world.twists);
    }
  };

  const waitingSince = steadyMs();
  let seenMs: number | undefined;
  let anchorMs: number | undefined;
  let stepsDone = 0;
  /** Steps to do now: none while agents are missing, else what the wall clock asks, bounded. */
  const due = (): number => {
    const wall = steadyMs();
    if (anchorMs === undefined) {
      if (seenMs === undefined && ros.agentsAreThere()) seenMs = wall;
      const isSettled = seenMs !== undefined && wall - seenMs > SETTLE_MS;
      if (isSettled || wall - waitingSince > LONGEST_WAIT_MS) anchorMs = wall;
      return 0;
    }
    const stepMs = Number(STEP_NS) / 1e6 / speed;
    const behind = Math.floor((wall - anchorMs) / stepMs) - stepsDone;
    if (behind <= BURST) return Math.max(0, behind);
    anchorMs += (behind - BURST) * stepMs;
    return BURST;
  };
  const stopUncommanded = (): void => {
    const oldest = steadyMs() - COMMAND_TIMEOUT_MS;
    commandedMs.forEach((ms, body) => ms < oldest && world.setCommand(body, 0, 0));
  };
  const loop = (): void => {
    const steps = due();
    if (steps > 0) stopUncommanded();
    for (let i = 0; i < steps && !over; i++) step();
    stepsDone += steps;
    if (steps > 0 && !over) ros.sendClock(now);
  };
  const idle = (): void => {
    if (anchorMs !== undefined || over) return;
    ros.sendClock(now);
    ros.sendOdometry(now, world.readOdometry(), world.twists);
  };

  const timers = [
    setInterval(() => node.safely(loop), LOOP_MS),
    setInterval(() => node.safely(idle), 100),
    setInterval(
      () =>
        node.safely(() =>
          publishPoses(Number(now) / 1e9, world.poses, world.locked, world.localStates()),
        ),
      FRAME_MS,
    ),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}
