/** `npm run preflight`: whether a swarm that stands by a robots file is fit to drive. */
import { loadSwarm } from "../game/robots_file";
import { loadScenario } from "../game/scenario_file";
import { policyFromFile } from "../nodes/policy_source";
import { Preflight } from "../nodes/preflight";
import { RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { COMMANDS } from "./generated/commands";
import { INTERRUPTED, type OptionValues, runCommand } from "./options";

type Findings = ReturnType<Preflight["findings"]>;

async function main(given: OptionValues<typeof COMMANDS.preflight.options>): Promise<void> {
  const { gap, json, policy, seconds, skew } = given;
  const game = loadScenario(given.scenario);
  const { robots, lead } = loadSwarm(given.robotsFile, game);
  const wanted = { sha256: policy && policyFromFile(policy, game).sha256, gap, skew };
  await runProcess(async (ros) => {
    const node = ros.add(new RosNode("preflight", undefined, {}));
    node.start();
    const preflight = new Preflight(node, game, [...robots, lead], wanted);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    const findings = preflight.findings();
    const fit = findings.every(({ problem }) => problem === undefined);
    const told = JSON.stringify({ fit, findings });
    process.stdout.write(`${json ? told : tableOf(findings, fit)}\n`);
    ros.end(fit ? 0 : 1);
  }, INTERRUPTED);
}

/** A line for each thing that was looked at, what is wrong last. */
function tableOf(findings: Findings, fit: boolean): string {
  const lines = findings
    .toSorted((a, b) => Number(!!a.problem) - Number(!!b.problem))
    .map(({ check, of, problem = "ok" }) => `${of.padEnd(16)} ${check.padEnd(16)} ${problem}`);
  return [...lines, `The swarm is ${fit ? "" : "NOT "}fit to drive.`].join("\n");
}

// What follows is ROS' own: namespace, use_sim_time.
const end = [...process.argv, "--ros-args"].indexOf("--ros-args");
void runCommand(COMMANDS.preflight, main, process.argv.slice(2, end));
