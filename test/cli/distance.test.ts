import { distanceFromWorld, measureArrays } from "../../src/cli/calibration";
import { loadPhysics } from "../../sim/world/physics";
import { shipped } from "../games";
import { misfits } from "../support/misfits";

beforeAll(loadPhysics);

test("dock_dispatch's arrays are the world's with commands that come half a second late, too", () => {
  const game = shipped("dock_dispatch");
  const late = measureArrays(game, { robots: 30, epochs: 1000, seed: 79, latency: 5 });
  expect(misfits(game, late)).toEqual([]);
  // A row that is wrong by 0.1 is caught, and no other row.
  const localTransition = game.localTransition.slice();
  localTransition[0] -= 0.1;
  localTransition[2] += 0.1;
  expect(misfits({ ...game, localTransition }, late)).toEqual(["P_l row 0"]);
  expect(late.finishedDrives / late.drives).toBeGreaterThan(0.99);
});

test("ring_dispatch is far from the motion world, and can be told so within seconds", () => {
  const found = distanceFromWorld(shipped("ring_dispatch"), 30);
  expect(found.local.largestDistance).toBeGreaterThan(0.5);
  expect(found.global.largestDistance).toBeGreaterThan(0.1);
});
