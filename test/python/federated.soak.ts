/** The federated example as a user sets it up: in an environment of its own, with its pinned packages. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../games";
import { PACKAGE, PYTHON } from "./package";

const folder = mkdtempSync(join(tmpdir(), "federated-"));
const own = join(folder, "environment", "bin", "python3");
const example = join(root, "examples/federated");
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program prints, with the Python package of this checkout and without ROS on its path. */
function run(program: string, ...args: string[]): string {
  const env = { ...process.env, PYTHONPATH: PACKAGE, PYTHONDONTWRITEBYTECODE: "1" };
  const options = { encoding: "utf8", env, cwd: folder, maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr } = spawnSync(program, args, options);
  expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
  return stdout;
}

beforeAll(() => {
  run(PYTHON, "-m", "venv", join(folder, "environment"));
  const pinned = ["--no-deps", "--require-hashes", "--only-binary", ":all:"];
  const packages = join(example, "requirements-flower.txt");
  run(own, "-m", "pip", "install", "--quiet", ...pinned, "-r", packages);
}, 600_000);

/** Its words with each number in their place, and its numbers. */
const partsOf = (text: string): [words: string, numbers: number[]] => [
  text.replace(/-?[\d.,]+\d|\d/g, "#"),
  (text.match(/-?[\d.,]+\d|\d/g) ?? []).map((number) => Number(number.replaceAll(",", ""))),
];

test("the scenario file is what calibrate.py writes", () => {
  const file = join(folder, "measured.yaml");
  run(own, join(example, "calibrate.py"), file);
  const [words, numbers] = partsOf(readFileSync(file, "utf8"));
  const [said, given] = partsOf(
    readFileSync(join(root, "scenarios/federated_rounds.yaml"), "utf8"),
  );
  expect(words).toBe(said);
  // The same to the last digit on one kind of processor; others may add in another order.
  const far = numbers.filter(
    (number, i) => Math.abs(number - given[i]) > 0.05 * Math.abs(given[i]),
  );
  expect(far).toEqual([]);
});

test("Flower's simulation of 50 clients learns by the strategy", () => {
  const policy = join(folder, "rounds.safetensors");
  const learn = ["--scenario", "federated_rounds", "--backup", "points", "--robots", "50"];
  run(process.execPath, join(root, "dist/src/cli/learn.js"), ...learn, "--out", policy);
  const said = run(own, join(example, "flower_app.py"), policy, "50", "30");
  const [, decisions, beliefs, accuracy] =
    /^(\d+) decisions, belief \[(.*)\], accuracy ([\d.]+)$/m.exec(said)!;
  // Thirty rounds are thirty decisions for long ones, or five for six short ones each.
  expect(Number(decisions)).toBeGreaterThanOrEqual(5);
  expect(Number(decisions)).toBeLessThanOrEqual(30);
  const belief = beliefs.split(", ").map(Number);
  expect(belief.reduce((sum, share) => sum + share)).toBeCloseTo(1, 1);
  // What was heard moved it away from what is believed of a start.
  expect(Math.max(...belief)).toBeGreaterThan(0.16);
  expect(Number(accuracy)).toBeGreaterThan(0.85);
});
