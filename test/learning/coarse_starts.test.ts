import { bestBlind } from "../../src/learning/blind";
import { startsFor } from "../../src/learning/coarse_starts";
import { learnByPoints } from "../../src/learning/points/learn_by_points";
import { settingsOf } from "../../src/learning/options";
import { withResponder } from "./with_responder";
import { randomGame } from "../games";

// 1,330 histograms of 18 robots, 1,540 of 19.
const game = randomGame({ sG: 3, aG: 2, sL: 4, aL: 2 }, 7);
const settingsFor = (tableSize: number) => settingsOf(game, { tableSize, population: 40 });

test("before a large table the alternation runs at points: its values are below the table's", async () => {
  const { localPolicy } = await bestBlind(game, {});
  const { starts, turns } = await startsFor(game, settingsFor(19), localPolicy);
  expect(turns.iterations).toBeGreaterThan(0);
  const { pair: chosen } = await learnByPoints(game, { population: 40 });
  expect(starts[0].localPolicy).toEqual(chosen.localPolicy);
  await withResponder(game, settingsFor(19), async (responder) => {
    for (const { localPolicy: own, values } of starts) {
      const { pair } = await responder.respond({ localPolicy: own });
      expect(values).toHaveLength(pair.globalValues.length);
      pair.globalValues.forEach((value, i) => {
        // What plans earn bounds every number of robots, and is close where the table is fine.
        expect(values![i]).toBeLessThan(value + 1e-4);
        expect(values![i]).toBeGreaterThan(value - 0.05 * Math.abs(value));
      });
    }
  });
});

test("a small table tries all starts itself", async () => {
  const { localPolicy } = await bestBlind(game, {});
  const { starts, turns } = await startsFor(game, settingsFor(18), localPolicy);
  expect(starts[0]).toEqual({ localPolicy });
  expect([starts.length, turns.iterations]).toEqual([3, 0]);
});
