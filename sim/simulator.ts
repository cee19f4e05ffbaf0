/** The simulator: a world behind the topics of real robots, and a web page that shows it. */
import { leadSpotOf } from "../src/game/arena";
import { kindsProblem, zoneNames } from "../src/game/kinds";
import type { Game } from "../src/game/model";
import { loadScenario } from "../src/game/scenario_file";
import { epochSeconds } from "../src/ros/epoch_length";
import { fromSeconds, toTime, type EpochReport as WireReport } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { ParameterError, type ParameterValues } from "../src/ros/parameters";
import { runProcess } from "../src/ros/process";
import { TOPICS } from "../src/ros/topics";
import { AbstractDriver } from "./abstract_driver";
import type { LoopContext } from "./loop_context";
import { MotionDriver } from "./motion_driver";
import { RealTimeFactor, watchFactor } from "./pace";
import { PageView } from "./page_view";
import { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import type { SharedSnapshot } from "./page_hub";
import { type EpochReport, PROTOCOL_VERSION } from "./protocol";
import { robotNames, Run, type RunOptions } from "./run";
import { Steering } from "./steering";
import { motionProblem } from "./world/motion_problem";
import { loadPhysics } from "./world/physics";
import { WorldControls } from "./world_controls";
import { WorldLoop } from "./world_loop";

type Parameters = ParameterValues<typeof SIMULATOR_PARAMETERS>;

/** Robots that can join: one process serves them all. */
const MOST_JOINING = 900;

function snapshotOf(game: Game, parameters: Parameters, run: Run): SharedSnapshot {
  const { arena } = game;
  // References hold for the population at the start.
  const isAsStarted = run.robots.length === run.options.robots.length;
  const [random, blind, full] = isAsStarted ? parameters.references : [];
  return {
    type: "snapshot",
    version: PROTOCOL_VERSION,
    scenario: game.name,
    fidelity: run.options.fidelity,
    zones: zoneNames(game).map((name, zone) => ({ name, ...arena.zones[zone] })),
    localStates: [...game.localStates],
    leadSpots: game.globalStates.map((name, zone) => ({ name, ...leadSpotOf(arena, zone) })),
    globalActions: [...game.globalActions],
    robotRadius: arena.robot.radius,
    leadRadius: arena.lead.radius,
    robots: [...run.robots],
    epochSeconds: Number(run.options.epochNs) / 1e9,
    references: { random, blind, full },
    history: run.history,
  };
}

type Told = Pick<RunOptions, "onEpoch" | "onReset">;

function makeRun(game: Game, parameters: Parameters, told: Told): Run {
  const epoch = epochSeconds(parameters.epoch_length, game.arena.epoch);
  const fidelity = parameters.fidelity === "abstract" ? "abstract" : "motion";
  const { population, speed } = parameters;
  const problem =
    kindsProblem(game, population) ??
    (fidelity === "motion" && motionProblem(game, population, epoch, speed));
  if (problem) throw new ParameterError(problem);
  return new Run({
    game,
    robots: robotNames(population),
    seed: parameters.seed,
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
  if (population === now.population && speed === now.speed) return undefined;
  const unshared = kindsProblem(game, population);
  if (unshared) return unshared;
  if (fidelity === "motion") {
    const problem = motionProblem(game, population, Number(epochNs) / 1e9, speed);
    if (problem) return problem;
  } else if (speed !== now.speed) {
    return "the abstract world goes as fast as the nodes answer";
  }
  if (population === now.population) return undefined;
  if (run.ledger.slots === 0) return "no command was given yet; change the population after one";
  const most = robots.length + MOST_JOINING;
  return population > most
    ? `one process serves all robots that join, at most ${MOST_JOINING}; give at most ${most} robots, or start the swarm with more`
    : undefined;
}

function wireReport(report: EpochReport, reward: number, factor: RealTimeFactor): WireReport {
  return {
    header: { stamp: toTime(fromSeconds(report.simTime)), frame_id: "map" },
    epoch: report.epoch,
    global_state: report.globalState,
    histogram: report.trueHistogram,
    reward,
    missed_epochs: report.missedEpochs,
    real_time_factor: factor.value ?? 0,
  };
}

/** The process that started this one, if it listens. */
function tellParent(message: object): void {
  // The callback swallows the error of a parent that died: the channel's end ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

void runProcess(async (ros) => {
  const node = ros.add(new RosNode("simulator", undefined, SIMULATOR_PARAMETERS));
  const { parameters } = node;
  const game = loadScenario(parameters.scenario);
  const publishReport = node.publisher(TOPICS.epochReport);
  const controls = new WorldControls(() => {
    tellParent({ type: "paused", paused: controls.paused });
    view?.tellWorld();
  });
  const factor = new RealTimeFactor();
  let view: PageView | undefined;
  const run = makeRun(game, parameters, {
    onEpoch: (report) => {
      tellParent(report);
      view?.epoch(report);
      if (report.reward !== null) publishReport(wireReport(report, report.reward, factor));
    },
    onReset: () => view?.restart(),
  });
  node.checkChange = (next) => changeProblem(run, parameters, next);
  const shared = { node, run, parameters, controls, factor };
  const steering = new Steering(shared);
  if (!parameters.headless) {
    const snapshot = (): SharedSnapshot => snapshotOf(game, parameters, run);
    view = await PageView.start({ ...shared, steering, snapshot });
    tellParent({ type: "page", url: view.url });
    ros.onEnd(() => view?.close());
  }
  if (run.options.fidelity === "motion") await loadPhysics();
  const publishPoses: LoopContext["publishPoses"] = (...frame) => view?.poses(...frame);
  const context = { ...shared, publishPoses, onOver: () => ros.end(0) };
  const Driver = run.options.fidelity === "abstract" ? AbstractDriver : MotionDriver;
  const loop = new WorldLoop(context, new Driver(context));
  const endWatch = watchFactor(node, factor, controls, parameters);
  ros.onEnd(() => {
    endWatch();
    loop.stop();
    tellParent({ type: "summary", summary: run.summary() });
  });
});
