import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseScenario } from "../../src/game/scenario";
import { loadPolicy } from "../../src/policy/policy_file";
import { messageOf, root, shipped } from "../games";

const folder = mkdtempSync(join(tmpdir(), "game-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, "dist/src/cli/learn.js"), ...args], { encoding: "utf8" });

interface Tensor {
  readonly data_offsets: readonly [number, number];
}

test.each(["dock_dispatch", "dock_dispatch_mixed", "ring_dispatch", "warehouse"])(
  "learn --game-only prints %s as arrays alone, the same game, and writes them as safetensors",
  (name) => {
    const game = shipped(name);
    const { status, stdout } = run("--scenario", name, "--game-only");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^local_transition:\n/m);
    expect(stdout).not.toMatch(/^(map|generator):/m);
    expect(stdout.split("\n")[0]).toMatch(/^# /);
    expect(parseScenario(stdout, "printed")).toEqual(game);
    const out = join(folder, `${name}.safetensors`);
    const written = run("--scenario", name, "--game-only", "--out", out);
    expect([written.status, written.stdout]).toEqual([
      0,
      `${out}: the game ${name}, without a policy\n`,
    ]);
    const bytes = readFileSync(out);
    const dataAt = 8 + Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString("utf8", 8, dataAt)) as Record<string, Tensor>;
    const { __metadata__: strings, ...tensors } = header;
    expect(strings).toMatchObject({
      ...{ format: "alternating_marl game 1", scenario: name, scenario_sha256: game.sha256 },
      local_states: JSON.stringify(game.localStates),
      ...(game.kinds && { robot_kinds: JSON.stringify(game.kinds) }),
    });
    expect(Object.keys(tensors)).toEqual([
      ...["global_transition", "local_transition", "global_reward", "local_reward"],
      "initial_global",
    ]);
    const [start, end] = tensors.local_transition.data_offsets;
    const data = Uint8Array.from(bytes.subarray(dataAt + start, dataAt + end));
    expect(new Float64Array(data.buffer)).toEqual(game.localTransition);
    expect(messageOf(() => loadPolicy(out))).toMatch(/it holds a game without a policy; learn one/);
  },
);

test("rows that were scaled when they were read are written as they are used", () => {
  const third = [0.3333333, 0.3333333, 0.3333333];
  const text = readFileSync(join(root, "examples/scenario/ferry.yaml"), "utf8");
  const file = join(folder, "thirds.yaml");
  writeFileSync(file, text.replaceAll("[0.6, 0.4, 0]", JSON.stringify(third)));
  const game = parseScenario(readFileSync(file, "utf8"), file);
  expect(game.localTransition[0]).not.toBe(third[0]);
  const { stdout } = run("--scenario", file, "--game-only");
  expect(parseScenario(stdout, "printed")).toEqual(game);
});
