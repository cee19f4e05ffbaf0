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
  const packages = join(example, "requirements.txt");
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
