import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../src/cli/calibrate";
import { measureArrays } from "../../src/cli/calibration";
import {
  compareArrays,
  type ComparedArray,
  rounded,
  rowDistance,
  rowError,
  type WorldDistance,
} from "../../src/cli/counts";
import { COMMANDS } from "../../src/cli/generated/commands";
import { outcomeOf } from "../../src/cli/options";
import { withMeasuredArrays } from "../../src/cli/told_arrays";
import { sizesOf } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { packageRoot } from "../../src/base/package_root";
import { loadScenario, scenarioFile } from "../../src/game/scenario_file";
import { loadPhysics } from "../../sim/world/physics";
import { expectRefusal } from "./refusal";

beforeAll(loadPhysics);

const game = loadScenario("dock_dispatch");
const { sG, aG, sL, aL } = sizesOf(game);
const text = readFileSync(scenarioFile("dock_dispatch"), "utf8");

test("the shipped rows say what the command measured: a tenth moves on, only to the neighbour", () => {
  const driven = game.localTransition.filter((p) => p > 0 && p < 0.5);
  expect(Array.from(driven)).toEqual(Array(50).fill(0.1));
  expect(text).toMatch(/# npm run calibrate -- --robots 30 --epochs \d+ --seed \d+/);
});

test("the same seed measures the same; a crowd the arena cannot hold is refused", () => {
  const measure = (seed: number) => {
    const found = measureArrays(game, { robots: 7, epochs: 60, seed });
    const { globalCounts, localCounts, drives, finishedDrives } = found;
    return { globalCounts, localCounts, drives, finishedDrives };
  };
  expect(measure(1)).toEqual(measure(1));
  expect(measure(1)).not.toEqual(measure(2));
  expect(() => measureArrays(game, { robots: 90, epochs: 1, seed: 1 })).toThrow("cannot hold 90");
});

test("distances and errors, by hand", () => {
  expect(rowDistance([0.9, 0.1], [0.7, 0.3])).toBeCloseTo(0.2, 12);
  expect(rowDistance([1, 0], [1, 0])).toBe(0);
  expect(rowError([90, 10])).toBeCloseTo(0.03, 12);
  expect([rowError([50, 0]), rowError([0, 0])]).toEqual([1 / 50, 1]);
  expect(rounded([1 / 3, 1 / 3, 1 / 3])).toEqual([0.33334, 0.33333, 0.33333]);
});

/** An array as it is written. */
const roundedRows = ({ rows }: ComparedArray) =>
  Float64Array.from(rows.flatMap(({ measured }) => rounded(measured)));

describe("writing", () => {
  let measured: WorldDistance;
  beforeAll(() => {
    measured = compareArrays(game, measureArrays(game, { robots: 5, epochs: 20, seed: 1 }));
  });

  test("keeps every other key and comment, and reads back as what was measured", () => {
    const written = withMeasuredArrays(text, game, measured, "a note");
    const again = parseScenario(written, "written");
    expect(again.localTransition).toEqual(roundedRows(measured.local));
    expect(again.globalTransition).toEqual(roundedRows(measured.global));
    expect({ ...again, sha256: "", globalTransition: [], localTransition: [] }).toEqual({
      ...game,
      sha256: "",
      globalTransition: [],
      localTransition: [],
    });
    expect(written.split("\n")[0]).toBe(text.split("\n")[0]);
    expect(written.match(/# a note/g)).toHaveLength(2);
    expect(withMeasuredArrays(written, game, measured, "a note")).toBe(written);
    expect(again.localReward).toHaveLength(sL * sG * aL);
    expect(again.globalReward).toHaveLength(sG * aG);
  });

  test("takes the place of arrays that are listed, and leaves rewards as they are", () => {
    const ring = loadScenario("ring_dispatch");
    const source = readFileSync(scenarioFile("ring_dispatch"), "utf8");
    const again = parseScenario(withMeasuredArrays(source, ring, measured, "a note"), "written");
    expect(again.localReward).toEqual(ring.localReward);
    expect(again.localTransition).toEqual(roundedRows(measured.local));
  });
});

describe("the command", () => {
  const folder = mkdtempSync(join(tmpdir(), "calibrate-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(packageRoot(), "dist/src/cli/calibrate.js"), ...args], {
      encoding: "utf8",
    });

  test("prints one JSON object and writes the scenario whole", () => {
    const file = join(folder, "measured.yaml");
    writeFileSync(file, "old");
    const asked = ["--epochs", "30", "--seed", "3", "--write", file, "--json"];
    const { status, stdout } = run(...asked);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ scenario: "dock_dispatch", robots: 30, epochs: 30, seed: 3 });
    expect(summary.localTransition.rows).toHaveLength(75);
    expect(summary.globalTransition.rows[7]).toMatchObject({ row: "bay_1, to_bay_2" });
    const measured = compareArrays(game, measureArrays(game, { robots: 30, epochs: 30, seed: 3 }));
    const written = parseScenario(readFileSync(file, "utf8"), file);
    expect(written.localTransition).toEqual(roundedRows(measured.local));
    expect(readdirSync(folder)).toEqual(["measured.yaml"]);
  });

  test("prints each row for people", () => {
    const { status, stdout, stderr } = run("--epochs", "5");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /P_l of dock_dispatch: total variation .*\n {2}bay_0, lead bay_0, stay /,
    );
    expect(stdout).toMatch(/drives to another zone, [\d.]+ % done within their epoch/);
    expect(stderr).toContain("rows were never seen");
  });

  test.each([
    [["--robots", "90"], "cannot hold 90 robots"],
    [["--epochs", "0"], "--epochs"],
    [["--write", join(folder, "none", "x.yaml")], "cannot be written"],
    [["--speed", "2"], "--speed"],
    [["run.mcap"], "too many arguments"],
  ])("wrong use %p: one sentence and status 2", (args, message) =>
    expectRefusal((given) => outcomeOf(COMMANDS.calibrate, main, given), args, message),
  );
});
