/** The simulator: a world behind the topics of real robots, and a web page that shows it. */
import type { Game } from "../src/game/model";
import { loadScenario } from "../src/game/scenario_file";
import { epochSeconds } from "../src/ros/epoch_length";
import { fromSeconds, type EpochReport as WireReport } from "../src/ros/messages";
import { RosNode } from "../src/ros/node";
import { ParameterError, type ParameterValues } from "../src/ros/parameters";
import { runProcess } from "../src/ros/process";
import { TOPICS } from "../src/ros/topics";
import { AbstractDriver } from "./abstract_driver";
import type { LoopContext } from "./world_topics";
import { MotionDriver } from "./motion_driver";
import { RealTimeFactor, watchFactor } from "./pace";
import { PageView } from "./page_view";
import { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import type { EpochReport } from "./protocol";
import { robotNames, Run, type RunOptions } from "./run";
import { Steering } from "./steering";
import { loadPhysics } from "./world/physics";
import { worldProblem } from "./world/world_problem";
import { WorldControls } from "./world_controls";
import { WorldLoop } from "./world_loop";

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

/** Undefined: the epoch is not over. */
function wireReport({ command }: Run, report: EpochReport, factor: number): WireReport | undefined {
  if (command === undefined || report.reward === null) return undefined;
  return {
    header: { stamp: command.decision_time, frame_id: "map" },
    epoch: report.epoch,
    global_state: report.globalState,
    histogram: report.trueHistogram,
    reward: report.reward,
    missed_epochs: report.missedEpochs,
    real_time_factor: factor,
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
      const wire = wireReport(run, report, factor.value ?? 0);
      if (wire) publishReport(wire);
    },
    onReset: () => view?.restart(),
  });
  node.checkChange = (next) => changeProblem(run, parameters, next);
  const shared = { node, run, parameters, controls, factor };
  const steering = new Steering(shared);
  if (!parameters.headless) {
    view = await PageView.start({ ...shared, steering });
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
