import { sampleSizeOf, sampleSizeProblem } from "../../src/policy/sample_size";

test("k is what was asked for, else the table's, capped by the population", () => {
  expect(sampleSizeOf(4, 10, 30)).toBe(4);
  expect(sampleSizeOf(undefined, 10, 30)).toBe(10);
  expect(sampleSizeOf(undefined, 10, 7)).toBe(7);
});

test("more robots than there are cannot be asked", () => {
  expect(sampleSizeProblem("sample_size", 7, 7)).toBeUndefined();
  expect(sampleSizeProblem("sample_size", 8, 7)).toBe(
    "sample_size is 8 and there are 7 robots; ask at most as many as there are",
  );
  expect(sampleSizeProblem("--sample-size", 2, 1)).toMatch(/^--sample-size is 2 .* is 1 robot;/);
});
