/** The simulator: a world behind the topics of real robots. */
import type { Game } from "../src/game/model";
import { loadScenario } from "../src/game/scenario_file";
import { steadyMs } from "../src/ros/clock";
import { epochSeconds } from "../src/ros/epoch_length";
import { fromSeconds } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { ParameterError, type ParameterValues } from "../src/ros/parameters";
import { runProcess, tellParent } from "../src/ros/process";
import { AbstractDriver } from "./abstract_driver";
import { MotionDriver } from "./motion_driver";
import { RealTimeFactor, watchFactor } from "./pace";
import { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import { robotNames, Run, type RunOptions } from "./run";
import { steer } from "./steering";
import { loadPhysics } from "./world/physics";
import { worldProblem } from "./world/world_problem";
import { WorldControls } from "./world_controls";
import { WorldLoop } from "./world_loop";
import { WorldShown } from "./world_shown";

type Parameters = ParameterValues<typeof SIMULATOR_PARAMETERS>;

/** Robots that can join: one process serves them all. */
const MOST_JOINING = 900;

function makeRun(
  game: Game,
  parameters: Parameters,
  told: Pick<RunOptions, "onEpoch" | "onReset">,
): Run {
  const { fidelity, population, seed } = parameters;
  const epoch = epochSeconds(parameters.epoch_length, game.arena.epoch);
  const problem = worldProblem(game, fidelity, population, epoch, parameters.speed);
  if (problem) throw new ParameterError(problem);
  return new Run({
    game,
    robots: robotNames(population),
    seed,
    epochNs: fromSeconds(epoch),
    durationNs: fromSeconds(parameters.seconds),
    fidelity,
    ...told,
  });
}

/** Why the running world cannot take the parameters `next`; undefined: it can. */
function changeProblem(run: Run, now: Parameters, next: Parameters): string | undefined {
  const { game, epochNs, fidelity, robots } = run.options;
  const { speed, population } = next;
  const isOther = population !== now.population;
  if (!isOther && speed === now.speed) return undefined;
  if (fidelity === "abstract" && speed !== now.speed)
    return "the abstract world goes as fast as the nodes answer";
  const problem = worldProblem(game, fidelity, population, Number(epochNs) / 1e9, speed);
  if (problem !== undefined || !isOther) return problem;
  if (!run.ledger.hasBegun) return "no command was given yet; change the population after one";
  const most = robots.length + MOST_JOINING;
  return population > most
    ? `one process serves all robots that join, at most ${MOST_JOINING}; give at most ${most} robots, or start the swarm with more`
    : undefined;
}

/** What can be asked of each world. */
const CONTROLS = {
  abstract: ["pause", "step", "reset", "population"],
  motion: ["pause", "step", "reset", "population", "speed", "fault"],
} as const;

void runProcess(async (ros) => {
  const node = ros.add(new RosNode("simulator", undefined, SIMULATOR_PARAMETERS));
  const { parameters } = node;
  const { fidelity } = parameters;
  const controls = new WorldControls(() => {
    tellParent({ type: "paused", paused: controls.paused });
    shown.state();
  });
  const factor = new RealTimeFactor();
  const run = makeRun(loadScenario(parameters.scenario), parameters, {
    onEpoch: (told) => {
      tellParent(told);
      shown.epoch(told);
    },
    onReset: () => shown.state(),
  });
  const shown = new WorldShown({ node, run, controls, factor }, () => ({
    world: fidelity,
    controls: CONTROLS[fidelity],
    speed: fidelity === "motion" ? parameters.speed : 0,
  }));
  node.checkChange = (next) => changeProblem(run, parameters, next);
  const context = { node, run, parameters, controls, factor, shown, onOver: () => ros.end(0) };
  steer(context);
  if (fidelity === "motion") await loadPhysics();
  const Driver = fidelity === "abstract" ? AbstractDriver : MotionDriver;
  const loop = new WorldLoop(context, new Driver(context));
  const endWatch = watchFactor(node, factor, controls, parameters);
  ros.onEnd(() => {
    endWatch();
    shown.stop();
    loop.stop();
    tellParent({ type: "summary", summary: run.summary(factor.overall(steadyMs())) });
  });
});
