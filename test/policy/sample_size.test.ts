import { randomGame } from "../games";
import { madePair } from "./policies";
import { sampleSizeOf, sampleSizeProblem } from "../../src/policy/sample_size";

test("k is what was asked for, else the table's or 20, capped by the population", () => {
  const table = madePair(randomGame({ sG: 1, aG: 1, sL: 2, aL: 1 }, 1), 10);
  const none = new Uint16Array(0);
  const points = {
    localPolicy: table.localPolicy,
    vectors: new Float32Array(0),
    vectorState: none,
    vectorAction: none,
  };
  expect(sampleSizeOf(4, table, 30)).toBe(4);
  expect(sampleSizeOf(undefined, table, 30)).toBe(10);
  expect(sampleSizeOf(undefined, table, 7)).toBe(7);
  expect(sampleSizeOf(undefined, points, 30)).toBe(20);
  expect(sampleSizeOf(undefined, points, 7)).toBe(7);
});

test("more robots than there are cannot be asked", () => {
  expect(sampleSizeProblem("sample_size", 7, 7)).toBeUndefined();
  expect(sampleSizeProblem("sample_size", 8, 7)).toBe(
    "sample_size is 8 and there are 7 robots; ask at most as many as there are",
  );
  expect(sampleSizeProblem("--sample-size", 2, 1)).toMatch(/^--sample-size is 2 .* is 1 robot;/);
});
