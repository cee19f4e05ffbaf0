import { estimate, pairedDifference } from "../../src/game/statistics";
import { discounted } from "../../src/game/trial";

test("a mean has the standard error of independent samples", () => {
  // Squares about 2.5: 2.25 + 0.25 + 0.25 + 2.25 = 5; variance 5/3, of the mean 5/12.
  const { mean, standardError } = estimate([1, 2, 3, 4]);
  expect(mean).toBeCloseTo(2.5, 12);
  expect(standardError).toBeCloseTo(Math.sqrt(5 / 12), 12);
  expect(estimate([7])).toEqual({ mean: 7, standardError: 0 });
});

test("a paired difference has the error of the differences", () => {
  const a = Float64Array.from([11, 22, 33]);
  const b = Float64Array.from([10, 21, 32]);
  expect(pairedDifference(a, b)).toEqual({ mean: 1, standardError: 0 });
});

test("later rewards are discounted", () => {
  expect(discounted(Float64Array.from([1, 2, 4]), 0.5)).toBe(1 + 1 + 1);
});
