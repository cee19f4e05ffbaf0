import path from "node:path";
import { performance } from "node:perf_hooks";
import { root } from "./paths.mjs";

/** An error that a person can put right: shown as its message alone, with exit status 1. */
export class SetupError extends Error {}

const started = performance.now();

/** Progress goes to standard error: standard output belongs to the command that follows. */
export function say(text) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  process.stderr.write(`setup ${seconds} s  ${text}\n`);
}

export const shortPath = (file) => path.relative(root, file);

/** Runs a script's main function; a SetupError ends it with one sentence, not with a stack. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
