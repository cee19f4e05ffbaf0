/** The files for public CI and containers, which no test here can run: what they name is there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { read, root } from "./checkout";

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
interface Job {
  readonly container: string;
  readonly strategy: { readonly matrix: { readonly node: number[] } };
  readonly steps: Step[];
}

const { jobs } = parse(read(".github/workflows/tests.yml")) as { jobs: Record<string, Job> };
const npm = JSON.parse(read("package.json")) as { engines: { node: string } };

test("CI runs where ROS 2 is installed and where it is not, with each Node.js", () => {
  expect(Object.values(jobs).map(({ container }) => container)).toEqual([
    "ros:jazzy-ros-base",
    "debian:12",
  ]);
  const least = Number(/\d+/.exec(npm.engines.node)![0]);
  for (const { strategy, steps } of Object.values(jobs)) {
    expect(strategy.matrix.node).toEqual([20, 22, 24]);
    expect(Math.min(...strategy.matrix.node)).toBe(least);
    expect(steps.at(-1)!.run).toMatch(/(^|&& )\.ci\/run$/);
    expect(steps.every(({ run, uses }) => (run === undefined) !== (uses === undefined))).toBe(true);
  }
  expect(existsSync(join(root, ".ci", "run"))).toBe(true);
});

test("the container is made of instructions that there are, and builds the whole package", () => {
  const joined = read("containers/Dockerfile").replaceAll("\\\n", " ");
  const instructions = joined.split("\n").filter((line) => line.trim() && !line.startsWith("#"));
  for (const line of instructions) expect(line).toMatch(/^(FROM|COPY|RUN|WORKDIR|CMD) \S/);
  expect(instructions[0]).toBe("FROM ros:jazzy-ros-base");
  expect(JSON.parse(instructions.at(-1)!.slice("CMD ".length))).toContain("swarm.launch.py");
  expect(joined).toContain("colcon build --packages-select alternating_marl");
  // What is made here is not taken for the container's.
  for (const made of [".ros", "node_modules", "dist"])
    expect(read(".dockerignore").split("\n")).toContain(made);
});
