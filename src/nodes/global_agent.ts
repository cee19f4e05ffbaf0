/** The global agent's process. */
import { loadScenario } from "../game/scenario_file";
import { clockOf, RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { GlobalAgent } from "./epochs";
import { GLOBAL_AGENT_PARAMETERS } from "./parameters";

/** The command is repeated this often, ms of wall time. */
const REPEAT_MS = 100;
/** While an epoch cannot start, what is missing is looked for this often, ms. */
const POLL_MS = 50;

void runProcess((ros) => {
  const node = ros.add(new RosNode("global_agent", undefined, GLOBAL_AGENT_PARAMETERS));
  const game = loadScenario(node.parameters.scenario);
  const agent = new GlobalAgent(node, game, clockOf(node));
  const timers = [
    setInterval(() => node.safely(() => agent.poll()), POLL_MS),
    setInterval(() => node.safely(() => agent.repeat()), REPEAT_MS),
  ];
  ros.onEnd(() => timers.forEach(clearInterval));
});
