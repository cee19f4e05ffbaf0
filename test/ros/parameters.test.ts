import { NODES } from "../../src/cli/parameters";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdsFor, namespacedParameters, sectionsIn } from "../../src/ros/parameter_files";
import {
  checkParameter,
  ParameterError,
  type ParameterSpec,
  valuesAtStart,
} from "../../src/ros/parameters";
import type { RclNode } from "../../src/ros/rcl";

const common = { description: "" };
const SECONDS: ParameterSpec = { ...common, type: "double", default: 1, unit: "s", range: [0, 5] };
const COUNT: ParameterSpec = { ...common, type: "integer", default: 1, range: [1, 9] };
const MODE: ParameterSpec = { ...common, type: "string", default: "a", choices: ["a", "b"] };
const TEXT: ParameterSpec = { ...common, type: "string", default: "a" };
const FLAG: ParameterSpec = { ...common, type: "boolean", default: false };
const LIST: ParameterSpec = { ...common, type: "double_array", default: [] };

test.each<[ParameterSpec, unknown, string]>([
  [SECONDS, 6, "parameter p is 6; it must be a number from 0 to 5 s"],
  [SECONDS, -0.1, "parameter p is -0.1; it must be a number from 0 to 5 s"],
  [SECONDS, NaN, "parameter p is null; it must be a number from 0 to 5 s"],
  [SECONDS, "1", 'parameter p is "1"; it must be a number from 0 to 5 s'],
  [COUNT, 1.5, "parameter p is 1.5; it must be a whole number from 1 to 9"],
  [COUNT, 10n, "parameter p is 10; it must be a whole number from 1 to 9"],
  [COUNT, undefined, "parameter p is undefined; it must be a whole number from 1 to 9"],
  [MODE, "c", 'parameter p is "c"; it must be one of a, b'],
  [MODE, 1, "parameter p is 1; it must be one of a, b"],
  [TEXT, "", 'parameter p is ""; it must be a string that is not empty'],
  [TEXT, " ", 'parameter p is " "; it must be a string that is not empty'],
  [FLAG, "true", 'parameter p is "true"; it must be true or false'],
  [LIST, [1, NaN], "parameter p is [1,null]; it must be a list of numbers"],
  [LIST, "1, 2", 'parameter p is "1, 2"; it must be a list of numbers'],
])("a wrong value is named with its rule: %#", (spec, value, message) => {
  expect(() => checkParameter("p", spec, value)).toThrow(new ParameterError(message));
});

test.each<[ParameterSpec, unknown, unknown]>([
  [SECONDS, 2, 2],
  [SECONDS, 5n, 5],
  [COUNT, 9n, 9],
  [MODE, "b", "b"],
  [FLAG, true, true],
  [LIST, Float64Array.of(1, 2), [1, 2]],
  [LIST, [3n], [3]],
  [LIST, null, []],
])("a right value arrives as its declared type, however ROS gives it: %#", (spec, value, plain) => {
  expect(checkParameter("p", spec, value)).toEqual(plain);
});

test.each([
  ["010", 8],
  ["-010", -8],
  ["0x10", 16],
  ["08", 8],
  ["1e3", 1000],
  [".5", 0.5],
  ["+7", 7],
  ["on", true],
  ["N", false],
  ["~", "~"],
  ["'010'", "010"],
  ['"on"', "on"],
  ["0o17", "0o17"],
])("unquoted text in a section with a namespace means what it means to ROS: %s", (text, value) => {
  const folder = mkdtempSync(join(tmpdir(), "values-"));
  const file = join(folder, "a.yaml");
  writeFileSync(file, `/*/local_agent:\n  ros__parameters: { a: ${text} }\n`);
  const args = ["--ros-args", "--params-file", file];
  try {
    const given = namespacedParameters(sectionsIn(args), args, "/robot_3/local_agent");
    expect(given.get("a")).toBe(value);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("at its start a node has its defaults, what rclnodejs heard, and what it did not hear", () => {
  const overrides = [
    { name: "seconds", type: 3, value: 2 },
    { name: "count", type: 2, value: 3n },
  ];
  // Nothing else of rclnodejs is asked: a host does this for each of its robots.
  const node = { getParameterOverrides: () => overrides } as unknown as RclNode;
  const specs = { seconds: SECONDS, count: COUNT, mode: MODE };
  const values = (given: Record<string, unknown>) =>
    valuesAtStart(node, specs, new Map(Object.entries(given)));
  expect(values({ seconds: 4 })).toEqual({ seconds: 4, count: 3, mode: "a" });
  expect(() => values({ count: 10 })).toThrow("parameter count is 10; it must be a whole number");
});

test("a long value is cut where it is named", () => {
  const given = "x".repeat(1e6);
  expect(() => checkParameter("p", MODE, given)).toThrow(
    /^parameter p is "x{199}\.\.\. \(1000002 char/,
  );
});

test("every default satisfies its own declaration, and everything is described", () => {
  for (const specs of Object.values(NODES)) {
    for (const [name, spec] of Object.entries<ParameterSpec>(specs)) {
      expect(checkParameter(name, spec, spec.default)).toEqual(spec.default);
      expect(spec.description).toMatch(/\w.*[.;)]/);
    }
  }
});

test.each([
  ["/robot_3/local_agent", true],
  ["robot_3/local_agent", true],
  ["/*/local_agent", true],
  ["/**/local_agent", true],
  ["/robot_3/*", true],
  ["/robot_3/**", true],
  ["/**", true],
  ["/robot_33/local_agent", false],
  ["/*/*/local_agent", false],
  ["/local_agent", false],
  ["/robot.3/local_agent", false],
])("a section named %s holds for /robot_3/local_agent: %s", (path, holds) => {
  expect(holdsFor(path, "/robot_3/local_agent")).toBe(holds);
});

test("sections that name a namespace are read from every parameter file, the last one holding", () => {
  const folder = mkdtempSync(join(tmpdir(), "parameters-"));
  const [first, second] = ["a.yaml", "b.yaml"].map((name) => join(folder, name));
  writeFileSync(first, "robot_3:\n  local_agent:\n    ros__parameters: { a: 1, b: 2 }\n");
  writeFileSync(
    second,
    "/robot_*:\n  ros__parameters: { c: 9 }\n/*/local_agent:\n  ros__parameters: { a: 3 }\nlocal_agent:\n  ros__parameters: { b: 8 }\n",
  );
  const args = ["--ros-args", "--params-file", first, "--params-file", second, "-p", "z:=5"];
  try {
    const given = namespacedParameters(sectionsIn(args), args, "/robot_3/local_agent");
    expect(Object.fromEntries(given)).toEqual({ a: 3, b: 2 });
    for (const assigned of ["a:=5", "local_agent:a:=5"]) {
      const won = namespacedParameters(
        sectionsIn(args),
        [...args, "-p", assigned],
        "/robot_3/local_agent",
      );
      expect(Object.fromEntries(won)).toEqual({ b: 2 });
    }
    const others = namespacedParameters(
      sectionsIn(args),
      [...args, "-p", "lead:a:=5"],
      "/robot_3/local_agent",
    );
    expect(others.get("a")).toBe(3);
    writeFileSync(second, "a: [");
    expect(() => sectionsIn(args)).toThrow(/b.yaml cannot be used: /);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
