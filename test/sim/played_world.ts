/** A world that is played to the loop that only hears it: of the tests of its driver and its docks. */
import { hearPoses } from "../../sim/heard_poses";
import { ObservedDriver } from "../../sim/observed_driver";
import { robotNames } from "../../sim/run";
import { WorldLoop } from "../../sim/world_loop";
import { leadSpotOf, type Point, spotOf } from "../../src/game/arena";
import { keyedUniform } from "../../src/game/draws";
import { RosClock } from "../../src/ros/clock";
import {
  fromSeconds,
  type GlobalCommand,
  type LocalAction,
  planarOdometry,
  toTime,
  type Twist,
} from "../../src/ros/messages";
import { loopContext, type LoopOptions } from "./heard_node";
import { dockArena, dockDispatch } from "./world/motion_helpers";

export const ROBOTS = robotNames(3);
export const BODIES = [...ROBOTS, "lead"];
export const EPOCH_S = 2;
/** Bays of the robots, then of the lead vehicle. */
export const BAYS = [0, 1, 0, 1];
/** The draws of the docks' jobs. */
const SEED = 1;

/** A world that is played, heard by the loop on a node without ROS; its time begins at 6 s. */
export function setup(keepsDocks = false, own: LoopOptions["parameters"] = {}, durationNs = 0n) {
  const { context, hear, toldOn, calls, lines } = loopContext({
    ...{ game: { ...dockDispatch, horizon: undefined }, robots: ROBOTS, fidelity: "motion" },
    ...{ epochNs: fromSeconds(EPOCH_S), durationNs, parameters: own },
  });
  const clock = new RosClock(true);
  const driver = new ObservedDriver(context, clock, keepsDocks);
  hearPoses(context.node, BODIES, "", (...seen) => driver.see(...seen));
  const loop = new WorldLoop(context, driver);
  const world = {
    now: 6,
    bays: [...BAYS],
    /** Bodies whose odometry does not come. */
    mute: new Set<number>(),
    speed: 1,
  };
  const place = (body: number): Point => {
    const bay = world.bays[body];
    return body < ROBOTS.length ? spotOf(dockArena, bay, body) : leadSpotOf(dockArena, bay);
  };
  /** The world goes on for so long, s of its time; `speed` 0: it stands, for so long of wall time. */
  const go = (seconds: number): void => {
    for (let left = Math.round(seconds * 10); left > 0; left--) {
      world.now = Math.round(10 * world.now + world.speed) / 10;
      clock.hear(toTime(fromSeconds(world.now)));
      BODIES.forEach((name, body) => {
        if (world.mute.has(body)) return;
        const pose = { ...place(body), yaw: 0 };
        hear.get(`/${name}/odom`)!(planarOdometry(toTime(fromSeconds(world.now)), name, pose));
      });
      jest.advanceTimersByTime(100);
    }
  };
  /** The open epoch's command, and what robots answer. */
  const play = (
    states = BAYS,
    at = Math.floor(world.now / EPOCH_S) * EPOCH_S,
    choice = 0,
  ): void => {
    const epoch = at / EPOCH_S;
    const counts = { histogram: [3, 0, 0, 0, 0], belief: [1, 0, 0, 0, 0], belief_variance: 0.1 };
    const sample = { session: 1, sampled_agents: ROBOTS, missing: 0, emergency_stop: false };
    const decided = { epoch, decision_time: toTime(fromSeconds(at)), global_state: 1, action: 0 };
    const command: Partial<GlobalCommand> = { ...decided, ...counts, ...sample };
    hear.get("/global_agent/command")!(command);
    ROBOTS.forEach((agent_id, i) => {
      const action: Partial<LocalAction> = { epoch, agent_id, state: states[i], action: choice };
      hear.get(`/${agent_id}/action`)!(action);
    });
  };
  return { ...context, ...{ hear, toldOn, calls, lines, clock, driver, loop, world, go, play } };
}

export const twist = (linear: number, angular = 0): Twist => ({
  linear: { x: linear, y: 0, z: 0 },
  angular: { x: 0, y: 0, z: angular },
});

/** Whether a job of robot i that stands in bay 0 goes on in the slot. */
export function isDocked(i: number, slot: number): boolean {
  return keyedUniform(SEED, "job-end", ROBOTS[i], slot)() >= dockArena.jobEndProbability[0];
}
