import { NODES } from "../../src/ros/generated/parameters";
import { givenParameters, holdsFor } from "../../src/ros/parameter_files";
import {
  checkParameter,
  ParameterError,
  type ParameterSpec,
  valuesAtStart,
} from "../../src/ros/parameters";

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

test("at its start a node has its defaults, and what was given", () => {
  const specs = { seconds: SECONDS, count: COUNT, mode: MODE };
  const values = (given: Record<string, unknown>) =>
    valuesAtStart(specs, new Map(Object.entries(given)));
  expect(values({ seconds: 4, count: 3 })).toEqual({ seconds: 4, count: 3, mode: "a" });
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

test("a section with a namespace holds over a bare name, that over /**, and -p over all", () => {
  const section = (name: string, values: Record<string, number>) => ({
    name,
    parameters: Object.entries(values).map(([of, value]) => ({ name: of, value })),
  });
  const sections = [
    section("/*/local_agent", { a: 1, b: 2 }),
    section("robot_3/local_agent", { a: 3 }),
    section("local_agent", { b: 8, c: 7, f: 6 }),
    section("/*/lead_agent", { d: 9 }),
    section("lead_agent", { d: 9 }),
    section("/**", { c: 5, e: 4 }),
  ];
  const given = (...args: string[]) =>
    Object.fromEntries(givenParameters(sections, ["--ros-args", ...args], "/robot_3/local_agent"));
  const all = { a: 3, b: 2, c: 7, e: 4, f: 6 };
  expect(given("-p", "z:=5")).toEqual(all);
  expect(given("-p", "lead_agent:b:=5")).toEqual(all);
  // rcl puts what is assigned into these sections: of the node's name, or of /**.
  for (const assigned of ["b:=8", "local_agent:b:=8"]) {
    expect(given("-p", assigned)).toEqual({ ...all, b: 8 });
  }
});
