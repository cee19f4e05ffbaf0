import { gapsInWords } from "../../src/policy/bounds";

test("a gap for which no better rival was found says so, and no interval of [0, 0]", () => {
  const gaps = {
    ...{ globalGap: 0, globalGapInterval: [0, 0] as const },
    ...{ localGap: 0, localGapInterval: [0, 0.25] as const },
  };
  const global = "no better rival found";
  expect(gapsInWords(gaps)).toEqual({ global, local: "0.000 (95 %: 0.000 to 0.250)" });
  const pointsUsed = { points: 9, stop: "time" } as const;
  expect(gapsInWords({ ...gaps, pointsUsed }).global).toBe(`${global} in the time left`);
});
