/** The Python package in an environment of its own, as users install it, with PettingZoo and Gymnasium. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { evaluate } from "../../src/evaluation/evaluate";
import { sizesOf } from "../../src/game/model";
import { encodePolicy } from "../../src/policy/policy_file";
import { randomLocalPolicy, root, shipped } from "../games";
import { madeMetadata, madePair } from "../policy/policies";
import { PACKAGE, PYTHON, UNIT_TESTS } from "./package";

const ROBOTS = 30;
const K = 5;
const EPISODES = 1000;

const folder = mkdtempSync(join(tmpdir(), "python-"));
const own = join(folder, "environment", "bin", "python3");
afterAll(() => rmSync(folder, { recursive: true }));

/** Three standard errors of the difference: draws are the same each time. */
const MOST = 3;
const estimate = z.object({ mean: z.number(), standardError: z.number() });
const told = z.object({ view: estimate, swarm: estimate, speed: z.number() });

/** What a program prints, without ROS on Python's path. */
function run(program: string, ...args: string[]): string {
  const env = { ...process.env, PYTHONPATH: "", PIP_DISABLE_PIP_VERSION_CHECK: "1" };
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env,
    cwd: folder,
  });
  expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
  return stdout;
}

beforeAll(() => {
  // Building leaves files beside the sources.
  cpSync(PACKAGE, join(folder, "python"), { recursive: true });
  run(PYTHON, "-m", "venv", join(folder, "environment"));
  const install = ["-m", "pip", "install", "--quiet", "--no-deps"];
  const pinned = ["--require-hashes", "--only-binary", ":all:"];
  run(own, ...install, ...pinned, "-r", join(root, "test/python/requirements.txt"));
  run(own, ...install, "--no-build-isolation", join(folder, "python"));
});

test("it is installed without ROS, and all of its own tests pass there", () => {
  expect(run(own, "-m", "pytest", "-q", "-p", "no:cacheprovider", UNIT_TESTS)).toMatch(
    /^\d+ passed in/m,
  );
});

test.each(["dock_dispatch", "dock_dispatch_mixed", "ring_dispatch", "warehouse"])(
  "1,000 episodes of %s earn what evaluate says, and 1,000 agents make 200 steps a second",
  (name) => {
    const game = shipped(name);
    const pair = {
      ...madePair(game, 2),
      localPolicy: Float32Array.from(randomLocalPolicy(sizesOf(game), 3)),
    };
    const file = join(folder, `${name}.safetensors`);
    writeFileSync(file, encodePolicy(pair, madeMetadata(game, 2), game));
    const program = join(root, "test/python/play.py");
    const numbers = [ROBOTS, K, EPISODES].map(String);
    const { view, swarm, speed } = told.parse(JSON.parse(run(own, program, file, ...numbers)));
    const options = { population: ROBOTS, sampleSize: K, rollouts: 4000 };
    const earned = evaluate(game, { pair }, options).return;
    const other = evaluate(game, { pair }, { ...options, transitionTiming: "next" }).return;
    const far = (one: z.infer<typeof estimate>, from = earned): number =>
      Math.abs(one.mean - from.mean) / Math.hypot(one.standardError, from.standardError);
    const figures = { name, earned, view, swarm, speed, other: far(view, other) };
    console.log(JSON.stringify(figures));
    expect(far(view)).toBeLessThan(MOST);
    expect(far(swarm)).toBeLessThan(MOST);
    // That robots move by the s_g before the epoch shows where they depend on it much.
    if (name === "ring_dispatch") expect(far(view, other)).toBeGreaterThan(MOST);
    expect(speed).toBeGreaterThan(200);
  },
);
