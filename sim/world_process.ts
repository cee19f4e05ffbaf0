/** What the process of any world does, whoever moves its bodies: it makes the run, tells of it, and ends it. */
import type { Game } from "../src/game/model";
import { steadyMs } from "../src/ros/clock";
import { epochSeconds } from "../src/ros/epoch_length";
import type { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import { fromSeconds } from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import { ParameterError } from "../src/ros/parameters";
import { type RosProcess, tellParent } from "../src/ros/process";
import { RealTimeFactor, watchFactor } from "./pace";
import { robotNames, Run } from "./run";
import { worldProblem } from "./world/world_problem";
import { WorldControls } from "./world_controls";
import type { WorldDriver } from "./world_driver";
import { WorldLoop } from "./world_loop";
import { type About, WorldShown } from "./world_shown";
import type { LoopContext, LoopParameters } from "./world_topics";

type WorldParameters = LoopParameters &
  Pick<typeof SIMULATOR_PARAMETERS, "epoch_length" | "seconds">;

/**
 * What the world's driver works with, but for its node.
 * @param fidelity motion: also a world that is only heard
 * @param about as it is now, from the loop's start on
 * @param speed at the start
 * @param robots namespaces
 * @throws ParameterError where the world cannot run the game
 */
export function worldProcess(
  ros: RosProcess,
  node: RosNode<WorldParameters>,
  game: Game,
  fidelity: "motion" | "abstract",
  about: () => About,
  speed = 1,
  robots: readonly string[] = robotNames(node.parameters.population),
) {
  const { seed, epoch_length, seconds } = node.parameters;
  const epoch = epochSeconds(epoch_length, game.arena.epoch);
  const problem = worldProblem(game, fidelity, robots.length, epoch, speed);
  if (problem) throw new ParameterError(problem);
  const controls = new WorldControls(() => {
    tellParent({ type: "paused", paused: controls.paused });
    shown.state();
  });
  const run = new Run({
    game,
    robots,
    seed,
    epochNs: fromSeconds(epoch),
    durationNs: fromSeconds(seconds),
    fidelity,
    onEpoch: (told) => {
      tellParent(told);
      shown.epoch(told);
    },
    onReset: () => shown.state(),
  });
  const factor = new RealTimeFactor();
  const shown = new WorldShown({ node, run, controls, factor }, about);
  ros.onEnd(shown.stop);
  return { run, controls, factor, shown, onOver: () => ros.end(0) };
}

/** Starts the loop of a world, which goes on until its run is over or the process ends. */
export function startWorld(
  ros: RosProcess,
  context: LoopContext<LoopParameters>,
  driver: WorldDriver,
  about: () => About,
): void {
  const { node, run, controls, factor } = context;
  const loop = new WorldLoop(context, driver);
  const endWatch = watchFactor(node, factor, controls, () => about().speed);
  ros.onEnd(() => {
    endWatch();
    loop.stop();
    const summary = run.summary(factor.overall(steadyMs()), about().world);
    tellParent({ type: "summary", summary });
  });
}
