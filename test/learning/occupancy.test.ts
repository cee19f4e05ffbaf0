import { Population } from "../../src/game/population";
import { Occupancy } from "../../src/learning/occupancy";
import { randomGame, randomLocalPolicy } from "../games";

const sizes = { sG: 2, aG: 2, sL: 2, aL: 2 };
const game = randomGame(sizes, 1, 0.5);

function visited(...epochs: { counts: number[]; action: number }[]): Occupancy {
  const occupancy = new Occupancy(game);
  epochs.forEach(({ counts, action }, epoch) => {
    const start = { globalState: 0, localCounts: counts };
    const options = { population: 4, seed: 1, start };
    const population = new Population(game, randomLocalPolicy(sizes, 1), options);
    population.start(0);
    population.drawSample(4);
    occupancy.visit(population, epoch, action);
  });
  return occupancy;
}

test("the law of a_g is weighted by robots and discount", () => {
  const law = visited({ counts: [4, 0], action: 0 }, { counts: [2, 2], action: 1 }).actionLaw();
  // s_l = 0, s_g = 0: 4 robots saw action 0, then 2 · 0.5 saw action 1. s_g = 1 was never met.
  [0.8, 0.2, 0.5, 0.5].forEach((p, i) => expect(law[i]).toBeCloseTo(p, 12));
  // s_l = 1, s_g = 0: only the second epoch.
  [0, 1, 0.5, 0.5].forEach((p, i) => expect(law[4 + i]).toBeCloseTo(p, 12));
});

test("a state without robots takes the law of its s_g", () => {
  const law = visited({ counts: [4, 0], action: 1 }).actionLaw();
  expect([...law.subarray(4, 6)]).toEqual([0, 1]);
});
