/** How many must be asked in a scenario of the user's own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerTo } from "../../bench/reproduce/answers";
import { nameOf, sweepOf } from "../../bench/reproduce/jobs";
import { Summary } from "../../bench/reproduce/summary";
import { epochsOf } from "../../bench/reproduce/players";
import { questionOf } from "../../bench/reproduce/sweep";
import { Work } from "../../bench/reproduce/work";
import { loadScenario } from "../../src/game/scenario_file";
import { root, shipped } from "../games";
import { row } from "./rows";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "sweep-"))));
afterAll(() => rmSync(folder, { recursive: true }));

test("a sweep says how many must be asked, by rows of its own game", async () => {
  const scenario = join(root, "scenarios", "dock_dispatch.yaml");
  const jobs = sweepOf(scenario, 30, shipped("dock_dispatch").sha256);
  expect(jobs.map(({ ways, levels }) => [...ways, ...levels])).toContainEqual(
    // No more than there are.
    ["points", 1, 2, 5, 10, 20],
  );
  expect(nameOf(jobs[0])).not.toBe(nameOf({ ...jobs[0], sha256: "of a file that was changed" }));
  // A path's slashes would be in the names of figures.
  const blind = jobs.find(({ ways }) => ways.includes("blind"))!;
  const work = await new Work({ ...blind, rollouts: 2 }).do();
  expect(new Set(work.rows.map((one) => one.scenario))).toEqual(new Set(["dock_dispatch"]));
  const seeds = [0, 1];
  const line = (name: string, values: readonly number[], xs: readonly number[], measure: string) =>
    seeds.flatMap((seed) =>
      values.map((value, i) =>
        row({ study: "asked", line: name, x: xs[i], seed, measure, value: value + seed }),
      ),
    );
  const xs = [1, 2, 5, 10, 20];
  const rows = [
    ...line("points", [40, 80, 94, 96, 99.5], xs, "return"),
    ...line("points + memory", [91, 95, 98, 98.5, 98.9], xs, "return"),
    ...line("blind", [0], [0], "return"),
    ...line("points", [100], [0], "all_seen"),
  ];
  const { says, tables, figures } = answerTo("sweep", questionOf(200, 2), new Summary(rows));
  expect(says).toHaveLength(2);
  expect(says[0]).toMatch(
    /^g: points: seeing all earns 100\.0 more .*: 10 %: k = 5 \(6\), 5 %: k = 10 \(4\), 1 %: k = 20 \(0\.5\)$/,
  );
  expect(says[1]).toMatch(
    /^g: points \+ memory: .*: 10 %: k = 1 \(9\), 5 %: k = 2 \(5\), 1 %: none$/,
  );
  const [head, ...cells] = tables[0];
  const of = (measure: string): readonly string[] =>
    cells.find((one) => one[1] === "points" && one[2] === measure)!;
  expect(head).toEqual(["game", "way", "measure", "0", "1", "2", "5", "10", "20"]);
  expect(of("lost by not seeing").slice(4)).toEqual(["60", "20", "6", "4", "0.5"]);
  expect(of("state bytes").slice(4)).toEqual(["100", "200", "500", "1,000", "2,000"]);
  expect(figures.map(({ name }) => name)).toContain("sweep-g-return");
});

test("a user's file is judged by its own shift, and a game of the study by 50 epochs", () => {
  const ferry = loadScenario(join(root, "examples", "scenario", "ferry.yaml"));
  expect(ferry.horizon).toBe(40);
  expect(epochsOf(ferry, ferry)).toBe(40);
  expect(epochsOf(ferry, {})).toBe(50);
});

test("a user's file is played as it is, whatever it and its game are called", async () => {
  const text = readFileSync(join(root, "scenarios", "dock_dispatch.yaml"), "utf8");
  const named = text.replace(/^name: .*$/m, "name: corridor_dispatch");
  for (const [file, content] of [
    ["ring_of_mine.yaml", text],
    ["drawn_by_me.yaml", text],
    ["mine.yaml", named],
  ]) {
    const scenario = join(folder, file);
    writeFileSync(scenario, content);
    const [job] = sweepOf(scenario, 5, "of the file").filter(({ ways }) => ways[0] === "blind");
    const earnedBy = async (robots: number): Promise<number> =>
      (await new Work({ ...job, robots, rollouts: 4 }).do()).rows[0].value;
    const few = await earnedBy(5);
    expect(few).not.toBe(await earnedBy(50));
    expect(few).toBe(await earnedBy(5));
  }
});
