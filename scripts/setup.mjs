/**
 * Makes a checkout ready to run, in steps that run only when their inputs have changed. Run it as
 * `npm run setup`, or import `setup`, which returns the environment in which nodes run. With --mujoco it
 * sets up MuJoCo too; with --rivals the library rivals alone; with --build it only compiles everything,
 * types checked; with --types it only writes the types that are generated, which tsc and eslint need.
 */
import { pathToFileURL } from "node:url";
import { main, root, say, SetupError } from "./setup/base.mjs";
import { compilation, writeTypes } from "./setup/compilation.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { rosEnvironment, sourcedRos } from "./setup/environment.mjs";
import { checkMachine, checkNode, folderProblem } from "./setup/machine.mjs";
import { interfaceBuild, messageModules } from "./setup/messages.mjs";
import { mujoco, rivals } from "./setup/mujoco.mjs";
import { nativeBinary } from "./setup/native.mjs";
import { alone } from "./setup/tool.mjs";
import { wheels } from "./setup/wheels.mjs";

function stepsFor({ ros, withMujoco = false }) {
  if (!ros) return [dependencies, compilation];
  const environment = sourcedRos() ? [] : [wheels];
  const messages = [interfaceBuild, messageModules];
  const world = withMujoco ? [mujoco] : [];
  return [dependencies, ...environment, nativeBinary, ...messages, compilation, ...world];
}

async function runMissing(steps) {
  const withTools = steps.filter((step) => [wheels, nativeBinary, interfaceBuild].includes(step));
  if (!withTools.every((step) => step.isCurrent())) {
    await checkMachine({ wheels: steps.includes(wheels) });
  }
  for (const step of steps) {
    // Checked when its turn comes: an earlier step may have undone it (npm ci empties node_modules).
    if (step.isCurrent()) continue;
    say(`${step.title} ...`);
    await step.run();
  }
  say("ready");
}

/** @param wanted `ros` false for commands that only compute: they need Node.js alone */
export async function setup(wanted) {
  const { ros } = wanted;
  checkNode();
  const steps = stepsFor(wanted);
  if (!steps.every((step) => step.isCurrent())) {
    const problem = folderProblem(root, { ros });
    if (problem) throw new SetupError(problem);
    await alone(() => runMissing(steps));
  }
  return ros ? rosEnvironment() : { ...process.env };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const tasks = {
    "--build": () => alone(() => compilation.run({ checked: true })),
    "--mujoco": () => setup({ ros: true, withMujoco: true }),
    "--rivals": () => alone(() => runMissing([rivals])),
    "--types": writeTypes,
  };
  await main(tasks[process.argv[2]] ?? (() => setup({ ros: true })));
}
