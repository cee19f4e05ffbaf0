/** `npm run preflight`: whether a swarm that stands by a robots file is fit to drive. */
import { z } from "zod";
import { InvalidInputError, listed } from "../base/errors";
import { loadSwarm } from "../game/robots_file";
import { loadScenario } from "../game/scenario_file";
import { policyFromFile } from "../nodes/policy_source";
import { Preflight } from "../nodes/preflight";
import { after, every } from "../ros/clock";
import { toTime } from "../ros/messages";
import { RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { RESET_SERVICE, TOPICS } from "../ros/topics";
import { COMMANDS } from "./generated/commands";
import { INTERRUPTED, type OptionValues, runCommand } from "./options";

/** Within this time every agent has spoken on /diagnostics, s. */
const SPOKEN_S = 2.5;
/** A stop is repeated: discovery may not be complete, ms. */
const STOP_MS = 100;

type Findings = ReturnType<Preflight["findings"]>;

async function main(given: OptionValues<typeof COMMANDS.preflight.options>): Promise<void> {
  const { exercise, gap, json, policy, seconds, skew } = given;
  const game = loadScenario(given.scenario);
  const { robots, lead } = loadSwarm(given.robotsFile, game);
  const wanted = { sha256: policy && policyFromFile(policy, game).sha256, gap, skew };
  await runProcess(async (ros) => {
    const node = ros.add(new RosNode("preflight", undefined, {}));
    node.start();
    const preflight = new Preflight(node, game, [...robots, lead], wanted);
    await passed(seconds);
    const findings = preflight.findings();
    if (exercise) findings.push(...(await exercised(node, preflight)));
    const fit = findings.every(({ problem }) => problem === undefined);
    const told = JSON.stringify({ fit, stopSet: exercise, findings });
    process.stdout.write(`${json ? told : tableOf(findings, fit, exercise)}\n`);
    ros.end(fit ? 0 : 1);
  }, INTERRUPTED);
}

const passed = (seconds: number) =>
  new Promise<void>((resolve) => void after(1000 * seconds, resolve));

/** A line for each thing that was looked at, what is wrong last. */
function tableOf(findings: Findings, fit: boolean, isStopSet: boolean): string {
  const lines = findings
    .toSorted((a, b) => Number(!!a.problem) - Number(!!b.problem))
    .map(({ check, of, problem = "ok" }) => `${of.padEnd(16)} ${check.padEnd(16)} ${problem}`);
  if (isStopSet) lines.push(`The emergency stop stays set; ${RESET_SERVICE} releases it.`);
  return [...lines, `The swarm is ${fit ? "" : "NOT "}fit to drive.`].join("\n");
}

/**
 * Stops a swarm that stands by an emergency stop, which stays set, and withholds the global agent's
 * commands for a moment: whether all agents say that they heard it, and that they would stand.
 * @throws InvalidInputError where robots drive, or may
 */
async function exercised(node: RosNode, preflight: Preflight): Promise<Findings> {
  const { agents, bodies, commands } = preflight;
  // The last command of a global agent that is not active is heard too, once.
  const isCommanded = commands.silence < 1;
  const armed = bodies.flatMap(({ name }, i) => (agents[i].said.stopped === "true" ? [] : name));
  if (isCommanded && armed.length > 0)
    throw new InvalidInputError(
      `the exercise is refused: commands come, and no emergency stop is known to hold ${listed(armed, "bodies")}; stop the swarm, or deactivate the global agent`,
    );
  const said = (check: string, key: string, right: RegExp): Findings =>
    agents.map((agent, i) => ({ check, of: bodies[i].name, problem: agent.problem(key, right) }));
  const source = `preflight, ${new Date().toISOString()}`;
  const publish = node.publisher(TOPICS.emergencyStop);
  const stop = (): void => publish({ header: { stamp: toTime(0n), frame_id: "" }, source });
  const end = every(STOP_MS, stop);
  await passed(SPOKEN_S);
  end();
  const stopped = said("emergency stop", "stopped_by", new RegExp(source));
  if (isCommanded) await change(node, "deactivate", 4);
  await passed(SPOKEN_S);
  const withheld = said("watchdog", "if_released", /^no command/);
  if (isCommanded) await change(node, "activate", 3);
  return [...stopped, ...withheld];
}

/** Changes the global agent's state. @param id of lifecycle_msgs/Transition */
async function change(node: RosNode, label: string, id: number): Promise<void> {
  const [type, service] = ["lifecycle_msgs/srv/ChangeState", "/global_agent/change_state"];
  const answer = await node.call(type, service, { transition: { id, label } });
  if (z.object({ success: z.boolean() }).parse(answer).success) return;
  throw new Error(`the global agent did not ${label}, and its log says why; the stop stays set`);
}

// What follows is ROS' own: namespace, use_sim_time.
const end = [...process.argv, "--ros-args"].indexOf("--ros-args");
void runCommand(COMMANDS.preflight, main, process.argv.slice(2, end));
