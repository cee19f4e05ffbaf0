/** The MuJoCo world's bodies keep the arena's limits, whatever its step, and say what does not fit. */
import { join } from "node:path";
import { z } from "zod";
import { root } from "../games";
import { PACKAGE, PYTHON } from "./package";
import { spawnSync } from "node:child_process";

const range = z.tuple([z.number(), z.number()]);
const told = z.record(z.string(), range);

function run(args: readonly string[]) {
  const path = [join(root, ".ros", "mujoco", "packages"), PACKAGE].join(":");
  const env = { ...process.env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync(PYTHON, args, { encoding: "utf8", env });
}

test.each([0.002, 0.004, 0.01])("in steps of %d s bodies drive as they are told", (step) => {
  const { stdout, stderr } = run([join(root, "test/python/bodies.py"), "20", String(step)]);
  expect(stderr).toBe("");
  const seen = told.parse(JSON.parse(stdout));
  const within = (name: string, low: number, high: number): void => {
    const [least, most] = seen[name];
    expect({ name, low: least >= low ? low : least }).toEqual({ name, low });
    expect({ name, high: most <= high ? high : most }).toEqual({ name, high });
  };
  within("placed", 0, 1e-9);
  within("stands", 0, 1e-6);
  // 4 m/s² for 0.2 s, and 0.02 s behind.
  within("speeds", 0.68, 0.8);
  within("ways", 0.495, 0.502);
  within("stopped", 0, 1e-3);
  // 16 rad/s² up to 4 rad/s in 0.75 s: 2.5 rad, and 0.02 s behind.
  within("turns", 2.4, 2.5);
  within("turnedAway", 0, 0.002);
  within("fastest", 1.95, 2.005);
  // 8 m/s² from 2 m/s, as friction holds, and the motors' lag.
  within("braked", 0.2, 0.29);
  // Bodies that hit each other with up to 4 m/s; the wall is a polygon around its circle.
  within("gaps", -0.02, 10);
  within("beyondWall", -10, 0.02);
});

const describing = (...given: readonly string[]): string => {
  const program = `
from alternating_marl_worlds.description import WorldError, describe
try:
    print(describe(${given.join(", ")}))
except WorldError as error:
    print(error)
`;
  return run(["-c", program]).stdout;
};

test("what does not fit is refused in the words of npm start", () => {
  expect(describing('"dock_dispatch"', "2")).toContain("name='lead'");
  expect(describing('"dock_dispatch"', "500")).toMatch(/cannot hold 500 robots .* have fewer/);
  expect(describing('"dock_dispatch"', "2", "1.0")).toMatch(/an epoch of 1 s is too short/);
  expect(describing('"examples/scenario/nowhere"', "2")).toMatch(/cannot be read: .*; give a file/);
});
