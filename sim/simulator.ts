/** The simulator: a world of robots behind the topics of real ones, with a page to look at it. */
import { join } from "node:path";
import { leadSpotOf } from "../src/game/arena";
import type { Game } from "../src/game/model";
import { loadScenario, packageRoot } from "../src/game/scenario_file";
import { epochSeconds } from "../src/ros/common_parameters";
import { fromSeconds, toTime, type EpochReport as WireReport } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { ParameterError, type ParameterValues } from "../src/ros/parameters";
import { runProcess } from "../src/ros/process";
import { TOPICS } from "../src/ros/topics";
import { runAbstract } from "./abstract_run";
import type { PublishPoses } from "./loop";
import { runMotion } from "./motion_run";
import { startPageServer } from "./page_server";
import { SIMULATOR_PARAMETERS } from "./parameters";
import { encodePoses, PROTOCOL_VERSION, type Snapshot } from "./protocol";
import { Run } from "./run";
import type { Imperfections } from "./world/imperfections";
import { motionProblem } from "./world/motion_problem";
import { loadPhysics } from "./world/physics";

type Parameters = ParameterValues<typeof SIMULATOR_PARAMETERS>;

function snapshotOf(game: Game, parameters: Parameters, run: Run): Snapshot {
  const { arena } = game;
  const [random, blind, full] = parameters.references;
  return {
    type: "snapshot",
    version: PROTOCOL_VERSION,
    scenario: game.name,
    fidelity: run.options.fidelity,
    localStates: [...game.localStates],
    globalStates: [...game.globalStates],
    localActions: [...game.localActions],
    zones: arena.zones.map(({ x, y, radius }) => ({ x, y, radius })),
    robotRadius: arena.robot.radius,
    leadRadius: arena.lead.radius,
    leadSpots: game.globalStates.map((_, zone) => leadSpotOf(arena, zone)),
    robots: [...run.options.robots],
    epochSeconds: Number(run.options.epochNs) / 1e9,
    speed: run.options.fidelity === "motion" ? parameters.speed : 0,
    references: { random, blind, full },
    history: run.history,
  };
}

function makeRun(game: Game, parameters: Parameters, publish: (report: WireReport) => void): Run {
  const epoch = epochSeconds(parameters.epoch_length, game.arena.epoch);
  const fidelity = parameters.fidelity === "abstract" ? "abstract" : "motion";
  const { population, speed } = parameters;
  const problem = fidelity === "motion" && motionProblem(game, population, epoch, speed);
  if (problem) throw new ParameterError(problem);
  return new Run({
    game,
    robots: [...Array(parameters.population).keys()].map((i) => `robot_${i}`),
    seed: parameters.seed,
    epochNs: fromSeconds(epoch),
    durationNs: fromSeconds(parameters.seconds),
    fidelity,
    trace: parameters.trace,
    onEpoch: (report) => {
      tellParent({ type: "epoch", report });
      if (report.reward === null) return;
      publish({
        header: { stamp: toTime(fromSeconds(report.simTime)), frame_id: "map" },
        epoch: report.epoch,
        global_state: report.globalState,
        histogram: report.trueHistogram,
        reward: report.reward,
        missed_epochs: report.missedEpochs,
      });
    },
  });
}

function imperfectionsOf(parameters: Parameters): Imperfections {
  return {
    wheelSlip: parameters.wheel_slip,
    odometryNoise: { position: parameters.odometry_noise, yaw: parameters.odometry_noise_yaw },
    odometryDrift: { position: parameters.odometry_drift, yaw: parameters.odometry_drift_yaw },
    commandLatency: parameters.command_latency,
    inertia: parameters.inertia,
  };
}

/** The process that started this one, if it listens. */
function tellParent(message: object): void {
  // With a listener, a parent that died is no error here: its channel's end ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

void runProcess(async (ros) => {
  const node = ros.add(new RosNode("simulator", undefined, SIMULATOR_PARAMETERS));
  const { parameters } = node;
  const game = loadScenario(parameters.scenario);
  const run = makeRun(game, parameters, node.publisher(TOPICS.epochReport));
  if (!parameters.headless) {
    const page = await startPageServer({
      port: parameters.port,
      webRoot: join(packageRoot(), "dist", "sim", "web"),
      log: (line) => node.log.info(line),
      snapshot: () => snapshotOf(game, parameters, run),
    });
    run.page = page;
    node.log.info(`page: ${page.url}`);
    tellParent({ type: "page", url: page.url });
    ros.onEnd(() => page.close());
  }
  const publishPoses: PublishPoses = (seconds, poses, locked, states) => {
    if (run.page === undefined || run.page.clients === 0) return;
    run.page.publishPoses(encodePoses(seconds, poses, locked, states));
  };
  const over = (): void => ros.end(0);
  if (run.options.fidelity === "motion") await loadPhysics();
  const bodies = { speed: parameters.speed, imperfections: imperfectionsOf(parameters) };
  const loop =
    run.options.fidelity === "abstract"
      ? runAbstract(node, run, parameters.epoch_deadline * 1000, publishPoses, over)
      : runMotion(node, run, bodies, publishPoses, over);
  ros.onEnd(() => {
    loop.stop();
    tellParent({ type: "summary", summary: run.summary() });
  });
});
