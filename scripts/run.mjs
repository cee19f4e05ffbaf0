/**
 * Sets up what is missing, then runs a compiled program.
 * Usage: node scripts/run.mjs [--pure] FILE ARGS... (--pure: the program needs no ROS 2)
 */
import { setup } from "./setup.mjs";
import { inRoot, main } from "./setup/base.mjs";
import { callersFolder, runNode } from "./setup/child.mjs";

const args = process.argv.slice(2);
const pure = args[0] === "--pure";
const [file, ...rest] = pure ? args.slice(1) : args;

await main(async () => {
  const env = await setup({ ros: !pure });
  const program = ["--enable-source-maps", inRoot(file), ...rest];
  process.exitCode = await runNode(program, env, callersFolder());
});
