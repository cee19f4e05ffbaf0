/** The global agent's process: a managed node that samples, decides and commands. */
import { loadScenario } from "../game/scenario_file";
import { epochSeconds } from "../ros/epoch_length";
import { publishDiagnostics } from "../ros/diagnostics";
import { clockOf, RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { Commander } from "./commander";
import { Epochs } from "./epochs";
import { globalChecks } from "./global_health";
import { GLOBAL_AGENT_PARAMETERS } from "../ros/generated/parameters";

/** The command is repeated this often, ms of wall time. */
const REPEAT_MS = 100;

void runProcess((ros) => {
  const node = ros.add(new RosNode("global_agent", undefined, GLOBAL_AGENT_PARAMETERS, "managed"));
  const game = loadScenario(node.parameters.scenario);
  const clock = clockOf(node);
  const commander = new Commander(node, game, clock);
  const epochs = new Epochs(node, game, clock, commander);
  node.checkChange = ({ epoch_length, sample_size, sampling }) => {
    epochSeconds(epoch_length, game.arena.epoch);
    epochs.requireSampleSize(sample_size, sampling);
    return undefined;
  };
  let repeats: NodeJS.Timeout | undefined;
  const deactivate = (): void => {
    clearInterval(repeats);
    epochs.deactivate();
    commander.deactivate();
  };
  const lifecycle = node.manage({
    configure: () => {
      epochs.requireSampleSize(node.parameters.sample_size);
      commander.configure();
    },
    activate: () => {
      commander.activate();
      epochs.activate();
      repeats = setInterval(() => node.safely(() => commander.repeat()), REPEAT_MS);
    },
    deactivate,
    cleanup: () => commander.cleanup(),
  });
  const isActive = (): boolean => lifecycle.isActive;
  const checks = globalChecks({ node, commander, epochs, clock, isActive });
  ros.onEnd(publishDiagnostics(node, clock, () => checks));
  ros.onEnd(deactivate);
  // The lifecycle has logged why it did not start.
  if (node.parameters.autostart && !lifecycle.start()) ros.end(2);
});
