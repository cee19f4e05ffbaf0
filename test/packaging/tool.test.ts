import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { packageRoot } from "../../src/base/package_root";

/** Nobody else sleeps for so long, s. */
const LONG = "86397.25";

/** A set-up that runs a shell's script as its tool. */
function setUp(script: string) {
  const program = `import { alone, tool } from "./scripts/setup/tool.mjs"; await alone(() => tool("A test's tool", "test", "sh", ["-c", ${JSON.stringify(script)}]));`;
  const args = ["--input-type=module", "-e", program];
  const child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: "pipe" });
  let said = "";
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const ended = once(child, "exit").then(([status]) => ({ status: status as number | null, said }));
  return { child, ended, said: () => said };
}

/** Processes that sleep so long, by their numbers. */
function sleepers(): number[] {
  const { stdout } = spawnSync("pgrep", ["-f", `^sleep ${LONG}`], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

// What a failed test left would hold the lock.
afterEach(() => sleepers().forEach((pid) => process.kill(pid, "SIGKILL")));

async function eventually(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !holds();) {
    if (performance.now() > end) throw new Error("not within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("of an interrupted tool nothing is left, though it left a child that does not listen", async () => {
  const { child, ended } = setUp(`(trap "" INT; exec sleep ${LONG}) & trap "exit 0" INT; wait`);
  await eventually(() => sleepers().length > 0);
  child.kill("SIGTERM");
  const { status, said } = await ended;
  expect(status).toBe(128 + 15);
  expect(said).toMatch(/interrupted: ending what runs/);
  await eventually(() => sleepers().length === 0);
}, 40_000);

test("with a set-up that was killed its tool ends, and what it started; the next set-up goes on", async () => {
  const { child } = setUp(`(trap "" INT TERM; exec sleep ${LONG}) & exec sleep ${LONG}`);
  await eventually(() => sleepers().length === 2);
  child.kill("SIGKILL");
  await eventually(() => sleepers().length === 0);
  expect((await setUp("true").ended).status).toBe(0);
}, 40_000);

test("what a tool leaves behind at its end is killed", async () => {
  expect((await setUp(`sleep ${LONG} & exit 0`).ended).status).toBe(0);
  await eventually(() => sleepers().length === 0);
}, 40_000);

test("a set-up waits for another one in the same checkout", async () => {
  const { child, ended } = setUp(`exec sleep ${LONG}`);
  await eventually(() => sleepers().length > 0);
  const next = setUp("true");
  await eventually(() => next.said().includes("another set-up runs in this checkout: waiting"));
  child.kill("SIGINT");
  await ended;
  expect((await next.ended).status).toBe(0);
}, 40_000);
