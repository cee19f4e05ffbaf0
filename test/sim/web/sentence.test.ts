/** The page's own code is bundled for the browser: its pure parts are bundled here for the test. */
import { buildSync } from "esbuild";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import type { EpochReport, Snapshot, WorldState } from "../../../sim/protocol";
import { PlayedSwarm } from "../../browser/played_swarm";
import { root } from "../../packaging/checkout";

type SentenceOf = (snapshot: Snapshot, report: EpochReport, world?: WorldState) => string;

const { outputFiles } = buildSync({
  entryPoints: [join(root, "sim", "web", "hud", "sentence.ts")],
  bundle: true,
  format: "iife",
  globalName: "page",
  write: false,
});
const { sentenceOf } = runInThisContext(`${outputFiles[0].text};page`) as {
  sentenceOf: SentenceOf;
};

const played = new PlayedSwarm(30, 6, 1);
const snapshot: Snapshot = { ...played.snapshot(), canCommand: true };
const calm = played.world;
const report: EpochReport = {
  ...played.latest,
  sampled: [1, 2, 3, 4],
  missing: 0,
  belief: [0.1, 0.7, 0.2],
  globalState: 0,
  globalAction: 1,
  trueHistogram: [3, 20, 7],
  emergencyStop: false,
};

const say = (more: Partial<EpochReport>, world?: Partial<WorldState>): string =>
  sentenceOf(snapshot, { ...report, ...more }, world && { ...calm, ...world });

test.each<[string, Partial<EpochReport>]>([
  [
    "The lead vehicle sees 4 of 30 robots and drives to bay_1, where it believes most are; in truth 20 are there, more than anywhere else.",
    {},
  ],
  [
    "The lead vehicle sees 4 of 30 robots and stays at bay_1, where it believes most are; in truth most are in bay_2 (15, against 2 in bay_1).",
    { globalState: 1, trueHistogram: [13, 2, 15] },
  ],
  [
    "The lead vehicle sees 4 of 30 robots and believes most are in bay_1, and drives to bay_2; in truth most are in bay_1 (20, against 7 in bay_2).",
    { globalAction: 2 },
  ],
  [
    "The lead vehicle sees 4 of 30 robots and drives to bay_1, where it believes most are (as many as in bay_0 and bay_2); in truth 15 are there, as many as anywhere.",
    { belief: [1 / 3, 1 / 3, 1 / 3], trueHistogram: [15, 15, 0] },
  ],
  [
    "The lead vehicle asked 4 of 30 robots and heard 1 in time and drives to bay_1, where it believes most are; where they really are is not known.",
    { missing: 3, trueHistogram: [] },
  ],
  [
    "The lead vehicle asked 4 of 30 robots and heard 0 in time and drives to bay_1 on what it knew before; in truth 20 are there, more than anywhere else.",
    { missing: 4, belief: [0, 0, 0] },
  ],
])("%s", (sentence, more) => {
  expect(say(more)).toBe(sentence);
});

test("a pause is said before it; an emergency stop, by whoever knows first, instead of it", () => {
  expect(say({}, { paused: true })).toMatch(/^The world is paused\. The lead vehicle sees 4/);
  const stopped =
    /^Emergency stop: all 30 robots and the lead vehicle stand until it is released\.$/;
  expect(say({ emergencyStop: true })).toMatch(stopped);
  expect(say({}, { emergencyStop: true })).toMatch(stopped);
  expect(say({ emergencyStop: true }, { emergencyStop: false })).toMatch(/^The lead vehicle sees/);
});

test("an action is a zone's by its name alone: places may be fewer, and actions no places", () => {
  const globalActions = ["to_bay_1", "cross"];
  const leadSpots = [{ name: "bay_1", x: 0, y: 0 }];
  const other = { ...snapshot, globalActions, leadSpots };
  expect(sentenceOf(other, { ...report, globalAction: 0 })).toMatch(
    /and stays at bay_1, where it believes most are; in truth 20 are there, more than/,
  );
  expect(sentenceOf(other, report)).toMatch(
    /believes most are in bay_1, and takes cross; in truth most are in bay_1 \(20\)\.$/,
  );
});

test("of two kinds of robots those of both are counted in a zone", () => {
  const mixed = new PlayedSwarm(30, 6, 1, 3, ["fast/", "slow/"]);
  const both = { ...snapshot, ...mixed.snapshot() };
  // Of one kind most are elsewhere.
  const told = { belief: [0.3, 0.2, 0, 0, 0.3, 0.2], trueHistogram: [9, 8, 0, 0, 8, 5] };
  expect(sentenceOf(both, { ...report, ...told })).toBe(
    "The lead vehicle sees 4 of 30 robots and drives to bay_1, where it believes most are; in truth 16 are there, more than anywhere else.",
  );
  expect(sentenceOf(both, { ...report, ...told, globalAction: 2 })).toMatch(
    /believes most are in bay_1, and drives to bay_2; in truth most are in bay_1 \(16, against 5 in bay_2\)\.$/,
  );
});

test("what the scenario has no name for is told by its number", () => {
  expect(say({ globalAction: 7 })).toMatch(
    /^.* takes action 7; in truth most are in bay_1 \(20\)\.$/,
  );
  expect(say({ belief: [0, 0, 0, 1], globalAction: 3, globalState: 3 })).not.toContain("undefined");
});
