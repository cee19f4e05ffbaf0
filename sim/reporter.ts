/**
 * The reporter tells of any world that gives odometry and takes cmd_vel what the simulator tells of its
 * own: epochs, population, poses. It keeps docks where it is asked to (docs/worlds.md).
 */
import { loadScenario } from "../src/game/scenario_file";
import { every, steadyMs } from "../src/ros/clock";
import { epochSeconds } from "../src/ros/epoch_length";
import { REPORTER_PARAMETERS } from "../src/ros/generated/parameters";
import { fromSeconds } from "../src/ros/messages";
import { clockOf, RosNode } from "../src/ros/node";
import { ParameterError } from "../src/ros/parameters";
import { runProcess, sent, tellParent } from "../src/ros/process";
import { TroubleLog } from "../src/ros/trouble_log";
import { hearPoses } from "./heard_poses";
import { ObservedDriver } from "./observed_driver";
import { RealTimeFactor, watchFactor } from "./pace";
import { robotNames, Run, type RunOptions } from "./run";
import { hasDocks } from "./world/docks";
import { worldProblem } from "./world/world_problem";
import { WorldControls } from "./world_controls";
import { WorldLoop } from "./world_loop";
import { WorldShown } from "./world_shown";

/** Whether all bodies are there is looked at this often, ms. */
const LOOK_MS = 200;
/** Nobody asks for a speed that this node could hold. */
const NO_SPEED = { speed: 0, fidelity: "abstract" };

type ReporterNode = RosNode<typeof REPORTER_PARAMETERS>;

function makeRun({ parameters, log }: ReporterNode, onEpoch: RunOptions["onEpoch"]): Run {
  const { scenario, population, seed, epoch_length, seconds, keep_docks } = parameters;
  const game = loadScenario(scenario);
  const epoch = epochSeconds(epoch_length, game.arena.epoch);
  const problem = worldProblem(game, "motion", population, epoch);
  if (problem) throw new ParameterError(problem);
  if (hasDocks(game.arena) && !keep_docks) {
    log.warn(
      `nobody keeps the docks of ${game.name} here (keep_docks is false): unless the world has docks of its own, the game is another one than the policy was learned for`,
    );
  }
  return new Run({
    // Nobody places these bodies anew: the shift that the first command begins does not end.
    game: { ...game, horizon: undefined },
    robots: robotNames(population),
    seed,
    epochNs: fromSeconds(epoch),
    durationNs: fromSeconds(seconds),
    fidelity: "motion",
    onEpoch,
    onReset: () => undefined,
  });
}

/** Logs whose poses are missing, or who does not take what is passed on. */
function watchBodies(
  node: ReporterNode,
  driver: ObservedDriver,
  names: readonly string[],
  unheard: (body: number) => string | undefined,
): () => void {
  const lost = "nothing was heard of it for 1 s; look at what publishes where it is";
  const trouble = (body: number): string | undefined =>
    driver.world.known(body) ? driver.problem(body) : (unheard(body) ?? lost);
  const watched = [
    { name: "the world's time", trouble: () => driver.standing },
    ...names.map((name, body) => ({ name, trouble: () => trouble(body) })),
  ];
  const log = new TroubleLog(node.log, "bodies", "missing:", "there:", true);
  return every(LOOK_MS, () => node.safely(() => log.look(watched)));
}

void runProcess((ros) => {
  const node = ros.add(new RosNode("reporter", undefined, REPORTER_PARAMETERS));
  const { parameters } = node;
  const { keep_docks, poses_topic, world } = parameters;
  const controls = new WorldControls();
  const factor = new RealTimeFactor();
  const run = makeRun(node, (report) => {
    tellParent(report);
    shown.epoch(report);
  });
  const about = () => ({ world, controls: [], speed: 0, paused: driver.standing !== undefined });
  const shown = new WorldShown({ node, run, controls, factor }, about);
  const context = { node, run, parameters, controls, factor, shown, onOver: () => ros.end(0) };
  const driver: ObservedDriver = new ObservedDriver(context, clockOf(node), keep_docks);
  const names = [...run.robots, "lead"];
  const unheard = hearPoses(node, names, poses_topic, (...seen) => driver.see(...seen));
  const loop = new WorldLoop(context, driver);
  const endings = [
    watchFactor(node, factor, controls, NO_SPEED),
    watchBodies(node, driver, names, unheard),
    shown.stop,
  ];
  ros.onPause(() => driver.stand());
  ros.onEnd(async () => {
    endings.forEach((end) => end());
    loop.stop();
    driver.stand(true);
    tellParent({ type: "summary", summary: run.summary(factor.overall(steadyMs()), world) });
    if (keep_docks) await sent();
  });
});
