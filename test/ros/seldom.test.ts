import { Seldom } from "../../src/ros/seldom";

/** The times at which one of these sentences, said 10 times a second for 100 s, is logged, s. */
const logged = (textAt: (tick: number) => string): number[] => {
  const seldom = new Seldom();
  return [...Array(1000).keys()].filter((i) => seldom.isDue(textAt(i), i * 100)).map((i) => i / 10);
};

test("what is said again and again with other numbers is logged ever more seldom", () => {
  expect(logged((i) => `stamped ${8 + i / 100} s ago`)).toEqual([0, 4, 20, 84]);
});

test("something else is logged at once, but never more than once a second", () => {
  expect(logged((i) => (i < 500 ? "late" : "not finite"))).toEqual([0, 4, 20, 50, 54, 70]);
  expect(logged((i) => (i % 2 ? "late" : "not finite")).length).toBe(100);
});
