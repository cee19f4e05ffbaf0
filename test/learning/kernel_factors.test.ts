import { factorKernel } from "../../src/learning/kernel_factors";

/** The kernel that the factors stand for, row by row: each map changes what a robot counts as. */
function productOf(kernel: readonly number[], states: number): number[][] {
  const { maps, rows, columns } = factorKernel(Float64Array.from(kernel), states);
  // Row s: what a robot in s counts as, in terms of the columns' order.
  const counts: number[][] = columns.map((column) => columns.map((_, t) => (t === column ? 1 : 0)));
  for (const { from, to, keep, move } of maps) {
    counts[from] = counts[from].map((value, t) => keep * value + move * counts[to][t]);
  }
  const kernelRows: number[][] = [];
  rows.forEach((row, i) => (kernelRows[row] = counts[i]));
  return kernelRows;
}

test("two states are factored by hand", () => {
  // U = (0.9 0.1; 0 7/9), L = (1 0; 2/9 1).
  const { maps, growth } = factorKernel(Float64Array.from([0.9, 0.1, 0.2, 0.8]), 2);
  expect(maps.map(({ from, to }) => [from, to])).toEqual([
    [0, 1],
    [1, 0],
    [1, 0],
  ]);
  const numbers = maps.flatMap(({ keep, move }) => [keep, move]);
  [0.9, 0.1, 7 / 9, 0, 1, 2 / 9].forEach((wanted, i) => expect(numbers[i]).toBeCloseTo(wanted, 12));
  expect(growth).toBeCloseTo(1, 12);
});

test("nothing moves where everybody stays", () => {
  expect(factorKernel(Float64Array.from([1, 0, 0, 1]), 2).maps).toEqual([]);
});

test.each([
  ["needs no pivot", [0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.1, 0.3, 0.6]],
  ["has a zero on the diagonal", [0, 1, 0, 0.5, 0, 0.5, 0.3, 0.3, 0.4]],
  ["is singular", [0.5, 0.5, 0, 0.5, 0.5, 0, 0.2, 0.3, 0.5]],
])("the product of the factors is the kernel that %s", (_name, kernel) => {
  productOf(kernel, 3)
    .flat()
    .forEach((value, i) => expect(value).toBeCloseTo(kernel[i], 12));
});
