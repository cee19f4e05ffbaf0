/** Commands of the documents that take long: a scenario of one's own, a recording. */
import { rmSync } from "node:fs";
import { documentedFolder, Running } from "./running";

let folder: string;
beforeAll(() => (folder = documentedFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** npm start -- WORDS */
const start = (words: string): Running => new Running(folder, "dist/src/cli/start.js", words);

test("a scenario of one's own runs over ROS in the abstract world", async () => {
  const ferry = start(
    "--scenario examples/scenario/ferry.yaml --world abstract --robots 10 --headless --seconds 240 --json",
  );
  expect(await ferry.ended).toBe(0);
  const summary: unknown = JSON.parse(ferry.out.trim().split("\n").at(-1)!);
  expect(summary).toMatchObject({ scenario: "ferry", epochs: 40, missedEpochs: 0 });
});

test("a swarm that asks one robot, with memory, is recorded, and Python reads the recording", async () => {
  const memory = "--sample-size 1 --observation filter";
  const recorded = start(`--record run.mcap --headless --seconds 30 --speed 10 ${memory}`);
  expect(await recorded.ended).toBe(0);
  // No ROS graph is needed to read a file.
  const command = "--command python3 examples/programs/read_recording.py run.mcap";
  const reading = new Running(folder, "scripts/run.mjs", command, "0");
  expect(await reading.ended).toBe(0);
  const [first] = reading.out.trim().split("\n");
  // At this speed the first epochs, of 0.6 s each, may be over before the recorder is there.
  expect(first).toMatch(/^\S.* [0-3] \[\d, \d, \d, \d, \d\]$/);
});
