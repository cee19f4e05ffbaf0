/** The global agent's process: a managed node that samples, decides and commands. */
import { InvalidInputError, reasonOf } from "../base/errors";
import { loadScenario } from "../game/scenario_file";
import { epochSeconds } from "../ros/common_parameters";
import { publishDiagnostics } from "../ros/diagnostics";
import { clockOf, RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { Commander } from "./commander";
import { Epochs } from "./epochs";
import { globalChecks } from "./global_health";
import { GLOBAL_AGENT_PARAMETERS } from "./parameters";

/** The command is repeated this often, ms of wall time. */
const REPEAT_MS = 100;
/** While an epoch cannot start, what is missing is looked for this often, ms. */
const POLL_MS = 50;

void runProcess((ros) => {
  const node = ros.add(new RosNode("global_agent", undefined, GLOBAL_AGENT_PARAMETERS, "managed"));
  const game = loadScenario(node.parameters.scenario);
  const clock = clockOf(node);
  const commander = new Commander(node, game, clock);
  const epochs = new Epochs(node, game, clock, commander);
  node.checkChange = ({ epoch_length, sample_size }) => {
    // Only a new k is checked: robots may have left since the old one was set.
    const isNew = sample_size !== node.parameters.sample_size;
    const problem = isNew ? epochs.sampleSizeProblem(sample_size) : undefined;
    if (problem) return problem;
    try {
      epochSeconds(epoch_length, game.arena.epoch);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  };
  let timers: NodeJS.Timeout[] = [];
  const deactivate = (): void => {
    timers.forEach(clearInterval);
    epochs.deactivate();
    commander.deactivate();
  };
  const lifecycle = node.manage({
    configure: () => {
      const problem = epochs.sampleSizeProblem(node.parameters.sample_size);
      if (problem) throw new InvalidInputError(problem);
      commander.configure();
    },
    activate: () => {
      commander.activate();
      epochs.activate();
      timers = [
        setInterval(() => node.safely(() => epochs.poll()), POLL_MS),
        setInterval(() => node.safely(() => commander.repeat()), REPEAT_MS),
      ];
    },
    deactivate,
    cleanup: () => commander.cleanup(),
  });
  const checks = globalChecks(
    commander,
    epochs,
    clock,
    () => lifecycle.isActive,
    () => node.bytesHeard,
  );
  ros.onEnd(publishDiagnostics(node, clock, () => checks));
  ros.onEnd(deactivate);
  // What cannot be used was said.
  if (node.parameters.autostart && !lifecycle.start()) ros.end(2);
});
