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
  return { child, ended };
}

/** Processes that sleep so long, by their numbers. */
function sleepers(): number[] {
  const { stdout } = spawnSync("pgrep", ["-f", `^sleep ${LONG}`], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

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

test("while the tool of a set-up that was killed goes on, the next set-up waits", async () => {
  const { child } = setUp(`exec sleep ${LONG}`);
  await eventually(() => sleepers().length > 0);
  child.kill("SIGKILL");
  const next = setUp("true");
  let hasEnded = false;
  void next.ended.then(() => (hasEnded = true));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect([hasEnded, sleepers().length]).toEqual([false, 1]);
  for (const pid of sleepers()) process.kill(pid);
  const { status, said } = await next.ended;
  expect(said).toMatch(/another set-up runs in this checkout: waiting/);
  expect(status).toBe(0);
}, 40_000);
