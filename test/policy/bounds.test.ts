import { boundSentences, gapsInWords } from "../../src/policy/bounds";

test("a gap for which no better rival was found says so, and no interval of [0, 0]", () => {
  const gaps: Parameters<typeof gapsInWords>[0] = {
    ...{ globalGap: 0, globalGapInterval: [0, 0] },
    ...{ localGap: 0, localGapInterval: [0, 0.25] },
  };
  const global = "no better rival found";
  expect(gapsInWords(gaps)).toEqual({ global, local: "0.000 (95 %: 0.000 to 0.250)" });
  const pointsUsed = { points: 9, stop: "time" } as const;
  expect(gapsInWords({ ...gaps, pointsUsed }).global).toBe(`${global} in the time left`);
});

test("what was not measured is said, or left out; what a team earns is said with its error", () => {
  expect(gapsInWords({})).toEqual({ global: "not measured", local: "not measured" });
  expect(boundSentences({}, {})).toEqual([]);
  const team = { teamEstimate: 3.129, teamBound: 4.001, teamError: 0.01 };
  const together = "commands and robots' actions chosen together earn at least 3.12";
  expect(boundSentences({ ...team, globalGapBound: 1 }, {})).toEqual([
    `for ever, without new shifts, all robots seen, ${together} with any number of robots (mean over starts, ± 0.01)`,
    "for ever, no pair of policies earns more than 4.01 with any number of robots (mean over starts, ± 0.01)",
    "with as many robots as it was learned for, a global agent that sees all gains at most 1.00 (95 %)",
  ]);
});
