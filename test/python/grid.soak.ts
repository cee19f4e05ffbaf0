/** The grid example as a user sets it up: EV2Gym without its solver. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../games";
import { exampleOf, expectScenario } from "./example";

const example = exampleOf("grid", "requirements.txt");

test("the scenario file is what calibrate.py writes", () =>
  expectScenario(example, "demand_response"));

test("a day of the experiment is as committed", () => {
  const policies = Array.from({ length: 10 }, (_, seed) =>
    example.learn("demand_response", 100, seed),
  );
  const file = join(example.folder, "day.csv");
  example.run("experiment.py", file, "1", ...policies);
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  const [given, ...all] = readFileSync(join(root, "docs/grid.csv"), "utf8").trim().split("\n");
  expect(head).toBe(given);
  // Of each way by the first policy, and of ours by all ten.
  expect(rows).toHaveLength(27);
  expect(rows.filter((row) => !all.includes(row))).toEqual([]);
});
