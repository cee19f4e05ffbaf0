/** The arrays of dock_dispatch are the motion world's: many robots drive for that. */
import { type Measurement, measureArrays } from "../../src/cli/calibration";
import { compareArrays } from "../../src/cli/counts";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { loadPhysics } from "../../sim/world/physics";
import { misfits } from "../support/misfits";

beforeAll(loadPhysics);

const game = loadScenario("dock_dispatch");
const { sL } = sizesOf(game);

describe("dock_dispatch against a fresh measurement with another seed", () => {
  const epochs = 3000;
  let fresh: Measurement;
  beforeAll(() => {
    fresh = measureArrays(game, { robots: 30, epochs, seed: 77 });
  });

  test("every row of P_g and P_l fits", () => {
    const found = compareArrays(game, fresh);
    const [local, global] = [found.local, found.global].map(({ rows }) =>
      rows.map(({ samples }) => samples),
    );
    expect(local.reduce((sum, count) => sum + count, 0)).toBe(30 * epochs);
    expect(Math.min(...local)).toBeGreaterThan(900);
    expect(Math.min(...global)).toBeGreaterThan(60);
    expect(misfits(game, fresh)).toEqual([]);
    // The same in the scenario's own measure, as far as so few samples can tell.
    for (const { distance, samplingError } of found.local.rows) {
      expect(distance).toBeLessThan(0.01 + 3 * samplingError);
    }
  });

  test("a row of P_l wrong by 0.05 is caught, and no other row", () => {
    for (const row of [1, 30, 74]) {
      const localTransition = game.localTransition.slice();
      const start = row * sL;
      const from = localTransition.indexOf(
        Math.max(...localTransition.slice(start, start + sL)),
        start,
      );
      localTransition[from] -= 0.05;
      localTransition[start + ((from - start + 1) % sL)] += 0.05;
      expect(misfits({ ...game, localTransition }, fresh)).toEqual([`P_l row ${row}`]);
    }
  });

  test("a world whose jobs end with probability 0.2 is caught in most rows that drive", () => {
    const jobEndProbability = game.localStates.map(() => 0.2);
    const faulty = { ...game, arena: { ...game.arena, jobEndProbability } };
    const measured = measureArrays(faulty, { robots: 30, epochs: 800, seed: 78 });
    expect(misfits(game, measured).length).toBeGreaterThan(35);
  });

  test("allowed drives end within their epoch", () => {
    expect(fresh.drives).toBeGreaterThan(5400);
    expect(fresh.finishedDrives / fresh.drives).toBeGreaterThan(0.999);
  });
});
