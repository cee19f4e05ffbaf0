import { ToldPoses } from "../../sim/faults";

const poses = (x: number) => Float64Array.of(x, 2, 3, x + 10, 5, 6);

test.each([
  [undefined, [7, 2, 3]],
  ["stall", [7, 2, 3]],
  ["deaf", [7, 2, 3]],
  ["slip", [7, 2, 3]],
  ["mute", undefined],
  ["nan", [NaN, NaN, NaN]],
  ["frozen", [1, 2, 3]],
] as const)("with fault %s it tells %j", (fault, told) => {
  const tells = new ToldPoses();
  tells.of(0, poses(1), fault);
  expect(tells.of(0, poses(7), fault)).toEqual(told);
  // The other one is well.
  expect(tells.of(1, poses(7), undefined)).toEqual([17, 5, 6]);
});

test("what was frozen tells the truth again once it is mended", () => {
  const tells = new ToldPoses();
  tells.of(0, poses(1), undefined);
  tells.of(0, poses(2), "frozen");
  expect(tells.of(0, poses(3), undefined)).toEqual([3, 2, 3]);
});
