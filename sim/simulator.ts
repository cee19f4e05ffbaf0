/** The simulator: a world behind the topics of real robots. */
import { loadScenario } from "../src/game/scenario_file";
import { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import { RosNode } from "../src/ros/node";
import type { ParameterValues } from "../src/ros/parameters";
import { runProcess } from "../src/ros/process";
import { AbstractDriver } from "./abstract_driver";
import { MotionDriver } from "./motion_driver";
import type { Run } from "./run";
import { loadPhysics } from "./world/physics";
import { worldProblem } from "./world/world_problem";
import { steer } from "./world_controls";
import { startWorld, worldProcess } from "./world_process";

type Parameters = ParameterValues<typeof SIMULATOR_PARAMETERS>;

/** Robots that can join: one process serves them all. */
const MOST_JOINING = 900;

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
  const about = () => ({
    world: fidelity,
    controls: CONTROLS[fidelity],
    speed: fidelity === "motion" ? parameters.speed : 0,
  });
  const game = loadScenario(parameters.scenario);
  const shared = worldProcess(ros, node, game, fidelity, about, parameters.speed);
  const context = { node, parameters, ...shared };
  node.checkChange = (next) => changeProblem(context.run, parameters, next);
  steer(node, shared.controls, shared.run);
  if (fidelity === "motion") await loadPhysics();
  const Driver = fidelity === "abstract" ? AbstractDriver : MotionDriver;
  startWorld(ros, context, new Driver(context), about);
});
