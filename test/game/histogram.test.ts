import fc from "fast-check";
import { HistogramIndex, roundToSize } from "../../src/game/histogram";
import { messageOf } from "../games";

test("histograms come in lexicographic order, (0, ..., 0, k) first and (k, 0, ..., 0) last", () => {
  const all: number[][] = [];
  new HistogramIndex(3, 2).forEach((counts) => all.push(Array.from(counts)));
  expect(all).toEqual([
    [0, 0, 2],
    [0, 1, 1],
    [0, 2, 0],
    [1, 0, 1],
    [1, 1, 0],
    [2, 0, 0],
  ]);
});

test("each histogram's index is its place in their order, and there are C(k+s-1, s-1)", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 8 }));
  fc.assert(
    fc.property(sizes, ([states, size]) => {
      const index = new HistogramIndex(states, size);
      let before = "";
      let visited = 0;
      index.forEach((counts, i) => {
        expect(index.indexOf(counts)).toBe(i);
        const word = Array.from(counts, (c) => String.fromCharCode(65 + c)).join("");
        expect(word > before).toBe(true);
        before = word;
        visited++;
      });
      expect(visited).toBe(index.count);
    }),
    { seed: 1, numRuns: 40 },
  );
  expect(new HistogramIndex(5, 10).count).toBe(1001);
  expect(new HistogramIndex(5, 50).count).toBe(316_251);
});

test("sizes that make no histogram are refused with what to do", () => {
  expect(messageOf(() => new HistogramIndex(3, 0))).toMatch(/got 3 states and 0 robots; pass/);
  expect(messageOf(() => new HistogramIndex(60, 500))).toMatch(/choose a smaller table size/);
});

test("largest-remainder rounding keeps the sum, is within 1, and ties go to the lower state", () => {
  expect(Array.from(roundToSize([1, 1, 1], 2))).toEqual([1, 1, 0]);
  expect(Array.from(roundToSize([3, 0, 4], 7))).toEqual([3, 0, 4]);
  expect(Array.from(roundToSize([1, 2], 10))).toEqual([3, 7]);
  const weights = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 40 }), (counts, size) => {
      const total = counts.reduce((a, b) => a + b, 0);
      fc.pre(total > 0);
      const rounded = Array.from(roundToSize(counts, size));
      expect(rounded.reduce((a, b) => a + b, 0)).toBe(size);
      rounded.forEach((r, s) =>
        expect(Math.abs(r - (counts[s] * size) / total)).toBeLessThan(1 + 1e-9),
      );
    }),
    { seed: 2 },
  );
});
