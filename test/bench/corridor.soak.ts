/** What is learned on a grid of the corridor earns in the continuous task. */
import { corridorGame } from "../../bench/corridor/grid";
import { shiftsBy, type Way, wayOf } from "../../bench/corridor/task";
import { estimate, pairedDifference } from "../../src/game/statistics";
import { learnByPoints } from "../../src/learning/points/learn_by_points";
import { blindLocalPolicy } from "../../src/learning/starts";
import { constantController, policyController } from "../../src/policy/controllers";

const returnsOf = (way: Way): Float64Array => shiftsBy(way, 1, 90);
const game = corridorGame(6);
const robots = 500;

test("seeing pays as far as what was seen is weighed or remembered", async () => {
  const isTimeUp = (share = 1): boolean => share > 0.6;
  const asked = { population: robots, points: 30, accuracy: 0.02, isTimeUp };
  const { pair } = await learnByPoints(game, asked);
  const play = (controller: Parameters<typeof wayOf>[2]): Float64Array =>
    returnsOf(wayOf(game, pair.localPolicy, controller));
  const blind = returnsOf(wayOf(game, blindLocalPolicy(game, 2), constantController(2)));
  const gain = (returns: Float64Array): number => {
    const { mean, standardError } = pairedDifference(returns, blind);
    return mean / standardError;
  };
  const all = play(policyController(game, pair, "sample", robots, robots));
  expect(gain(all)).toBeGreaterThan(3);
  expect(estimate(all).mean).toBeGreaterThan(estimate(blind).mean + 10);
  expect(gain(play(policyController(game, pair, "sample", robots, 1)))).toBeLessThan(-3);
  expect(gain(play(policyController(game, pair, "filter", robots, 10)))).toBeGreaterThan(3);
});
