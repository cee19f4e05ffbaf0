/** A bound in wall time fails for what is late by itself, and for nothing else. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";
import { secondsOfProduct } from "./lateness";
import { monotonic } from "./peer";

/** s */
const BOUND = 0.5;

let child: ChildProcess;
let others: ChildProcess | undefined;

beforeEach(() => {
  child = fork(join(packageRoot(), "dist", "test", "graph", "fixtures", "late_answer.js"));
});

afterEach(() => {
  child.kill("SIGKILL");
  // All of its group.
  if (others?.pid !== undefined) process.kill(-others.pid, "SIGKILL");
  others = undefined;
});

/** Keeps all cores busy, twice over. */
async function load(): Promise<void> {
  const spin = "(while :; do :; done) &".repeat(2 * availableParallelism());
  others = spawn("sh", ["-c", `${spin} echo ready; wait`], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  await once(others.stdout!, "data");
}

async function secondsToAnswer(delayMs: number): Promise<number> {
  child.send(0);
  await once(child, "message");
  const asked = monotonic();
  child.send(delayMs);
  const [answered] = (await once(child, "message")) as [number];
  return secondsOfProduct(`answer due in ${delayMs} ms:`, asked, answered, [child.pid!]);
}

test.each([
  ["idle", async () => undefined],
  ["overloaded", load],
])("on a machine that is %s 0.4 s are within 0.5 s, and 1 s is not", async (_, prepare) => {
  await prepare();
  expect(await secondsToAnswer(400)).toBeLessThan(BOUND);
  expect(await secondsToAnswer(1000)).toBeGreaterThan(BOUND);
});
