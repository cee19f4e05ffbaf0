/** The learner's node: publishes a policy, read from a file or learned at the start. */
import { loadScenario } from "../game/scenario_file";
import { kindOf } from "../policy/kind";
import { decodePolicy, readPolicy, requireScenario } from "../policy/policy_file";
import { RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { TOPICS } from "../ros/topics";
import { obtainPolicy } from "./learned_policy";
import { LEARNER_PARAMETERS } from "../ros/generated/parameters";

void runProcess(async (ros) => {
  const node = ros.add(new RosNode("learner", undefined, LEARNER_PARAMETERS));
  const { parameters, log } = node;
  const game = loadScenario(parameters.scenario);
  const publish = node.publisher(TOPICS.policy);
  const stop = new AbortController();
  ros.onEnd(() => stop.abort());
  let file = parameters.policy_file;
  if (!file) {
    log.info(`learning a policy for ${game.name}, ${parameters.population} robots`);
    const { table_size: tableSize, population, seed, cache } = parameters;
    const warn = (message: string): void => log.warn(message);
    const options = { tableSize, population, seed, cache, signal: stop.signal, warn };
    ({ file } = await obtainPolicy(game, options));
  }
  const data = readPolicy(file);
  const policy = requireScenario(decodePolicy(data, file), game);
  publish({ scenario: game.name, policy_sha256: policy.sha256, data });
  const kind = kindOf(policy.pair);
  log.info(`published policy ${policy.sha256.slice(0, 8)} of ${game.name}, ${kind}`);
});
