/**
 * The reporter tells of any world that gives odometry and takes cmd_vel what the simulator tells of its
 * own: epochs, population, poses. It keeps docks where it is asked to (docs/worlds.md).
 */
import type { Game } from "../src/game/model";
import { inFleet, loadSwarm } from "../src/game/robots_file";
import { loadScenario } from "../src/game/scenario_file";
import { every } from "../src/ros/clock";
import { REPORTER_PARAMETERS } from "../src/ros/generated/parameters";
import { clockOf, RosNode } from "../src/ros/node";
import { ParameterError } from "../src/ros/parameters";
import { runProcess, sent } from "../src/ros/process";
import { TroubleLog } from "../src/ros/trouble_log";
import { hearPoses } from "./heard_poses";
import { ObservedDriver } from "./observed_driver";
import { hasDocks } from "./world/docks";
import { startWorld, worldProcess } from "./world_process";

/** Whether all bodies are there is looked at this often, ms. */
const LOOK_MS = 200;

type ReporterNode = RosNode<typeof REPORTER_PARAMETERS>;

function gameOf({ parameters, log }: ReporterNode): Game {
  const game = loadScenario(parameters.scenario);
  if (hasDocks(game.arena) && !parameters.keep_docks) {
    log.warn(
      `nobody keeps the docks of ${game.name} here (keep_docks is false): unless the world has docks of its own, the game is another one than the policy was learned for`,
    );
  }
  // Nobody places these bodies anew: the shift that the first command begins does not end.
  return { ...game, horizon: undefined };
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
  const { keep_docks, poses_topic, robots_file, world } = parameters;
  const game = gameOf(node);
  const swarm = robots_file ? loadSwarm(robots_file, game) : undefined;
  if (swarm && keep_docks)
    throw new ParameterError(
      "keep_docks does not go with robots_file: real docks keep robots; leave one out",
    );
  const about = () => ({ world, controls: [], speed: 0, paused: driver.standing !== undefined });
  const shared = worldProcess(ros, node, game, "motion", about, 1, swarm?.names);
  // It tells as many robots as the file has.
  const population = shared.run.robots.length;
  const context = { node, parameters: { ...parameters, population }, ...shared };
  const kinds = swarm?.robots.map(({ kind }) => kind);
  const driver: ObservedDriver = new ObservedDriver(context, clockOf(node), keep_docks, kinds);
  const names = swarm ? [...swarm.names, swarm.lead.namespace] : [...context.run.robots, "lead"];
  const odometry =
    swarm &&
    [...swarm.robots, swarm.lead].map(({ namespace, topics }) => inFleet(namespace, topics.odom));
  const see = driver.see.bind(driver);
  const unheard = hearPoses(node, names, poses_topic, see, odometry);
  startWorld(ros, context, driver, about);
  const endWatch = watchBodies(node, driver, names, unheard);
  ros.onPause(() => driver.stand());
  ros.onEnd(async () => {
    endWatch();
    driver.stand(true);
    if (keep_docks) await sent();
  });
});
