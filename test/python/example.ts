/** Python examples as a user sets them up: in an environment of their own, with their pinned packages. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../games";
import { PACKAGE, PYTHON } from "./package";

export interface Example {
  /** Of temporary files. */
  readonly folder: string;
  /** What one of its programs prints, with the Python package of this checkout and without ROS on its path. */
  run(program: string, ...args: string[]): string;
  /** Learns a policy by the seed and tells its file. */
  learn(scenario: string, robots: number, seed: number): string;
}

/** An example's folder with its environment, which is installed before all tests and removed after them. */
export function exampleOf(name: string, requirements: string): Example {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const own = join(folder, "environment", "bin", "python3");
  const source = join(root, "examples", name);
  const execute = (program: string, ...args: string[]): string => {
    const env = { ...process.env, PYTHONPATH: PACKAGE, PYTHONDONTWRITEBYTECODE: "1" };
    const options = { encoding: "utf8", env, cwd: folder, maxBuffer: 2 ** 26 } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
    return stdout;
  };
  beforeAll(() => {
    execute(PYTHON, "-m", "venv", join(folder, "environment"));
    const pinned = ["--no-deps", "--require-hashes", "--only-binary", ":all:"];
    execute(own, "-m", "pip", "install", "--quiet", ...pinned, "-r", join(source, requirements));
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    run: (program, ...args) => execute(own, join(source, program), ...args),
    learn(scenario, robots, seed) {
      const policy = join(folder, `${seed}.safetensors`);
      const how = ["--backup", "points", "--robots", `${robots}`, "--seed", `${seed}`];
      const learn = join(root, "dist/src/cli/learn.js");
      execute(process.execPath, learn, "--scenario", scenario, ...how, "--out", policy);
      return policy;
    },
  };
}

/** Its words with each number in their place, and its numbers. */
const partsOf = (text: string): [words: string, numbers: number[]] => [
  text.replace(/-?[\d.,]+\d|\d/g, "#"),
  (text.match(/-?[\d.,]+\d|\d/g) ?? []).map((number) => Number(number.replaceAll(",", ""))),
];

/** What calibrate.py writes is a shipped scenario. */
export function expectScenario({ folder, run }: Example, scenario: string): void {
  const file = join(folder, "measured.yaml");
  run("calibrate.py", file);
  const [words, numbers] = partsOf(readFileSync(file, "utf8"));
  const [said, given] = partsOf(readFileSync(join(root, "scenarios", `${scenario}.yaml`), "utf8"));
  expect(words).toBe(said);
  // The same to the last digit on one kind of processor; others may add in another order.
  const far = numbers.filter(
    (number, i) => Math.abs(number - given[i]) > 0.05 * Math.abs(given[i]),
  );
  expect(far).toEqual([]);
}
