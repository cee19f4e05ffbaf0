import { drawSampleCounts, MultinomialRows } from "../../src/game/multinomial";

/** Gives the numbers in turn; fails where more are asked for. */
const inTurn =
  (...numbers: number[]) =>
  (): number => {
    const next = numbers.shift();
    if (next === undefined) throw new Error("another uniform was drawn");
    return next;
  };

test("few robots are drawn one by one, by one uniform each", () => {
  const rows = new MultinomialRows([1, 0, 0, 0.2, 0.3, 0.5], 3);
  const out = Int32Array.from([0, 10, 0]);
  rows.add(4, 1, out, inTurn(0.1, 0.25, 0.6, 0.9));
  expect([...out]).toEqual([1, 11, 2]);
});

test("what is certain takes no uniform, however many robots", () => {
  const out = new Int32Array(3);
  new MultinomialRows([1, 0, 0], 3).add(1000, 0, out, inTurn());
  expect([...out]).toEqual([1000, 0, 0]);
});

test("many robots are split state by state by conditional binomials", () => {
  // The conditional probabilities are 0 (no uniform), then 1 (no uniform): all in the last state.
  const out = new Int32Array(3);
  new MultinomialRows([0, 0, 1], 3).add(30, 0, out, inTurn());
  expect([...out]).toEqual([0, 0, 30]);
  // 30 at 0.01 have no hit at u < 0.99^30 = 0.74, one up to 0.74 + 30 · 0.01 · 0.99^29 = 0.964.
  const split = (first: number, u: number): number[] => {
    const counts = new Int32Array(2);
    new MultinomialRows([first, 1 - first], 2).add(30, 0, counts, inTurn(u));
    return [...counts];
  };
  expect([0.7, 0.9, 0.97].map((u) => split(0.01, u))).toEqual([
    [0, 30],
    [1, 29],
    [2, 28],
  ]);
  // What is likely is drawn by its misses.
  expect([0.7, 0.9, 0.97].map((u) => split(0.99, u))).toEqual([
    [30, 0],
    [29, 1],
    [28, 2],
  ]);
});

test("a sample is drawn robot by robot, the robots left out where they are fewer", () => {
  const sample = (size: number, ...numbers: number[]): number[] => {
    const out = new Int32Array(2);
    drawSampleCounts(Int32Array.from([2, 1]), 3, size, out, inTurn(...numbers));
    return [...out];
  };
  // Tickets 0 and 1 are in state 0, ticket 2 in state 1.
  expect(sample(1, 0.6)).toEqual([1, 0]);
  expect(sample(1, 0.7)).toEqual([0, 1]);
  // Two of three: one is left out.
  expect(sample(2, 0)).toEqual([1, 1]);
  expect(sample(2, 0.7)).toEqual([2, 0]);
  expect(sample(3)).toEqual([2, 1]);
  expect(sample(9)).toEqual([2, 1]);
});
