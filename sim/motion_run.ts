/** The motion world in step with the wall clock: bodies driven by cmd_vel, epochs ended by time. */
import { steadyMs } from "../src/ros/clock";
import type { Loop, World } from "./loop";
import { Pace } from "./pace";
import { Population } from "./population";
import { takeOver } from "./world/bodies";
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
/** Odometry goes out at least this often by the wall clock, however slow the world is, ms. */
const LONGEST_SILENCE_MS = 100;
/** A base without a command for this long stops its wheels, as controllers do (wall time), ms. */
const COMMAND_TIMEOUT_MS = 500;
/** Before all agents are there, time stands this long before the first boundary. */
const LEAD_TIME_NS = 500_000_000n;
/** Time runs this long after all agents were seen, or after the longest wait for them, ms. */
const SETTLE_MS = 700;
const LONGEST_WAIT_MS = 15_000;

/** Bodies that slip go this share of their wheels' way less. */
const SLIP = 0.5;

function imperfectionsOf(parameters: World["parameters"]): Imperfections {
  return {
    wheelSlip: parameters.wheel_slip,
    odometryNoise: { position: parameters.odometry_noise, yaw: parameters.odometry_noise_yaw },
    odometryDrift: { position: parameters.odometry_drift, yaw: parameters.odometry_drift_yaw },
    commandLatency: parameters.command_latency,
    inertia: parameters.inertia,
  };
}

/** `loadPhysics` must be done. */
export function runMotion(shared: World): Loop {
  const { node, run, parameters, controls, factor, publishPoses, onOver } = shared;
  const { game, robots, seed, epochNs } = run.options;
  const leadTime = epochNs > LEAD_TIME_NS ? LEAD_TIME_NS : epochNs / 2n;
  let now = ((epochNs - leadTime) / STEP_NS) * STEP_NS;
  let world = new MotionWorld({
    arena: game.arena,
    agentIds: robots,
    seed,
    start: run.start(),
    startTime: Number(now) / 1e9,
    epoch: Number(epochNs) / 1e9,
    imperfections: imperfectionsOf(parameters),
  });
  let commandedMs = new Float64Array(robots.length + 1);
  const ros = new WorldNode({
    node,
    robots,
    onCommand: (command) => void run.hearCommand(command),
    onAction: (action) => run.ledger.hearAction(action),
    onVelocity: (body, linear, angular) => {
      commandedMs[body] = steadyMs();
      world.setCommand(body, linear, angular);
    },
    stampedVelocity: parameters.stamped_cmd_vel,
    faults: controls.faults,
  });
  const population = new Population(shared, ros);
  let over = false;
  let toldMs = -Infinity;
  /** The instant, to everybody. */
  const tell = (): void => {
    toldMs = steadyMs();
    ros.sendClock(now);
    ros.sendOdometry(now, world.readOdometry(), world.twists);
  };
  /** Statistics start anew with the next epoch. */
  let isReset = false;
  const placing = PLACING_NS < epochNs / 2n ? PLACING_NS : epochNs / 2n;
  /** Wheels in the open epoch, until the bodies are placed anew. */
  let locked: Uint8Array | undefined;

  const boundary = (): void => {
    controls.boundary();
    if (locked !== undefined) run.ledger.noteArrivals(world.localStates(), locked);
    run.closeEpoch(now, world.globalState(), world.localStates());
    if (isReset) run.restart();
    isReset = false;
    if (run.isOver(now)) {
      over = true;
      onOver();
      return;
    }
    if (population.take()) {
      world = world.withRobots(run.robots, run.start());
      const before = commandedMs;
      commandedMs = new Float64Array(run.robots.length + 1);
      takeOver(commandedMs, before, 1);
    }
    run.ledger.open((now / epochNs) * epochNs, world.globalState(), world.localStates());
    locked = world.locked.slice();
  };
  /** A new shift, or a reset that was asked for. */
  const place = (): void => {
    isReset = controls.takeReset();
    if (isReset) run.reseed(parameters.seed);
    if (!run.nextEpisode() && !isReset) return;
    world.place(run.start(), "held");
    locked = undefined;
  };
  const step = (): void => {
    world.step(Number(STEP_NS) / 1e9);
    now += STEP_NS;
    if (now % epochNs < STEP_NS) boundary();
    else if ((now + placing) % epochNs < STEP_NS) place();
    if ((now / STEP_NS) % ODOMETRY_STEPS === 0n) tell();
  };

  const waitingSince = steadyMs();
  let seenMs: number | undefined;
  let hasBegun = false;
  const pace = new Pace(Number(STEP_NS) / 1e6, BURST);
  /** Whether the agents are there, or were waited for long enough. */
  const begins = (): boolean => {
    const wall = steadyMs();
    if (seenMs === undefined && ros.agentsAreThere()) seenMs = wall;
    const isSettled = seenMs !== undefined && wall - seenMs > SETTLE_MS;
    return isSettled || wall - waitingSince > LONGEST_WAIT_MS;
  };
  /** Wheels that nobody commands, or that are stuck, stop; others may slip. */
  const brake = (): void => {
    const oldest = steadyMs() - COMMAND_TIMEOUT_MS;
    commandedMs.forEach((ms, body) => {
      const fault = controls.faults.get(body);
      if (ms < oldest || fault === "stall") world.setCommand(body, 0, 0);
      world.slips[body] = fault === "slip" ? SLIP : 0;
    });
  };
  const loop = (): void => {
    hasBegun ||= begins();
    population.follow((now / epochNs + 1n) * epochNs);
    if (!hasBegun || !controls.runs || over) {
      pace.hold();
      factor.hold();
      return;
    }
    const steps = pace.due(steadyMs(), parameters.speed);
    if (steps > 0) brake();
    for (let i = 0; i < steps && controls.runs && !over; i++) {
      step();
      factor.advanced(Number(STEP_NS) / 1e9);
    }
    if (steps > 0 && !over) ros.sendClock(now);
  };
  /** Time stands, or goes slowly: watchdogs run by the wall clock, and are told where it is. */
  const idle = (): void => {
    if (!over && steadyMs() - toldMs >= LONGEST_SILENCE_MS) tell();
  };

  const timers = [
    setInterval(() => node.safely(loop), LOOP_MS),
    setInterval(() => node.safely(idle), LONGEST_SILENCE_MS / 2),
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
