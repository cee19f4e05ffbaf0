/** The command: rows that were seen are estimated, the others stay, and it says what is worth recording. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareArrays, Counts, epochsUntil, rowError } from "../../src/cli/counts";
import { main } from "../../src/cli/fit";
import { COMMANDS } from "../../src/cli/generated/commands";
import { outcomeOf } from "../../src/cli/options";
import { sizesOf } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { loadPolicy } from "../../src/policy/policy_file";
import { game, playedRecording } from "../support/played_recording";
import { expectRefusal } from "./refusal";

const { sL } = sizesOf(game);
let folder: string;
let recording: string;

/** In bay_1 with the lead in bay_0, a robot that stays is in bay_1 four times and in bay_2 once. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fit-"));
  recording = join(folder, "run.mcap");
  const { play, close } = playedRecording(recording);
  const states = [1, 1, 1, 1, 1, 2];
  states.forEach((state, epoch) => play(epoch, [0, 0], [[state, 0]]));
  await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const printed: string[] = [];
  const out = jest
    .spyOn(process.stdout, "write")
    .mockImplementation((text) => printed.push(String(text)) > 0);
  const err = jest.spyOn(process.stderr, "write").mockImplementation(() => true);
  const outcome = await outcomeOf(COMMANDS.fit, main, [...args, "--scenario", "dock_dispatch"]);
  out.mockRestore();
  err.mockRestore();
  return { ...outcome, text: printed.join("") };
}

test("a row that was seen lies between the scenario's and the counts, and the file reads back", async () => {
  const file = join(folder, "own.yaml");
  const { status, text } = await run(recording, "--write", file, "--prior", "5", "--json");
  expect(status).toBe(0);
  const told = JSON.parse(text);
  expect(told).toMatchObject({ recordings: [recording], prior: 5, epochs: 5, file });
  const { rows } = told.localTransition;
  const seen = rows.find(({ row }: { row: string }) => row === "bay_1, lead bay_0, stay");
  // The scenario's row is (0, 1, 0, 0, 0), and it counts as five samples.
  expect(seen).toMatchObject({ samples: 5, given: [0, 1, 0, 0, 0] });
  expect(seen.measured).toEqual([0, 0.9, 0.1, 0, 0]);
  expect(seen.distance).toBeCloseTo(0.1, 12);
  expect(seen.samplingError).toBe(rowError([0, 4, 1, 0, 0]));
  expect(told.unseen).toHaveLength(rows.length + told.globalTransition.rows.length - 2);
  expect(told.unseen).toContain("bay_0, lead bay_0, stay");
  const written = readFileSync(file, "utf8");
  expect(written).toContain("# Estimated from recordings: npm run fit -- run.mcap --prior 5");
  const again = parseScenario(written, file);
  const at = rows.indexOf(seen) * sL;
  const local = game.localTransition.slice();
  local.set([0, 0.9, 0.1, 0, 0], at);
  expect(again.localTransition).toEqual(local);
  expect(again.globalTransition).toEqual(game.globalTransition);
});

test("people are told the rows, the epochs counted and how many more are worth recording", async () => {
  const { text } = await run(recording);
  expect(text).toMatch(/P_l of dock_dispatch: .*sampling error, samples\n {2}bay_0, lead bay_0, /);
  expect(text).toMatch(/5 epochs were counted. \d+ more like these are worth recording, until/);
  expect((await run(recording, "--error", "0.5")).text).toContain("That is enough until");
});

test("so many more epochs bring every row that was seen to the sampling error asked for", () => {
  const error = 0.04;
  const countsOf = (times: number) => {
    const counts = new Counts(game);
    for (let i = 0; i < 10 * times; i++) {
      counts.countGlobal(0, 1, 1);
      counts.countLocal(0, 0, 0, 0);
      counts.countLocal(1, 0, 1, i % 5 === 0 ? 2 : 1);
    }
    return compareArrays(game, counts);
  };
  const { epochs, moreEpochs, slowestRow } = epochsUntil(error, countsOf(1));
  expect(slowestRow).toBe("bay_1, lead bay_0, up");
  // sqrt(0.2 * 0.8 / N) is 0.04 for N = 100.
  expect([epochs, moreEpochs]).toEqual([10, 90]);
  const worst = (times: number): number => {
    const { global, local } = countsOf(times);
    const rows = [...global.rows, ...local.rows].filter(({ samples }) => samples > 0);
    return Math.max(...rows.map(({ samplingError }) => samplingError));
  };
  expect(worst(1 + moreEpochs / 10)).toBeCloseTo(error, 12);
  expect(worst(moreEpochs / 10)).toBeGreaterThan(error);
  expect(epochsUntil(error, countsOf(20)).moreEpochs).toBe(0);
});

test("the policy by which a swarm tries everything is written for the scenario", async () => {
  const file = join(folder, "explore.safetensors");
  expect((await run("--explore", file)).status).toBe(0);
  expect(loadPolicy(file).metadata.scenarioSha256).toBe(game.sha256);
});

test.each([
  [["run.mcap"], "--scenario is missing"],
  [["--scenario", "dock_dispatch"], "no recording is given"],
  [["none.mcap", "--scenario", "dock_dispatch"], /none.mcap cannot be read: .*ENOENT/],
  [["", "--scenario", "dock_dispatch"], '--recording is ""'],
  [["x.mcap", "--scenario", "dock_dispatch", "--write", "none/x.yaml"], "cannot be written"],
  [["x.mcap", "--explore", "e", "--scenario", "dock_dispatch"], "does not go with --explore"],
  [["--explore", "none/x.safetensors", "--scenario", "dock_dispatch"], "cannot be written"],
])("wrong use %p: one sentence and status 2", (args, message) =>
  expectRefusal((given) => outcomeOf(COMMANDS.fit, main, given), args, message),
);
