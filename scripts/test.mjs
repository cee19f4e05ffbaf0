/**
 * Sets up what is missing, runs the tests and ends with one line of counts.
 * Usage: node scripts/test.mjs [--soak] [FILTER...] [JEST OPTIONS...]
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setup } from "./setup.mjs";
import { runNode } from "./setup/child.mjs";
import { inRoot } from "./setup/paths.mjs";
import { main } from "./setup/report.mjs";

const args = process.argv.slice(2);
const soak = args.includes("--soak");
const filters = args.filter((argument) => argument !== "--soak");

/**
 * Jest's projects, and how many files run at a time: more than cores, for those with real nodes
 * mostly wait (test/support/order.mjs). What the machine is late by they take off
 * (test/graph/lateness.ts).
 */
const [projects, mode] = soak
  ? [["soak"], "--runInBand"]
  : [["pure", "processes"], "--maxWorkers=3"];

async function runJest(env, folder) {
  const output = path.join(folder, "results.json");
  const jest = inRoot("node_modules", "jest", "bin", "jest.js");
  const config = ["--config", inRoot("jest.config.cjs"), "--selectProjects", ...projects, mode];
  const reporting = ["--json", `--outputFile=${output}`, "--passWithNoTests"];
  const status = await runNode(
    ["--enable-source-maps", jest, ...config, ...reporting, ...filters],
    env,
  );
  // A run which ended before its summary counts as one failure.
  if (!fs.existsSync(output)) return { status: status || 1, passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(fs.readFileSync(output, "utf8"));
  return {
    status,
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

await main(async () => {
  const env = await setup({ ros: true });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "alternating_marl-test-"));
  const { status, passed, failed, skipped } = await runJest(env, folder).finally(() =>
    fs.rmSync(folder, { recursive: true, force: true }),
  );
  const nothingRan = passed + failed === 0;
  if (nothingRan) process.stderr.write("No test ran.\n");
  process.exitCode = status || (failed > 0 || nothingRan ? 1 : 0);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
});
